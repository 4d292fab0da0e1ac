package merge

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/threeway"
	"egovctl/platform/kernel/who"
)

// settled is an open conflict whose place holds another value by now: whoever edited it has decided.
type settled struct {
	Conflict
	now any
	by  string
	at  *time.Time
}

// Live lists the conflicts that wait for a decision, by service, kind and key. Those whose place somebody has edited since are not
// among them.
func Live(ctx context.Context, tx pgx.Tx, offices []Office) ([]Conflict, error) {
	live, _, err := sift(ctx, tx, offices)
	return live, err
}

// Settle closes the conflicts whose place somebody has edited since, in that person's name.
func Settle(ctx context.Context, tx pgx.Tx, by who.Principal, offices []Office) (int, error) {
	_, done, err := sift(ctx, tx, offices)
	if err != nil {
		return 0, err
	}
	for _, s := range done {
		chosen, err := jsonOf(s.now)
		if err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, `update platform.conflict set state = 'resolved', chosen = $2, resolved_by = $3, resolved_at = coalesce($4, now()) where id = $1 and state = 'open'`,
			s.ID, chosen, s.by, s.at); err != nil {
			return 0, err
		}
		if err := audit.Write(ctx, tx, by, audit.Act{Service: s.Service, Action: "packaged.settle", Object: s.Key, Detail: map[string]any{"field": s.Field, "by": s.by}}); err != nil {
			return 0, err
		}
	}
	return len(done), nil
}

// sift parts the open conflicts into those that wait and those that an edit has decided.
func sift(ctx context.Context, tx pgx.Tx, offices []Office) (live []Conflict, done []settled, err error) {
	open, err := Open(ctx, tx)
	if err != nil || len(open) == 0 {
		return open, nil, err
	}
	is := map[int64]*settled{}
	for _, o := range offices {
		for _, k := range o.Kinds {
			if err := k.edited(ctx, tx, of(open, o.Service, k.Name), is); err != nil {
				return nil, nil, fmt.Errorf("look at %s.%s: %w", o.Service, k.Name, err)
			}
		}
		if o.Beside == nil || o.Beside.Decided == nil {
			continue
		}
		for _, c := range of(open, o.Service, "") {
			if s, decided, err := o.Beside.Decided(c); err != nil {
				return nil, nil, fmt.Errorf("look at %s: %w", c.Name(), err)
			} else if decided {
				is[c.ID] = &settled{c, s.Ours, s.By, s.At}
			}
		}
	}
	for _, c := range open {
		if s := is[c.ID]; s != nil {
			done = append(done, *s)
		} else {
			live = append(live, c)
		}
	}
	return live, done, nil
}

// of picks the conflicts of a service and kind; kind "" is any.
func of(open []Conflict, service, kind string) []Conflict {
	return slices.DeleteFunc(slices.Clone(open), func(c Conflict) bool { return c.Service != service || kind != "" && c.Kind != kind })
}

// edited notes which of these conflicts an edit has decided.
func (k Kind) edited(ctx context.Context, tx pgx.Tx, open []Conflict, is map[int64]*settled) error {
	if len(open) == 0 {
		return nil
	}
	keys := make([]string, len(open))
	for i, c := range open {
		keys[i] = c.Key
	}
	records, err := k.inForce(ctx, tx, keys)
	if err != nil {
		return err
	}
	hands, err := k.hands(ctx, tx, keys)
	if err != nil {
		return err
	}
	for _, c := range open {
		record, there := records[c.Key]
		now := threeway.At(k.Shape, record, c.Path)
		if was, err := threeway.Decode(c.Province); err != nil {
			return err
		} else if there && !threeway.Equal(now, was) {
			is[c.ID] = &settled{c, now, hands[c.Key].login, hands[c.Key].at}
		}
	}
	return nil
}

// inForce are the records of keys; nil for one that the province took away.
func (k Kind) inForce(ctx context.Context, tx pgx.Tx, keys []string) (map[string]any, error) {
	rows, err := tx.Query(ctx, `select key, coalesce(edit, base) from (`+k.Read+`) as all_rows (key, print, base, edit, withdrawn) where key = any ($1)`, keys)
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	var key string
	var raw []byte
	_, err = pgx.ForEachRow(rows, []any{&key, &raw}, func() error {
		record, err := threeway.Decode(raw)
		if withdrawn(record) {
			record = nil
		}
		out[key] = record
		return err
	})
	return out, err
}
