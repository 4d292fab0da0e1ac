package inspect

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"egovctl/platform/db"
	"egovctl/platform/kernel/who"
)

// Table is a table of a service's schema, as the catalog of the database has it. A table that is made tomorrow is among
// them without anybody's doing.
type Table struct {
	Name     string // schema.table
	Secured  bool   // row-level security is on
	Agencies []column
	Accounts []string
	Parents  []link // foreign keys to other tables of the services
	Children []link // foreign keys of tables that say their agency
	Update   string // a column that the application may update, "" for none
	Insert   string // the columns that the application may give a new row, after commas
	Delete   bool   // the application may delete
}

type column struct {
	Name  string
	Array bool
}

type link struct{ From, Table, To string }

const catalogSQL = `
select format('%I.%I', n.nspname, c.relname) as name, c.relrowsecurity,
  (select coalesce(array_agg(a.attname::text || case when t.typcategory = 'A' then '[]' else '' end order by a.attnum), '{}')
     from pg_attribute a join pg_type t on t.oid = a.atttypid
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and t.typname in ('int4', '_int4')
      and (a.attname ~ '(^|_)agency(_id)?$' or a.attname in ('competent_id', 'receiver_id', 'involved'))),
  (select coalesce(array_agg(a.attname::text order by a.attnum), '{}') from pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      and a.attname in ('account', 'account_id', 'owner', 'officer', 'filed_by', 'by_account', 'to_account')),
  (select coalesce(array_agg(format('%I %s %I', a.attname, k.confrelid::regclass, f.attname)), '{}') from pg_constraint k
     join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
     join pg_attribute f on f.attrelid = k.confrelid and f.attnum = k.confkey[1]
    where k.conrelid = c.oid and k.contype = 'f' and cardinality(k.conkey) = 1 and k.confrelid <> c.oid),
  coalesce((select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity = ''
      and has_column_privilege('egov_app', c.oid, a.attnum, 'update') order by a.attnum limit 1), ''),
  coalesce((select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      and a.attgenerated = '' and a.attidentity <> 'a' and has_column_privilege('egov_app', c.oid, a.attnum, 'insert')), ''),
  has_table_privilege('egov_app', c.oid, 'delete')
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname = any ($1)
order by 1`

// schemas are the platform's and those of the services.
func (w *World) schemas() []string {
	names := []string{"platform"}
	for _, m := range w.Offices.Modules() {
		names = append(names, m.Name)
	}
	return names
}

// Tables reads every table of the services and of the platform itself from the catalog.
func (w *World) Tables(ctx context.Context) ([]Table, error) {
	rows, err := w.DB.Owner().Raw().Query(ctx, catalogSQL, w.schemas())
	if err != nil {
		return nil, err
	}
	var out []Table
	var t Table
	var agencies, keys []string
	_, err = pgx.ForEachRow(rows, []any{&t.Name, &t.Secured, &agencies, &t.Accounts, &keys, &t.Update, &t.Insert, &t.Delete}, func() error {
		x := t
		x.Accounts, x.Agencies, x.Parents = slices.Clone(t.Accounts), nil, nil
		for _, a := range agencies {
			name, array := strings.CutSuffix(a, "[]")
			x.Agencies = append(x.Agencies, column{name, array})
		}
		for _, k := range keys {
			f := strings.Fields(k)
			x.Parents = append(x.Parents, link{f[0], f[1], f[2]})
		}
		out = append(out, x)
		return nil
	})
	for i := range out {
		for _, c := range out {
			for _, k := range c.Parents {
				if k.Table == out[i].Name && len(c.Agencies) > 0 {
					out[i].Children = append(out[i].Children, link{k.To, c.Name, k.From})
				}
			}
		}
	}
	return out, err
}

// deepest is over how many keys a row may belong to somebody.
const deepest = 2

// agencyTable is where agencies are; a key to it is an agency and no parent.
const agencyTable = "agencies.agency"

// mine is the condition under which a row of t, named alias, is some business of an account with a scope ($1 account,
// $2 scope): it names one of the agencies, or the account, or belongs to a row that does.
func mine(all []Table, t Table, alias string, depth int) string {
	var or []string
	add := func(format string, args ...any) { or = append(or, fmt.Sprintf(format, args...)) }
	for _, c := range t.Agencies {
		if c.Array {
			add("%s.%s && $2::int[]", alias, c.Name)
		} else {
			add("%s.%s = any ($2::int[])", alias, c.Name)
		}
	}
	for _, c := range t.Accounts {
		add("($1 <> '' and %s.%s::text = $1)", alias, c)
	}
	if t.Name == "identity.account" {
		add("($1 <> '' and %s.id::text = $1)", alias)
	}
	if depth > 0 {
		for _, k := range t.Parents {
			i := slices.IndexFunc(all, func(p Table) bool { return p.Name == k.Table })
			if i < 0 || k.Table == agencyTable {
				continue
			}
			up := fmt.Sprintf("p%d", depth)
			add("%s.%s in (select %s.%s from %s %s where %s)", alias, k.From, up, k.To, k.Table, up, mine(all, all[i], up, depth-1))
		}
		for _, k := range t.Children {
			i := slices.IndexFunc(all, func(c Table) bool { return c.Name == k.Table })
			down := fmt.Sprintf("c%d", depth)
			add("%s.%s in (select %s.%s from %s %s where %s)", alias, k.From, down, k.To, k.Table, down, mine(all, all[i], down, 0))
		}
	}
	if len(or) == 0 {
		or = []string{"false"}
	}
	if depth == deepest { // both parameters are there, whatever the table
		or = append(or, "($1::text is null and $2::int[] is null)")
	}
	return strings.Join(or, " or ")
}

// Exception is a line of the list of tables: "public" rows are everybody's, "closed" ones nobody's but the program's.
type Exception struct{ Kind, Why string }

