package ledger

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
)

// Report says what an operation found before and after, table by table.
type Report struct {
	Operation string    `json:"operation"` // upgrade, rollback
	Instance  string    `json:"instance"`
	From      string    `json:"from"` // releases
	To        string    `json:"to"`
	At        time.Time `json:"at"`
	Recounted bool      `json:"recounted"` // every row was read
	Tables    []Table   `json:"tables"`    // by name
}

// Table is one kept table.
type Table struct {
	Name         string   `json:"name"`
	Before       int64    `json:"before"` // rows
	After        int64    `json:"after"`
	DigestBefore int64    `json:"digest_before"`
	DigestAfter  int64    `json:"digest_after"`
	Missing      []string `json:"missing"` // keys of rows that went without an act
	Changed      []string `json:"changed"` // keys of rows that were changed without an act
	// Counted is what is there when every row is read, where that is not what the ledger says: rows came or went while its
	// triggers were off, and nobody can name them. nil when it agrees, or when nothing was read.
	Counted *Total `json:"counted,omitempty"`
}

// Compare makes the tables of a report: what was before, what is now, and what no act explains since the report before. recounted are the
// totals of Recount in the same transaction, nil for none.
func Compare(ctx context.Context, tx pgx.Tx, before Totals, recounted map[string]Total) ([]Table, error) {
	after, err := Take(ctx, tx)
	if err != nil {
		return nil, err
	}
	byName := map[string]*Table{}
	for name, x := range after.Tables {
		was := before.Tables[name]
		t := &Table{Name: name, Before: was.Rows, After: x.Rows, DigestBefore: was.Digest, DigestAfter: x.Digest, Missing: []string{}, Changed: []string{}}
		if counted, ok := recounted[name]; ok && counted != x {
			t.Counted = &counted
		}
		byName[name] = t
	}
	// Those that are not folded yet, because an older transaction is still under way, are asked for as well.
	rows, err := tx.Query(ctx, `select k.name, l.op::text, l.key from platform.kept_loss l join platform.kept k on k.id = l.kept where l.id > $1
		union select k.name, m.op::text, key from platform.kept_move m join platform.kept k on k.id = m.kept cross join unnest(m.keys) key
		where not exists (select from platform.audit a where a.xact = m.xact) order by 1, 2, 3`, before.told)
	if err != nil {
		return nil, err
	}
	var name, op, key string
	_, err = pgx.ForEachRow(rows, []any{&name, &op, &key}, func() error {
		if t := byName[name]; op == "d" {
			t.Missing = append(t.Missing, key)
		} else {
			t.Changed = append(t.Changed, key)
		}
		return nil
	})
	tables := make([]Table, 0, len(byName))
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		tables = append(tables, *byName[name])
	}
	return tables, err
}

// Losses counts what no act explains: rows that are named, and tables that differ from what the ledger says.
func (r Report) Losses() int {
	n := 0
	for _, t := range r.Tables {
		n += len(t.Missing) + len(t.Changed)
		if t.Counted != nil {
			n++
		}
	}
	return n
}

// sealed is a report as it stands in its file.
type sealed struct {
	Report
	Key       []byte `json:"key,omitempty"`
	Signature []byte `json:"signature,omitempty"`
}

// Signed is the report as JSON with the instance's signature over everything before it.
func (r Report) Signed(key ed25519.PrivateKey) ([]byte, error) {
	s := sealed{Report: r}
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	s.Key, s.Signature = key.Public().(ed25519.PublicKey), ed25519.Sign(key, text) //nolint:forcetypeassert // of an ed25519 key it is
	out, err := json.MarshalIndent(s, "", "  ")
	return append(out, '\n'), err
}

// Check reads a signed report. Fault: finding "ledger.report" for one that key has not signed.
func Check(raw []byte, key ed25519.PublicKey) (Report, error) {
	var s sealed
	err := json.Unmarshal(raw, &s)
	if err == nil {
		var text []byte
		if text, err = json.Marshal(sealed{Report: s.Report}); err == nil && ed25519.Verify(key, text, s.Signature) {
			return s.Report, nil
		}
	}
	return Report{}, fault.Wrap(err, fault.Finding, "ledger.report")
}
