package page

import (
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/services/agencies/internal/territory"
	"egovctl/platform/web"
)

// Declare shows the page's template a sample of each kind, so that one which cannot show it is found at start.
func Declare(pages *web.Pages) error {
	day := territory.OnDate(2025, 7, 1)
	u := territory.UnitView{Key: "k", Code: "48", FullName: "Thành phố Mẫu", Level: unit.Province, ValidFrom: day, ValidTo: day,
		SucceededBy: []territory.Successor{{FullName: "A", Kind: "split"}, {FullName: "B"}}}
	counts := map[string]int{"province": 1, "district": 0, "commune": 0}
	tree := UnitsPage{On: day, First: day, Counts: counts, Frozen: true, Problem: fault.New(fault.Invalid, "agencies.as_of.malformed"),
		Tree: []territory.UnitNode{{UnitView: u, Children: []territory.UnitNode{{UnitView: u}}}}}
	found := UnitsPage{On: day, First: day, Counts: counts, Search: "a", Searched: true, Found: []territory.UnitView{u}}
	for _, sample := range []UnitsPage{tree, found} {
		if err := pages.Declare("agencies/units", sample); err != nil {
			return err
		}
	}
	return nil
}
