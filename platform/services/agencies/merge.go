package agencies

import (
	"egovctl/platform/merge"
	"egovctl/platform/services/agencies/internal/store"
)

// merging says how the units and agencies of a release and of the province become one.
func (s *Service) merging() merge.Office {
	return merge.Office{Service: "agencies", Kinds: store.Kinds(), After: store.Settle}
}
