package store

import "egovctl/platform/merge"

// Table is how rows are merged: a site is known by the slug of its agency.
func Table() merge.Table {
	t := merge.Table{Name: "sites.site", Key: "slug", Where: "slug = c.k",
		First:   []merge.Column{{Name: "slug", Value: "c.k"}, {Name: "agency_id", Value: "(select id from agencies.agency where slug = c.k)"}},
		Columns: []merge.Column{{Name: "changed_at", Value: "now()"}}}
	t.Gone = t.Deleted()
	return t
}

// Edited tells from the audit log who edited sites last.
const Edited = `select k, l.login, l.at from unnest($1::text[]) as k
	cross join lateral (select login, at from platform.audit where service = 'sites' and object = k and login <> '' order by id desc limit 1) as l`
