package platform_test

import (
	"slices"
	"strings"
	"testing"

	"egovctl/platform/merge"
	"egovctl/platform/packaged"
)

// A release gives identifiers to other agencies: where the province has given one away itself, its agency keeps it, and the
// place waits for a decision. Nothing of the merge fails.
func TestAnIdentifierThatTwoAgenciesWouldHaveIsAConflict(t *testing.T) {
	old := part(t)
	p := loaded(t, old)
	a := old.Agencies
	ours, theirs, first, second, alias := a[1], a[2], a[3], a[4], a[5]
	p.Exec(`update agencies.agency set edit = base || '{"identifier": "H17.777", "provisional": false}' where slug = '` + ours.Slug + `'`)
	p.Exec(`insert into agencies.agency_alias (identifier, agency_id) select 'H17.778', id from agencies.agency where slug = '` + alias.Slug + `'`)
	set := part(t)
	rename := func(slug, to string) {
		i := slices.IndexFunc(set.Agencies, func(x packaged.Agency) bool { return x.Slug == slug })
		was := set.Agencies[i].Identifier
		set.Agencies[i].Identifier = to
		for n, o := range set.Offerings {
			if o.Agency == was {
				set.Offerings[n].Agency = to
			}
		}
	}
	rename(first.Slug, "~") // two that exchange theirs
	rename(second.Slug, first.Identifier)
	rename(first.Slug, second.Identifier)
	rename(theirs.Slug, "H17.777")
	added := set.Agencies[6]
	added.Slug, added.Identifier, added.NameVI = "co-quan-moi", "H17.778", "Cơ quan mới"
	set.Agencies = append(set.Agencies, added)
	set.Offerings = append(set.Offerings, packaged.Offering{Procedure: set.Procedures[0].Code, Agency: "H17.778", Online: true})
	report := p.merge(set, "2.0.0")["agencies"]
	if report.Conflicts != 2 {
		t.Errorf("%+v", report)
	}
	for _, c := range []struct{ sql, want string }{
		{`select identifier from agencies.agency where slug = '` + ours.Slug + `'`, "H17.777"},
		{`select identifier from agencies.agency where slug = '` + theirs.Slug + `'`, theirs.Identifier},
		{`select identifier from agencies.agency where slug = '` + first.Slug + `'`, second.Identifier},
		{`select identifier from agencies.agency where slug = '` + second.Slug + `'`, first.Identifier},
		{`select identifier || ' ' || provisional || ' ' || name_vi from agencies.agency where slug = 'co-quan-moi'`, "H17.778.X1 true Cơ quan mới"},
		{`select count(*) from procedures.offering o join agencies.agency a on a.id = o.agency_id where a.slug = 'co-quan-moi'`, "1"},
		{`select string_agg(key || ' ' || (province #>> '{}') || ' ' || (new #>> '{}'), ', ' order by key) from platform.conflict where path = '{identifier}'`,
			sorted("co-quan-moi H17.778.X1 H17.778", theirs.Slug+" "+theirs.Identifier+" H17.777")},
	} {
		if got := p.Text(c.sql); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.sql, got, c.want)
		}
	}
	if again := p.merge(set, "2.0.0")["agencies"]; again != (merge.Report{Service: "agencies"}) {
		t.Errorf("the second merge did something: %+v", again)
	}
	if err := p.resolve(theirs.Slug+".identifier", merge.TakeNew); err == nil {
		t.Error("two agencies have one identifier")
	}
	if err := p.resolve(theirs.Slug+".identifier", "H17.779"); err != nil {
		t.Error(err)
	}
	if got := p.Text(`select identifier from agencies.agency where slug = '` + theirs.Slug + `'`); got != "H17.779" {
		t.Error(got)
	}
}

func sorted(words ...string) string {
	slices.Sort(words)
	return strings.Join(words, ", ")
}
