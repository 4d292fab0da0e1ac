package sites

import (
	"egovctl/platform/kernel/threeway"
	"egovctl/platform/merge"
	"egovctl/platform/packaged"
	"egovctl/platform/services/sites/internal/store"
)

// merging says how the packaged sites of a release and those of the province become one.
func (s *Service) merging() merge.Office {
	table := store.Table()
	return merge.Office{Service: "sites", Kinds: []merge.Kind{{Name: "site", Shape: threeway.Shape{}, Read: table.Read(), Write: table.Write, Edited: store.Edited,
		Packaged: func(set *packaged.Set) ([]merge.Record, error) {
			var out []merge.Record
			for _, a := range set.Agencies {
				if !a.Site {
					continue
				}
				r, err := merge.Canonical(a.Slug, packagedContent(s.deps.Texts, a))
				if err != nil {
					return nil, err
				}
				out = append(out, r)
			}
			return out, nil
		}}}}
}
