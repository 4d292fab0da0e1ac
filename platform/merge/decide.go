package merge

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/threeway"
	"egovctl/platform/kernel/who"
)

// What may be taken besides a value of one's own.
const (
	TakeProvince = "province"
	TakeNew      = "new"
)

// longest is how long a reason may be, in bytes.
const longest = 2000

// Resolve decides open conflicts, after Settle: those of a record (its key) or of one field ("1.001193.name"), by taking the province's
// value, the new one, or another: JSON, or plain text. The reason stays with the decision. Faults: Invalid
// "merge.resolve.reason", "merge.resolve.value", "merge.resolve.gone"; NotFound "merge.resolve.none"; Conflict
// "merge.resolve.several" for a value that several fields would get; what the office says against the record.
func Resolve(ctx context.Context, tx pgx.Tx, by who.Principal, offices []Office, name, take, reason string) ([]Conflict, error) {
	return resolve(ctx, tx, by, offices, func(c Conflict) bool { return called(name, c.Kind, c.Key, c.Path) }, name, take, reason)
}

func resolve(ctx context.Context, tx pgx.Tx, by who.Principal, offices []Office, which func(Conflict) bool, name, take, reason string) ([]Conflict, error) {
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > longest {
		return nil, fault.New(fault.Invalid, "merge.resolve.reason", "max", longest).At("reason")
	}
	if take == "" {
		return nil, fault.New(fault.Invalid, "merge.resolve.value").At("take")
	}
	if _, err := Settle(ctx, tx, by, offices); err != nil {
		return nil, err
	}
	open, err := Open(ctx, tx)
	if err != nil {
		return nil, err
	}
	var meant []Conflict
	for _, c := range open {
		if which(c) {
			meant = append(meant, c)
		}
	}
	switch {
	case len(meant) == 0:
		return nil, fault.New(fault.NotFound, "merge.resolve.none", "name", name)
	case len(meant) > 1 && take != TakeProvince && take != TakeNew:
		return nil, fault.New(fault.Conflict, "merge.resolve.several", "name", name, "n", len(meant))
	}
	for _, c := range meant {
		if err := decide(ctx, tx, by, offices, c, take, reason); err != nil {
			return nil, err
		}
	}
	return meant, nil
}

// ResolveOne is Resolve for the conflict of an id.
func ResolveOne(ctx context.Context, tx pgx.Tx, by who.Principal, offices []Office, id int64, take, reason string) (Conflict, error) {
	done, err := resolve(ctx, tx, by, offices, func(c Conflict) bool { return c.ID == id }, strconv.FormatInt(id, 10), take, reason)
	if err != nil {
		return Conflict{}, err
	}
	return done[0], nil
}

// called reports whether a person means a place by name: its key, its key and field, either after "kind:".
func called(name, kind, key string, path []string) bool {
	if rest, ok := strings.CutPrefix(name, kind+":"); ok {
		name = rest
	}
	return name == key || name == nameOf(key, path)
}

func decide(ctx context.Context, tx pgx.Tx, by who.Principal, offices []Office, c Conflict, take, reason string) error {
	chosen := []byte(c.Province)
	if take == TakeNew {
		chosen = c.New
	} else if take != TakeProvince {
		chosen = valueOf(take)
	}
	if take != TakeProvince {
		if err := put(ctx, tx, by, offices, c, chosen, take); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `update platform.conflict set state = 'resolved', chosen = $2, resolved_by = $3, resolved_at = now(), reason = $4 where id = $1 and state = 'open'`,
		c.ID, chosen, by.Login, reason); err != nil {
		return err
	}
	word := take
	if take != TakeProvince && take != TakeNew {
		word = "value"
	}
	return audit.Write(ctx, tx, by, audit.Act{Service: c.Service, Action: "packaged.resolve", Object: c.Key, Detail: map[string]any{"field": c.Field, "take": word}})
}

