package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/threeway"
	"egovctl/platform/merge"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/catalogue"
)

// Kinds are the records of this office that a province may edit. A time limit and a fee are merged whole: a number without
// its unit says nothing.
func Kinds() []merge.Kind {
	field := merge.Table{Name: "procedures.field", Key: "code", Where: "code = c.k", First: []merge.Column{{Name: "code", Value: "c.k"}}}
	field.Gone = field.Marked(`'{"withdrawn": true}'`) // procedures may still name it
	offering := merge.Table{Name: "procedures.offering", Where: ofKey,
		First: []merge.Column{{Name: "procedure", Value: "split_part(c.k, '@', 1)"}, {Name: "agency_id", Value: "(select id from agencies.agency where slug = split_part(c.k, '@', 2))"}}}
	offering.Gone = offering.Deleted()
	return []merge.Kind{
		{Name: "field", Shape: threeway.Shape{}, Read: field.Read(), Write: field.Write, Packaged: packagedFields,
			Edited: `select object, login, at from platform.audit where service = 'procedures' and object = any ($1) and login <> '' order by id`},
		{Name: "procedure", Shape: threeway.Shape{"levels": ".", "subjects": ".", "executing": ".", "legal_basis": ".", "results": "code|name",
			"methods": "channel", "methods.*.term": threeway.Whole, "methods.*.fees": "type", "methods.*.fees.*": threeway.Whole,
			"cases": "name", "cases.*.components": "code|name"},
			Read: readProcedures, Write: writeProcedures, Withdrawn: unannounced, Check: checkProcedure, Packaged: packagedProcedures,
			Edited: `select p.code, v.login, v.replaced_at from procedures.procedure p cross join lateral
				(select login, replaced_at from procedures.procedure_version where procedure = p.code and login <> '' order by version desc limit 1) as v
				where p.code = any ($1)`},
		{Name: "offering", Shape: threeway.Shape{}, Write: offering.Write, Withdrawn: unoffered, Packaged: packagedOfferings,
			Read: `select o.procedure || '@' || a.slug, o.base_hash, o.base, o.edit, coalesce(o.base -> 'withdrawn' = 'true', false)
				from procedures.offering o join agencies.agency a on a.id = o.agency_id`,
			Edited: `select k, l.login, l.at from unnest($1::text[]) as k join agencies.agency a on a.slug = split_part(k, '@', 2)
				cross join lateral (select login, at from platform.audit where service = 'procedures' and object = split_part(k, '@', 1)
				and action like 'offering.%' and agency_id = a.id and login <> '' order by id desc limit 1) as l`},
	}
}

// ofKey finds the offering of the key "1.001193@so-xay-dung".
const ofKey = `procedure = split_part(c.k, '@', 1) and agency_id = (select id from agencies.agency where slug = split_part(c.k, '@', 2))`

// The two decisions of the province, to announce a procedure and to take it online, are merged as members of the record.
const readProcedures = `select code, base_hash || case when base_published then '\x01'::bytea else '\x00' end || case when base_filed_online then '\x01'::bytea else '\x00' end,
	base || jsonb_build_object('published', base_published, 'filed_online', base_filed_online),
	case when edit is not null or edit_published is not null or edit_filed_online is not null
		then coalesce(edit, base) || jsonb_build_object('published', published, 'filed_online', filed_online) end,
	coalesce(base -> 'withdrawn' = 'true', false)
	from procedures.procedure`

