package inspect

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/who"
)

// Trial is a superuser's connection on which every person is played by the application's role.
type Trial struct {
	pool   *db.Pool
	all    []Table
	people []*Person
}

// tried puts a row away and has the application's role insert it again: what of it the role may give. A constraint that
// objects is asked after the policy. Everything is undone.
const tried = `create function pg_temp.tried(t regclass, columns text, at tid) returns boolean language plpgsql as $$
declare r jsonb;
begin
	execute format('delete from %s x where ctid = $1 returning to_jsonb(x)', t) into strict r using at;
	set local role egov_app;
	execute format('insert into %1$s (%2$s) select %2$s from jsonb_populate_record(null::%1$s, $1)', t, columns) using r;
	raise exception using errcode = 'EGOV1';
exception
	when insufficient_privilege then return false;
	when integrity_constraint_violation or sqlstate 'EGOV1' then return true;
end $$`

// NewTrial opens the connection. Beside the cast it plays the program itself and an administrator of the first agency.
func (w *World) NewTrial(ctx context.Context, all []Table) (*Trial, error) {
	pool, err := db.Open(ctx, w.DB.SuperDSN(), 1)
	if err != nil {
		return nil, err
	}
	if _, err := pool.Raw().Exec(ctx, tried); err != nil {
		pool.Close()
		return nil, err
	}
	seat := who.Position{Role: who.AgencyAdmin, Agency: w.Places[Top].ID, Scope: []int32{w.Places[Top].ID}}
	people := append(slices.Clone(w.People), &Person{Key: "program", Principal: who.Program("inspection")},
		&Person{Key: "agency_admin@top", Place: Top, Principal: who.Principal{Kind: who.Official, Positions: []who.Position{seat}}})
	return &Trial{pool, all, people}, nil
}

// Close ends the connection.
func (x *Trial) Close() { x.pool.Close() }

// Table has everybody insert and delete rows of a table, and compares with what the list of rights says.
func (x *Trial) Table(ctx context.Context, t Table, r Rights) ([]string, error) {
	var out []string
	for _, act := range []struct {
		verb  string
		right Right
		do    func(context.Context, pgx.Tx, Table, Right, *Person) (written, error)
	}{{"insert into", r.Insert, x.insert}, {"delete from", r.Delete, x.remove}} {
		var shown bool
		for _, p := range x.people {
			var got written
			err := x.play(ctx, p, func(tx pgx.Tx) (err error) { got, err = act.do(ctx, tx, t, act.right, p); return err })
			if err != nil {
				return nil, fmt.Errorf("%s tries to %s %s: %w", p.Key, act.verb, t.Name, err)
			}
			for mine, n := range got {
				if n > 0 && !act.right.reaches(p, mine) {
					out = append(out, fmt.Sprintf("%s may %s %s: %d rows, theirs: %v; the right is %s", p.Key, act.verb, t.Name, n, mine, act.right))
				}
				shown = shown || n > 0 && act.right.reaches(p, mine) && act.right.shows(p)
			}
		}
		if !shown && act.right != RightNobody {
			out = append(out, fmt.Sprintf("nobody shows that the right to %s %s is as wide as %s", act.verb, t.Name, act.right))
		}
	}
	return out, nil
}

// written is how many rows the database let somebody write: by whether they are their business.
type written map[bool]int

// play runs fn with a person's settings and without the constraints that bind tables to each other, and undoes it.
func (x *Trial) play(ctx context.Context, p *Person, fn func(tx pgx.Tx) error) error {
	undo := errors.New("undo")
	err := x.pool.Tx(ctx, p.Principal, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "set local session_replication_role = replica"); err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		return undo
	})
	if errors.Is(err, undo) {
		return nil
	}
	return err
}

// some is how many rows of each sort, the newest, are enough to try an insert with.
const some = 12

func (x *Trial) insert(ctx context.Context, tx pgx.Tx, t Table, r Right, p *Person) (written, error) {
	got := written{}
	if t.Insert == "" {
		return got, nil
	}
	rows, err := tx.Query(ctx, fmt.Sprintf(`select mine, count(*) from (
			select ctid, mine, row_number() over (partition by mine order by ctid desc) n from (
				select ctid, %s as mine from %s t) x) y
		where n <= %d and pg_temp.tried($3::text::regclass, $4, ctid) group by mine`, r.mine(x.all, t), t.Name, some),
		p.Principal.Account, scope(p), t.Name, t.Insert)
	if err != nil {
		return nil, err
	}
	return got, collect(rows, got)
}

func (x *Trial) remove(ctx context.Context, tx pgx.Tx, t Table, r Right, p *Person) (written, error) {
	got := written{}
	if !t.Delete {
		return got, nil
	}
	_, err := tx.Exec(ctx, fmt.Sprintf(`create temporary table before on commit drop as select ctid as place, %s as mine from %s t`,
		r.mine(x.all, t), t.Name), pgx.QueryExecModeSimpleProtocol, p.Principal.Account, scope(p))
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, "set local role egov_app; delete from "+t.Name+"; reset role"); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `select mine, count(*) from before where place not in (select ctid from `+t.Name+`) group by mine`)
	if err != nil {
		return nil, err
	}
	return got, collect(rows, got)
}

func collect(rows pgx.Rows, into written) error {
	var mine bool
	var n int
	_, err := pgx.ForEachRow(rows, []any{&mine, &n}, func() error { into[mine] = n; return nil })
	return err
}