// ReadTables reads the list of tables that are not simply their agency's.
func ReadTables(r io.Reader) (map[string]Exception, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, err
	}
	out := map[string]Exception{}
	for _, c := range rows[1:] {
		out[c[0]] = Exception{c[1], c[2]}
	}
	return out, nil
}

// Wall asks the database itself as the application's role with a person's settings, past everything that the
// application would filter: every row of the table that answers must be some business of the person, and no row may
// hold a word of a place that is closed to the person.
func (w *World) Wall(ctx context.Context, all []Table, t Table, e Exception, p *Person) ([]string, error) {
	if e.Kind == "public" && p.Key != "anonymous" {
		return nil, nil // the same rows for everybody: what strangers may read is looked at once
	}
	rows, err := w.seen(ctx, t, p)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var out []string
	var held string
	err = w.DB.Owner().Raw().QueryRow(ctx, fmt.Sprintf(`select coalesce(min(canary.said), '') from %s t, unnest($2::text[]) canary (said)
		where t.ctid = any ($1::text[]::tid[]) and strpos(lower(t::text), lower(canary.said)) > 0`, t.Name), rows, w.Forbidden(p)).Scan(&held)
	if err != nil {
		return nil, err
	}
	if held != "" {
		out = append(out, fmt.Sprintf("%s shows %s a row with the canary %s", t.Name, p.Key, held))
	}
	switch {
	case e.Kind == "closed":
		return append(out, fmt.Sprintf("%s shows %s %d rows; it is closed: %s", t.Name, p.Key, len(rows), e.Why)), nil
	case e.Kind == "public" || p.Principal.All:
		return out, nil
	}
	var foreign int
	err = w.DB.Owner().Raw().QueryRow(ctx, fmt.Sprintf(`select count(*) from %s t where t.ctid = any ($3::text[]::tid[]) and (%s) is not true`,
		t.Name, mine(all, t, "t", deepest)), p.Principal.Account, scope(p), rows).Scan(&foreign)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name, err)
	}
	if foreign > 0 {
		out = append(out, fmt.Sprintf("%s shows %s %d rows that are no business of theirs", t.Name, p.Key, foreign))
	}
	return out, nil
}

func scope(p *Person) []int32 {
	if s := p.Principal.Scope(); s != nil {
		return s
	}
	return []int32{}
}

// seen are the places of the rows that the database shows to a person; none when the role may not read the table at all.
func (w *World) seen(ctx context.Context, t Table, p *Person) ([]string, error) {
	var out []string
	err := w.as(ctx, p, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, "select ctid::text from "+t.Name)
		if err == nil {
			out, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		return err
	})
	return out, err
}

// Pen tries to write every row of a table as a person: no more rows may change than are the person's business.
func (w *World) Pen(ctx context.Context, all []Table, t Table, p *Person) ([]string, error) {
	if t.Update == "" || p.Principal.All {
		return nil, nil
	}
	var changed int64
	err := w.as(ctx, p, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, fmt.Sprintf("update %s set %s = %s", t.Name, t.Update, t.Update))
		changed = tag.RowsAffected()
		return err
	})
	if err != nil || changed == 0 {
		return nil, err
	}
	var own int64
	err = w.DB.Owner().Raw().QueryRow(ctx, fmt.Sprintf(`select count(*) from %s t where (%s)`, t.Name, mine(all, t, "t", deepest)),
		p.Principal.Account, scope(p)).Scan(&own)
	if err == nil && changed > own {
		return []string{fmt.Sprintf("%s lets %s change %d rows, of which %d are theirs", t.Name, p.Key, changed, own)}, nil
	}
	return nil, err
}

// as runs fn in a transaction of the application's role with a person's settings, and undoes it. That the role may not
// do it is no error.
func (w *World) as(ctx context.Context, p *Person, fn func(tx pgx.Tx) error) error {
	undo := errors.New("undo")
	err := w.DB.App().Tx(ctx, p.Principal, func(ctx context.Context, tx pgx.Tx) error {
		err := fn(tx)
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.Code == "42501" {
			err = nil
		}
		if err != nil {
			return fmt.Errorf("as %s: %w", p.Key, err)
		}
		return undo
	})
	if errors.Is(err, undo) || errors.Is(db.Explain(undo), err) {
		return nil
	}
	return err
}

// Fingerprint is a digest of every table's content, for finding out whether anything was written. The moment at which a
// session was last seen is left out.
func (w *World) Fingerprint(ctx context.Context) (map[string]string, error) {
	all, err := w.Tables(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, t := range all {
		row := "t::text"
		switch t.Name {
		case "identity.session":
			row = "(to_jsonb(t) - 'last_seen')::text"
		case "platform.outbox", "platform.job":
			continue // delivered and run by the clock, not by requests
		}
		var sum string
		err := w.DB.Owner().Raw().QueryRow(ctx, fmt.Sprintf(`select count(*) || ' ' || coalesce(sum(hashtextextended(%s, 0)), 0) from %s t`, row, t.Name)).Scan(&sum)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Name, err)
		}
		out[t.Name] = sum
	}
	return out, nil
}

// Reach compares the scope that the identity office gives with what the cast says: of the places, exactly those.
func (w *World) Reach(p *Person) []string {
	var out []string
	for _, place := range w.Places {
		got := p.Principal.All || slices.Contains(p.Principal.Scope(), place.ID)
		if got != p.SeesPlace(place.Key) {
			out = append(out, fmt.Sprintf("%s: scope over %s is %v, the cast says %v", p.Key, place.Key, got, !got))
		}
	}
	if p.Role == who.Citizen && len(p.Principal.Scope()) > 0 {
		out = append(out, p.Key+" has a scope")
	}
	return out
}
