package merge

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/threeway"
)

// Beside is what an office keeps elsewhere than in rows that are merged, such as files. Every member may be nil.
type Beside struct {
	// Conflicts are the places that hold something else here than what is shipped now, both changed.
	Conflicts func() ([]Place, error)
	// Differences are the places that hold something else than what is shipped.
	Differences func(ctx context.Context, tx pgx.Tx) ([]Place, error)
	// Decided reports whether somebody has edited the place of an open conflict since, and what stands there now.
	Decided func(c Conflict) (now Place, decided bool, err error)
	// Decide makes chosen hold at the place of a conflict.
	Decide func(c Conflict, chosen any) error
}

// Place is one, with what stands there and who made that.
type Place struct {
	Kind, Key string
	threeway.Conflict
	By string
	At *time.Time
}

// Note stores the conflicts of what the office keeps beside its rows, as of a release. Those that are known already, decided
// or not, with these very values are left alone.
func Note(ctx context.Context, tx pgx.Tx, o Office, release string) error {
	unknown, err := unnoted(ctx, tx, o)
	if err != nil {
		return err
	}
	return store(ctx, tx, o.Service, release, unknown)
}

// Noted reports whether there is nothing to Note.
func Noted(ctx context.Context, tx pgx.Tx, o Office) (bool, error) {
	unknown, err := unnoted(ctx, tx, o)
	return len(unknown) == 0, err
}

func unnoted(ctx context.Context, tx pgx.Tx, o Office) ([]Place, error) {
	if o.Beside == nil || o.Beside.Conflicts == nil {
		return nil, nil
	}
	all, err := o.Beside.Conflicts()
	if err != nil || len(all) == 0 {
		return nil, err
	}
	rows, err := tx.Query(ctx, `select kind, key, path, province, new from platform.conflict where service = $1`, o.Service)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	var kind, key string
	var path []string
	var province, news []byte
	if _, err := pgx.ForEachRow(rows, []any{&kind, &key, &path, &province, &news}, func() error {
		values, err := printed(province, news)
		known[place(o.Service, kind, key, path)+values] = true
		return err
	}); err != nil {
		return nil, err
	}
	var out []Place
	for _, p := range all {
		ours, err := jsonOf(p.Ours)
		if err != nil {
			return nil, err
		}
		theirs, err := jsonOf(p.Theirs)
		if err != nil {
			return nil, err
		}
		values, err := printed(ours, theirs)
		if err != nil {
			return nil, err
		}
		if !known[place(o.Service, p.Kind, p.Key, p.Path)+values] {
			out = append(out, p)
		}
	}
	return out, nil
}

// printed is two values in one form, however they were written.
func printed(values ...[]byte) (string, error) {
	out := ""
	for _, raw := range values {
		v, err := threeway.Decode(raw)
		if err != nil {
			return "", err
		}
		one, err := jsonOf(v)
		if err != nil {
			return "", err
		}
		out += "\x00" + string(one)
	}
	return out, nil
}