func packagedFields(set *packaged.Set) ([]merge.Record, error) {
	out := make([]merge.Record, len(set.Fields))
	var err error
	for i, f := range set.Fields {
		if out[i], err = merge.Canonical(f.Code, struct {
			Code string `json:"code"`
			Name string `json:"name"`
		}(f)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// decided is a record with the two decisions in it.
type decided struct {
	packaged.Procedure
	Published   bool `json:"published"`
	FiledOnline bool `json:"filed_online"`
}

func packagedProcedures(set *packaged.Set) ([]merge.Record, error) {
	out := make([]merge.Record, len(set.Procedures))
	for i, p := range set.Procedures {
		base, err := catalogue.Canonical(p)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", p.Code, err)
		}
		raw, err := json.Marshal(decided{p, p.Published, p.FiledOnline})
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", p.Code, err)
		}
		out[i] = merge.Record{Key: p.Code, JSON: raw, Print: append(sum(base), bit(p.Published), bit(p.FiledOnline))}
	}
	return out, nil
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func packagedOfferings(set *packaged.Set) ([]merge.Record, error) {
	slug := make(map[string]string, len(set.Agencies))
	for _, a := range set.Agencies {
		slug[a.Identifier] = a.Slug
	}
	out := make([]merge.Record, len(set.Offerings))
	for i, o := range set.Offerings {
		var err error
		if out[i], err = merge.Canonical(o.Procedure+"@"+slug[o.Agency], struct {
			Online bool `json:"online"`
		}{o.Online}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// checkProcedure refuses a record whose fields, right on either side, are wrong together.
func checkProcedure(raw []byte) error {
	var d decided
	if err := json.Unmarshal(raw, &d); err != nil {
		return err
	}
	if d.Published && (d.Internal || d.Incomplete) {
		return fault.New(fault.Invalid, "internal")
	}
	p := d.Procedure
	p.Published, p.FiledOnline = d.Published, d.FiledOnline
	return catalogue.Check(p, func(string) bool { return true })
}

func unannounced(record map[string]any) map[string]any {
	record = maps.Clone(record)
	record["published"], record["filed_online"] = false, false
	return record
}

func unoffered(map[string]any) map[string]any {
	return map[string]any{"online": false, "withdrawn": true}
}

// Members of the merged record that are columns of their own.
const apart = ` - 'published' - 'filed_online'`

// What a province's record becomes beside the packaged one: nothing where it says the same.
func beside(base, published, filed string) string {
	return `edit = case when jsonb_strip_nulls(` + base + `) = jsonb_strip_nulls(c.edit` + apart + `) then null else c.edit` + apart + ` end,
		edit_published = nullif((c.edit -> 'published')::bool, ` + published + `), edit_filed_online = nullif((c.edit -> 'filed_online')::bool, ` + filed + `)`
}

// writeProcedures keeps the former value in the history wherever people see something else from now on.
func writeProcedures(ctx context.Context, tx pgx.Tx, changes merge.Changes) error {
	const next = `, version = p.version + c.visible::int, changed_at = case when c.visible then now() else p.changed_at end from ` + merge.From + ` where p.code = c.k`
	const published, filed = `coalesce((c.base -> 'published')::bool, false)`, `coalesce((c.base -> 'filed_online')::bool, false)`
	for _, part := range []struct {
		meant func(merge.Change) bool
		sql   string
	}{
		{func(c merge.Change) bool { return c.Visible && !c.New }, `insert into procedures.procedure_version (procedure, version, record, published, filed_online, valid_from, replaced_by, login)
			select p.code, p.version, coalesce(p.edit, p.base), p.published, p.filed_online, p.changed_at, c.account, c.login from procedures.procedure p join ` + merge.From + ` on p.code = c.k`},
		{merge.Gone, `update procedures.procedure p set base = p.base || '{"withdrawn": true}', base_hash = sha256(''), base_published = false, base_filed_online = false` + next},
		{merge.New, `insert into procedures.procedure (code, base, base_hash, base_published, base_filed_online)
			select c.k, c.base` + apart + `, substr(c.print, 1, 32), ` + published + `, ` + filed + ` from ` + merge.From},
		{merge.Moved, `update procedures.procedure p set base = c.base` + apart + `, base_hash = substr(c.print, 1, 32), base_published = ` + published + `, base_filed_online = ` + filed + `, ` +
			beside(`c.base`+apart, published, filed) + next},
		{merge.Edited, `update procedures.procedure p set ` + beside(`p.base`, `p.base_published`, `p.base_filed_online`) + next},
	} {
		if err := changes.Exec(ctx, tx, part.sql, part.meant); err != nil {
			return err
		}
	}
	return nil
}
