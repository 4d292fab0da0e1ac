package merge

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
)

// Changes are all of one kind.
type Changes struct {
	All            []Change
	Login, Account string // of who does it, '' for the program itself
}

// Exec runs one statement over the changes that are meant; none is fine. It is given who ($6 login, $7 account) and, as
// arrays, the keys ($1), the packaged records ($2) and their prints ($3), the province's records ($4), and whether people
// see something else afterwards ($5): From reads them. Fault: Forbidden when not every row was written.
func (c Changes) Exec(ctx context.Context, tx pgx.Tx, sql string, meant func(Change) bool) error {
	var keys []string
	var bases, prints, edits [][]byte
	var visible []bool
	for _, one := range c.All {
		if !meant(one) {
			continue
		}
		keys, visible = append(keys, one.Key), append(visible, one.Visible)
		bases, prints, edits = append(bases, one.Base), append(prints, one.Print), append(edits, one.Edit)
	}
	if len(keys) == 0 {
		return nil
	}
	tag, err := tx.Exec(ctx, sql, keys, bases, prints, edits, visible, c.Login, c.Account)
	if err == nil && tag.RowsAffected() != int64(len(keys)) {
		return fault.New(fault.Forbidden, "forbidden") // row-level security hides what somebody may not write
	}
	return err
}

// From are the changes of Exec as a table c: key k, base, print, edit, whether it is visible, by login and account, and r,
// the record in force.
const From = `(select u.*, coalesce(u.edit, u.base) as r, $6::text as login, $7::text as account
	from unnest($1::text[], $2::jsonb[], $3::bytea[], $4::jsonb[], $5::bool[]) as u (k, base, print, edit, visible)) as c`

// Gone is a record that is withdrawn.
func Gone(c Change) bool { return c.Gone }

// New is a packaged record that has no row yet.
func New(c Change) bool { return c.New && !c.Gone }

// Moved is a row whose packaged record becomes another.
func Moved(c Change) bool { return c.Moved && !c.New && !c.Gone }

// Edited is a row in which only the province's record becomes another.
func Edited(c Change) bool { return !c.Moved && !c.New && !c.Gone }
