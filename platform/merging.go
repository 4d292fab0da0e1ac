package platform

import "egovctl/platform/merge"

// Merging lists how the packaged rows of each service and the province's become one, in the order in which they depend on
// each other.
func (o *Offices) Merging() []merge.Office {
	var out []merge.Office
	for _, m := range o.modules {
		if m.Merge.Kinds != nil {
			out = append(out, m.Merge)
		}
	}
	return out
}
