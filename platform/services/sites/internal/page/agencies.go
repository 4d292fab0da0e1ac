package page

import (
	"context"
	"net/http"
	"slices"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/unit"
	"egovctl/platform/services/sites/internal/portal"
)

// AgenciesPage is what templates/portals/site/agencies.html is given.
type AgenciesPage struct {
	Top      []portal.Node // the committee of the province, and what stands under nothing
	Sections []Section
	Counts   []LevelCount
	Total    int
}

// Section is a part of the list: departments, districts, communes. Its key names it and is its anchor.
type Section struct {
	Key   string
	Nodes []portal.Node
}

// LevelCount is the number of agencies of a level.
type LevelCount struct {
	Level string
	Count int
}

// agencies answers GET /co-quan: every agency of the province as a tree.
func (d desk) agencies(w http.ResponseWriter, r *http.Request) error {
	all, err := d.all(r.Context())
	if err != nil {
		return err
	}
	p := AgenciesPage{Top: portal.Tree(all), Total: len(all)}
	p.Sections = sections(p.Top)
	counts := map[string]int{}
	for _, a := range all {
		counts[string(a.Level)]++
	}
	for _, level := range []string{"province", "district", "commune"} {
		if counts[level] > 0 {
			p.Counts = append(p.Counts, LevelCount{level, counts[level]})
		}
	}
	return d.pages.Render(w, r, http.StatusOK, "site/agencies", p)
}

// sections sorts what stands directly below the top into what people call departments, districts and communes.
func sections(top []portal.Node) []Section {
	list := []Section{{Key: "departments"}, {Key: "districts"}, {Key: "communes"}}
	for _, t := range top {
		for _, n := range t.Below {
			at := 0
			if n.Kind == "people_committee" && n.Level == unit.District {
				at = 1
			} else if n.Kind == "people_committee" && n.Level == unit.Commune {
				at = 2
			}
			list[at].Nodes = append(list[at].Nodes, n)
		}
	}
	return slices.DeleteFunc(list, func(s Section) bool { return len(s.Nodes) == 0 })
}

func (d desk) all(ctx context.Context) (all []portal.Agency, err error) {
	err = d.office.See(ctx, func(ctx context.Context, tx pgx.Tx) (err error) {
		all, err = d.office.Agencies().All(ctx, tx)
		return err
	})
	return all, err
}
