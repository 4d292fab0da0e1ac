package procedures

import (
	"egovctl/platform/merge"
	"egovctl/platform/services/procedures/internal/store"
)

// merging says how the catalogue of a release and of the province become one.
func (s *Service) merging() merge.Office {
	return merge.Office{Service: "procedures", Kinds: store.Kinds()}
}
