package merge

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/threeway"
)

// Sole is a member whose value no two records of a kind may share, such as the identifier of an agency.
type Sole struct {
	Member string
	Held   string // SQL that selects further values that are taken: value, key of whose they are; '' for none
	// Spare gives a new record another value, of which n tells one from the next, since it cannot have its own.
	Spare func(record map[string]any, n int)
}

// claim is a record in force after the merge, and what it said before.
type claim struct {
	at     int // index of its change, -1 for a row that stays as it is
	record map[string]any
	before any // value of the member; nil for a new row
	packed any // what the release says, where the record says the same: it is the release that wants it
}

// settle keeps records apart that the release would give the value of another: that one holds it on, whoever was to get it keeps
// what it had, and the place is told as a conflict.
func (s Sole) settle(ctx context.Context, tx pgx.Tx, rows map[string]row, changes []Change) ([]found, error) {
	claims, err := s.claims(rows, changes)
	if err != nil {
		return nil, err
	}
	held, err := s.held(ctx, tx)
	if err != nil {
		return nil, err
	}
	var out []found
	for range len(claims) + 1 {
		key, taken := s.clash(claims, held)
		if !taken {
			return out, nil
		}
		c := claims[key]
		conflict := threeway.Conflict{Path: []string{s.Member}, Base: c.before, Theirs: c.record[s.Member]}
		c.record, c.packed = maps.Clone(c.record), nil
		c.record[s.Member] = c.before
		for n := 1; c.before == nil && (n == 1 || s.takenBy(key, c.record[s.Member], claims, held, false)); n++ {
			c.record[s.Member] = conflict.Theirs
			s.Spare(c.record, n)
		}
		conflict.Ours = c.record[s.Member]
		claims[key] = c
		if changes[c.at].Edit, err = json.Marshal(c.record); err != nil {
			return nil, fault.Wrap(err, fault.Internal, "internal")
		}
		out = append(out, found{key, conflict})
	}
	return nil, fmt.Errorf("%s: no end of records with one value", s.Member)
}

// clash is the first record to which the release gives a value that another one has.
func (s Sole) clash(claims map[string]claim, held map[string]string) (key string, taken bool) {
	for _, key := range slices.Sorted(maps.Keys(claims)) {
		if c := claims[key]; c.packed != nil && s.takenBy(key, c.packed, claims, held, true) {
			return key, true
		}
	}
	return "", false
}

// takenBy reports whether a value is another record's. Of two that the release gives the same value the first by key may have it.
func (s Sole) takenBy(key string, value any, claims map[string]claim, held map[string]string, first bool) bool {
	if text, _ := value.(string); held[text] != "" && held[text] != key {
		return true
	}
	for other, c := range claims {
		if other != key && c.record[s.Member] == value && (!first || c.packed == nil || other < key) {
			return true
		}
	}
	return false
}

func (s Sole) claims(rows map[string]row, changes []Change) (map[string]claim, error) {
	out := map[string]claim{}
	decode := func(key string, edit, base []byte) (map[string]any, error) {
		if edit == nil {
			edit = base
		}
		v, err := threeway.Decode(edit)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", key, err)
		}
		record, _ := v.(map[string]any)
		return record, nil
	}
	for key, r := range rows {
		record, err := decode(key, r.edit, r.base)
		if err != nil {
			return nil, err
		}
		out[key] = claim{at: -1, record: record, before: record[s.Member]}
	}
	for i, c := range changes {
		if c.Gone {
			continue // it keeps its value: what is past points at it
		}
		record, err := decode(c.Key, c.Edit, c.Base)
		if err != nil {
			return nil, err
		}
		packed, err := decode(c.Key, nil, c.Base)
		if err != nil {
			return nil, err
		}
		is := claim{at: i, record: record, before: out[c.Key].before}
		if value := record[s.Member]; value != is.before && value == packed[s.Member] {
			is.packed = value
		}
		out[c.Key] = is
	}
	return out, nil
}

func (s Sole) held(ctx context.Context, tx pgx.Tx) (map[string]string, error) {
	out := map[string]string{}
	if s.Held == "" {
		return out, nil
	}
	rows, err := tx.Query(ctx, s.Held)
	if err != nil {
		return nil, err
	}
	var value, key string
	_, err = pgx.ForEachRow(rows, []any{&value, &key}, func() error {
		out[value] = key
		return nil
	})
	return out, err
}
