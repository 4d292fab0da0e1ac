package desk

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/services/onestop/internal/store"
	"egovctl/platform/workcal"
)

// demoBook keeps counters and promises in memory; versions of procedures go to the database, once each.
type demoBook struct {
	store    *store.Store
	frozen   map[string]int32
	bodies   map[int32][]byte
	days     map[store.Counter]int
	promises map[string]*workcal.Promise
}

func newDemoBook(s *store.Store) *demoBook {
	return &demoBook{store: s, frozen: map[string]int32{}, bodies: map[int32][]byte{}, days: map[store.Counter]int{}, promises: map[string]*workcal.Promise{}}
}

// Freeze keeps a procedure once.
func (b *demoBook) Freeze(ctx context.Context, tx pgx.Tx, code, name string, body any) (int32, error) {
	if v, ok := b.frozen[code]; ok {
		return v, nil
	}
	v, err := b.store.Freeze(ctx, tx, code, name, body)
	if err != nil {
		return 0, err
	}
	raw, err := json.Marshal(body)
	b.frozen[code], b.bodies[v] = v, raw
	return v, err
}

// Procedure is what Freeze kept.
func (b *demoBook) Procedure(_ context.Context, _ pgx.Tx, version int32, v any) error {
	return json.Unmarshal(b.bodies[version], v)
}

// Next counts as the database would.
func (b *demoBook) Next(_ context.Context, _ pgx.Tx, agency int32, at time.Time) (int, error) {
	key := store.Counter{Agency: agency, Day: at.In(clock.Vietnam).Format(time.DateOnly)}
	b.days[key]++
	return b.days[key], nil
}

// Promise is the last that a step left.
func (b *demoBook) Promise(_ context.Context, _ pgx.Tx, id string) (*workcal.Promise, error) {
	return b.promises[id], nil
}

// CountComponents is not asked: nobody adds papers in a demonstration.
func (b *demoBook) CountComponents(context.Context, pgx.Tx, string) (int, error) { return 0, nil }

// Components likewise.
func (b *demoBook) Components(context.Context, pgx.Tx, dossier.Dossier, int, []dossier.Component) error {
	return nil
}

func (b *demoBook) counters() map[store.Counter]int { return b.days }
