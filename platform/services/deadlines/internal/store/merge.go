package store

import (
	"encoding/json"
	"maps"
	"strconv"

	"egovctl/platform/kernel/threeway"
	"egovctl/platform/merge"
	"egovctl/platform/packaged"
	"egovctl/platform/services/deadlines/internal/almanac"
)

// Kinds are the records of this office that a province may edit. A regime that is packaged no more ends today: what was
// received under it goes on under it.
func Kinds() []merge.Kind {
	day := merge.Table{Name: "deadlines.day", Key: "date::text", Where: "date = c.k::date",
		First: []merge.Column{{Name: "date", Value: "c.k::date"}}}
	day.Gone = day.Deleted()
	lunar := merge.Table{Name: "deadlines.lunar", Key: "year::text", Where: "year = c.k::int",
		First: []merge.Column{{Name: "year", Value: "c.k::int"}}}
	lunar.Gone = lunar.Deleted()
	regime := merge.Table{Name: "deadlines.regime", Key: "id", Where: "id = c.k", First: []merge.Column{{Name: "id", Value: "c.k"}},
		Columns: []merge.Column{{Name: "topic", Value: "r ->> 'topic'"}, {Name: "valid_from", Value: "(r ->> 'valid_from')::date"},
			{Name: "valid_to", Value: "nullif(r ->> 'valid_to', '')::date"}}}
	regime.Gone = regime.Marked(`jsonb_build_object('withdrawn', true, 'valid_to', `+ending+`::text)`, `valid_to = `+ending)
	hours := merge.Table{Name: "deadlines.office_hours", Key: "'hours'", Where: "c.k = 'hours'"}
	hours.Gone = hours.Deleted()
	kinds := []merge.Kind{
		kind("day", day, func(f almanac.Facts) ([]merge.Record, error) {
			return records(f.Days, func(d almanac.DayRecord) (string, any) { return d.Date, d.Day })
		}, checked[almanac.Day]),
		kind("lunar", lunar, func(f almanac.Facts) ([]merge.Record, error) {
			return records(f.Lunar, func(l almanac.Lunar) (string, any) { return strconv.Itoa(l.Year), l })
		}, nil),
		kind("regime", regime, func(f almanac.Facts) ([]merge.Record, error) {
			return records(f.Regimes, func(r almanac.RegimeRecord) (string, any) { return r.ID, r.Regime })
		}, checked[almanac.Regime]),
		kind("hours", hours, func(f almanac.Facts) ([]merge.Record, error) {
			return records([]string{f.Hours}, func(h string) (string, any) { return "hours", almanac.Hours{Hours: h} })
		}, nil),
	}
	kinds[0].Withdrawn = func(day map[string]any) map[string]any {
		day = maps.Clone(day)
		day["kind"] = "working"
		return day
	}
	return kinds
}

// ending is the day from which a withdrawn regime holds no more.
const ending = `least(coalesce(valid_to, 'infinity'), greatest(current_date, valid_from + 1))`

func kind(name string, t merge.Table, packagedOf func(almanac.Facts) ([]merge.Record, error), check func([]byte) error) merge.Kind {
	return merge.Kind{Name: name, Read: t.Read(), Write: t.Write, Check: check, Shape: threeway.Shape{},
		Edited:   `select object, login, max(at) from platform.audit where service = 'deadlines' and object = any ($1) and login <> '' group by 1, 2 order by 3`,
		Packaged: func(set *packaged.Set) ([]merge.Record, error) { return packagedOf(almanac.FactsOf(set)) }}
}

func records[T any](all []T, of func(T) (key string, record any)) ([]merge.Record, error) {
	out := make([]merge.Record, 0, len(all))
	for _, one := range all {
		key, record := of(one)
		r, err := merge.Canonical(key, record)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

func checked[T interface{ Check() error }](raw []byte) error {
	var record T
	if err := json.Unmarshal(raw, &record); err != nil {
		return err
	}
	return record.Check()
}
