package sites

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/locale"
	"egovctl/platform/packaged"
	"egovctl/platform/services/sites/internal/portal"
	"egovctl/platform/services/sites/internal/store"
)

// Seed makes the packaged site of every agency whose profile gives it one. Its words are made from the agency's name by
// one rule, so that no agency is described by anything that is not in the data.
func (s *Service) Seed(ctx context.Context, tx pgx.Tx, set *packaged.Set) error {
	var sites []portal.Site
	for _, a := range set.Agencies {
		if a.Site {
			sites = append(sites, portal.Site{AgencyID: a.Number, Slug: a.Slug, Content: packagedContent(s.deps.Texts, a)})
		}
	}
	return store.Seed(ctx, tx, sites)
}

func packagedContent(texts *locale.Catalog, a packaged.Agency) portal.Content {
	english := a.NameEN
	if english == "" {
		english = a.NameVI
	}
	key := "sites.intro.department"
	if a.Kind == "people_committee" {
		key = "sites.intro." + string(a.Level)
	}
	return portal.Content{TitleVI: a.NameVI, TitleEN: english,
		IntroVI: texts.T(locale.Vietnamese, key, "name", a.NameVI), IntroEN: texts.T(locale.English, key, "name", english)}
}
