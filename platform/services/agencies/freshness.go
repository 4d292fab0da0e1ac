package agencies

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/agencies/internal/store"
	"egovctl/platform/services/agencies/internal/territory"
)

// freshFor is how long a snapshot is used before the change counter is looked at again: a change elsewhere is seen
// within this time, and idle instances ask nothing.
const freshFor = 500 * time.Millisecond

// held is a snapshot and when its version was last compared with the database.
type held struct {
	snap    *territory.Snapshot
	checked time.Time
}

// Snapshot gives the units and agencies as they are now. Inside a transaction pass it: the check then needs no second
// connection, and a transaction that itself changed something sees its own change. tx may be nil outside of one.
func (s *Service) Snapshot(ctx context.Context, tx pgx.Tx) (*territory.Snapshot, error) {
	if h := s.held.Load(); h != nil && time.Since(h.checked) < freshFor {
		return h.snap, nil
	}
	if tx != nil {
		return s.refresh(ctx, tx)
	}
	var snap *territory.Snapshot
	err := s.deps.DB.Read(ctx, who.Nobody(), func(ctx context.Context, tx pgx.Tx) error {
		var err error
		snap, err = s.refresh(ctx, tx)
		return err
	})
	return snap, err
}

// refresh is called with a connection in hand and never waits for another one, so the lock cannot starve the pool.
func (s *Service) refresh(ctx context.Context, tx pgx.Tx) (*territory.Snapshot, error) {
	if h := s.held.Load(); h == nil {
		s.loading.Lock()
	} else if !s.loading.TryLock() {
		return h.snap, nil
	}
	defer s.loading.Unlock()
	mark, err := store.ReadMark(ctx, tx)
	if err != nil {
		return nil, err
	}
	h := s.held.Load()
	if h != nil && mark.Version <= h.snap.Version() && !mark.Ours {
		s.held.Store(&held{h.snap, time.Now()})
		return h.snap, nil
	}
	facts, err := store.Load(ctx, tx)
	if err != nil {
		return nil, err
	}
	snap := territory.NewSnapshot(facts)
	if !mark.Ours { // what is not committed is for its own transaction only
		s.held.Store(&held{snap, time.Now()})
	}
	return snap, nil
}

// recheck makes the next reader look at the change counter at once.
func (s *Service) recheck() {
	if h := s.held.Load(); h != nil {
		s.held.CompareAndSwap(h, &held{snap: h.snap})
	}
}
