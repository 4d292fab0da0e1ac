package identity

import (
	"egovctl/platform/services/identity/internal/api"
	"egovctl/platform/services/identity/internal/page"
	"egovctl/platform/web"
)

func (s *Service) routes() []web.Route {
	return append(api.Routes(s, s.agencies), page.Routes(page.Deps{Office: s, Agencies: s.agencies, Pages: s.deps.Pages,
		Texts: s.deps.Texts, Settings: s.deps.Settings})...)
}
