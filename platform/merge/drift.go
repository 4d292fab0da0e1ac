package merge

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/threeway"
	"egovctl/platform/kernel/who"
)

// Drift is a field in which the province says something else than what is packaged.
type Drift struct {
	Service  string          `json:"service"`
	Kind     string          `json:"kind"`
	Key      string          `json:"key"`
	Path     []string        `json:"path"`
	Field    string          `json:"field"`    // "" for a record that is the province's own
	Packaged json.RawMessage `json:"packaged"` // null for an absent value
	Province json.RawMessage `json:"province"`
	EditedBy string          `json:"edited_by"`
	EditedAt *time.Time      `json:"edited_at"`
	Accepted *Acceptance     `json:"accepted"` // nil while nobody has
}

// Acceptance is who stands by a difference.
type Acceptance struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
	value  []byte
}

// Name is how a person names the difference: the key, and the field behind it.
func (d Drift) Name() string { return nameOf(d.Key, d.Path) }

// Drifts lists every difference of the rows of all offices, in the order of their kinds.
func Drifts(ctx context.Context, tx pgx.Tx, offices []Office) ([]Drift, error) {
	accepted, err := acceptances(ctx, tx)
	if err != nil {
		return nil, err
	}
	var out []Drift
	for _, o := range offices {
		for _, k := range o.Kinds {
			found, err := k.drifts(ctx, tx, o.Service)
			if err != nil {
				return nil, fmt.Errorf("compare %s.%s: %w", o.Service, k.Name, err)
			}
			out = append(out, found...)
		}
		if o.Beside == nil || o.Beside.Differences == nil {
			continue
		}
		found, err := o.Beside.drifts(ctx, tx, o.Service)
		if err != nil {
			return nil, fmt.Errorf("compare %s: %w", o.Service, err)
		}
		out = append(out, found...)
	}
	for i := range out {
		a, ok := accepted[place(out[i].Service, out[i].Kind, out[i].Key, out[i].Path)]
		if ok && same(a.value, out[i].Province) {
			out[i].Accepted = &a
		}
	}
	return out, nil
}

func (k Kind) drifts(ctx context.Context, tx pgx.Tx, service string) ([]Drift, error) {
	rows, err := tx.Query(ctx, `select key, base, edit from (`+k.Read+`) as all_rows (key, print, base, edit, withdrawn) where edit is not null order by key`)
	if err != nil {
		return nil, err
	}
	var out []Drift
	var keys []string
	var key string
	var base, edit []byte
	_, err = pgx.ForEachRow(rows, []any{&key, &base, &edit}, func() error {
		packaged, errB := threeway.Decode(base)
		now, errE := threeway.Decode(edit)
		if errB != nil || errE != nil {
			return fmt.Errorf("read %s: %w", key, fault.New(fault.Internal, "internal"))
		}
		keys = append(keys, key)
		for _, d := range threeway.Differences(k.Shape, packaged, now) {
			drift, err := driftOf(service, Place{Kind: k.Name, Key: key, Conflict: d})
			if err != nil {
				return err
			}
			out = append(out, drift)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	hands, err := k.hands(ctx, tx, keys)
	for i := range out {
		h := hands[out[i].Key]
		out[i].EditedBy, out[i].EditedAt = h.login, h.at
	}
	return out, err
}

func (b Beside) drifts(ctx context.Context, tx pgx.Tx, service string) ([]Drift, error) {
	all, err := b.Differences(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := make([]Drift, len(all))
	for i, p := range all {
		if out[i], err = driftOf(service, p); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func driftOf(service string, p Place) (Drift, error) {
	d := Drift{Service: service, Kind: p.Kind, Key: p.Key, Path: p.Path, Field: p.Field(), EditedBy: p.By, EditedAt: p.At}
	if d.Path == nil {
		d.Path = []string{}
	}
	was, err := jsonOf(p.Base)
	if err != nil {
		return d, err
	}
	is, err := jsonOf(p.Ours)
	d.Packaged, d.Province = was, is
	return d, err
}

func place(service, kind, key string, path []string) string {
	return strings.Join(append([]string{service, kind, key}, path...), "\x00")
}

func same(a, b []byte) bool {
	x, errX := threeway.Decode(a)
	y, errY := threeway.Decode(b)
	return errX == nil && errY == nil && threeway.Equal(x, y)
}

func acceptances(ctx context.Context, tx pgx.Tx) (map[string]Acceptance, error) {
	rows, err := tx.Query(ctx, `select service, kind, key, path, value, accepted_by, accepted_at, reason from platform.accepted`)
	if err != nil {
		return nil, err
	}
	out := map[string]Acceptance{}
	var service, kind, key string
	var path []string
	var a Acceptance
	_, err = pgx.ForEachRow(rows, []any{&service, &kind, &key, &path, &a.value, &a.By, &a.At, &a.Reason}, func() error {
		out[place(service, kind, key, path)] = a
		a = Acceptance{}
		return nil
	})
	return out, err
}

// Accept notes that the province stands by differences: those of a record (its key) or of one field. It holds as long as
// the value stays. Faults: Invalid "merge.resolve.reason"; NotFound "merge.drift.none".
func Accept(ctx context.Context, tx pgx.Tx, by who.Principal, offices []Office, name, reason string) (int, error) {
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > longest {
		return 0, fault.New(fault.Invalid, "merge.resolve.reason", "max", longest).At("reason")
	}
	all, err := Drifts(ctx, tx, offices)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, d := range all {
		if !called(name, d.Kind, d.Key, d.Path) {
			continue
		}
		n++
		if _, err := tx.Exec(ctx, `insert into platform.accepted (service, kind, key, path, value, accepted_by, reason) values ($1, $2, $3, $4, $5, $6, $7)
			on conflict (service, kind, key, path) do update set value = excluded.value, accepted_by = excluded.accepted_by, accepted_at = now(), reason = excluded.reason`,
			d.Service, d.Kind, d.Key, d.Path, []byte(d.Province), by.Login, reason); err != nil {
			return 0, err
		}
		if err := audit.Write(ctx, tx, by, audit.Act{Service: d.Service, Action: "packaged.accept", Object: d.Key, Detail: map[string]any{"field": d.Field}}); err != nil {
			return 0, err
		}
	}
	if n == 0 {
		return 0, fault.New(fault.NotFound, "merge.drift.none", "name", name)
	}
	return n, nil
}