// valueOf reads a value as it was typed: JSON where it is that, else a text.
func valueOf(typed string) []byte {
	if json.Valid([]byte(typed)) {
		return []byte(typed)
	}
	raw, _ := json.Marshal(typed) // a string always has a form
	return raw
}

// put writes the chosen value into the province's record.
func put(ctx context.Context, tx pgx.Tx, by who.Principal, offices []Office, c Conflict, chosen []byte, take string) error {
	if b := besideOf(offices, c.Service); b != nil {
		return b.put(c, chosen)
	}
	o, k, err := find(offices, c.Service, c.Kind)
	if err != nil {
		return err
	}
	var base, edit []byte
	err = tx.QueryRow(ctx, `select base, edit from (`+k.Read+`) as all_rows (key, print, base, edit, withdrawn) where key = $1`, c.Key).Scan(&base, &edit)
	if err != nil {
		return err
	}
	packaged, errB := threeway.Decode(base)
	now, errE := threeway.Decode(edit)
	value, errV := threeway.Decode(chosen)
	for _, err := range []error{errB, errE, errV} {
		if err != nil {
			return fault.Wrap(err, fault.Invalid, "merge.resolve.value").At("take")
		}
	}
	if now == nil {
		now = packaged
	}
	record, err := k.chosen(c, now, value, take)
	if err != nil {
		return err
	}
	change := Change{Key: c.Key, Visible: true}
	if change.Edit, err = json.Marshal(record); err != nil {
		return fault.Wrap(err, fault.Internal, "internal")
	}
	if k.Check != nil {
		if err := k.Check(change.Edit); err != nil {
			return err
		}
	}
	if threeway.Equal(record, now) {
		return nil
	}
	if threeway.Equal(record, packaged) {
		change.Edit = nil
	}
	if err := k.Write(ctx, tx, Changes{All: []Change{change}, Login: by.Login, Account: by.Account}); err != nil {
		if pg := (*pgconn.PgError)(nil); errors.As(err, &pg) && pg.Code == "23505" {
			err = fault.Wrap(err, fault.Conflict, "merge.resolve.taken", "name", c.Name()).At("take")
		}
		return err
	}
	if o.After == nil {
		return nil
	}
	return o.After(ctx, tx, nil)
}

// chosen is the record with the value in it.
func (k Kind) chosen(c Conflict, now, value any, take string) (any, error) {
	if len(c.Path) > 0 {
		record, ok := threeway.Put(k.Shape, now, c.Path, value)
		if !ok {
			return nil, fault.New(fault.Conflict, "merge.resolve.moved", "name", c.Name())
		}
		return record, nil
	}
	if value != nil {
		if _, ok := value.(map[string]any); !ok {
			return nil, fault.New(fault.Invalid, "merge.resolve.value").At("take")
		}
		return value, nil
	}
	record, ok := now.(map[string]any)
	if !ok || k.Withdrawn == nil {
		return nil, fault.New(fault.Invalid, "merge.resolve.gone", "name", c.Name(), "take", take)
	}
	return k.Withdrawn(record), nil
}

func besideOf(offices []Office, service string) *Beside {
	for _, o := range offices {
		if o.Service == service && len(o.Kinds) == 0 {
			return o.Beside
		}
	}
	return nil
}

// put makes the chosen value hold at a place that is no row. Fault: Forbidden "merge.resolve.elsewhere" where this process cannot.
func (b Beside) put(c Conflict, chosen []byte) error {
	value, err := threeway.Decode(chosen)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "merge.resolve.value").At("take")
	}
	if b.Decide == nil {
		return fault.New(fault.Forbidden, "merge.resolve.elsewhere", "name", c.Name())
	}
	return b.Decide(c, value)
}

func find(offices []Office, service, kind string) (Office, Kind, error) {
	for _, o := range offices {
		for _, k := range o.Kinds {
			if o.Service == service && k.Name == kind {
				return o, k, nil
			}
		}
	}
	return Office{}, Kind{}, fault.New(fault.NotFound, "merge.resolve.none", "name", kind)
}
