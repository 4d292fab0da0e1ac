package deadlines

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/deadlines/internal/almanac"
	"egovctl/platform/services/deadlines/internal/store"
	"egovctl/platform/workcal"
)

// Almanac gives what holds now. Inside a transaction pass it: it then sees its own changes; tx may be nil outside of
// one. What is in memory is used as long as the revision in the database is the same. Faults: NotFound
// "deadlines.empty" before the seed, and the database's.
func (s *Service) Almanac(ctx context.Context, tx pgx.Tx) (*Almanac, error) {
	if tx != nil {
		return s.fresh(ctx, tx)
	}
	var a *Almanac
	err := s.deps.DB.Read(ctx, who.Nobody(), func(ctx context.Context, tx pgx.Tx) error {
		var err error
		a, err = s.fresh(ctx, tx)
		return err
	})
	return a, err
}

func (s *Service) fresh(ctx context.Context, tx pgx.Tx) (*Almanac, error) {
	revision, err := store.Revision(ctx, tx)
	if err != nil {
		return nil, err
	}
	if held := s.held.Load(); held != nil && held.Revision == revision {
		return held, nil
	}
	facts, err := store.Load(ctx, tx)
	if err != nil {
		return nil, err
	}
	a, err := almanac.New(facts)
	if err != nil {
		return nil, err
	}
	s.held.Store(a) // if tx is rolled back its revision never comes again, and the next reader reads anew
	return a, nil
}

// Promise counts a time limit under the regime of the day of reception. The promise carries its trace; a term of kind
// other has no date. Faults: NotFound "deadlines.regime.none", Invalid "deadlines.calendar.beyond" and those of the
// term.
func (s *Service) Promise(ctx context.Context, tx pgx.Tx, received time.Time, term workcal.Term) (workcal.Promise, error) {
	a, err := s.Almanac(ctx, tx)
	if err != nil {
		return workcal.Promise{}, err
	}
	return a.Promise(received, term)
}

// Resume moves a promise over a pause, under the regime that it was made under: the calendar of today counts only what
// was left. Faults: NotFound "deadlines.regime.unknown", Invalid "deadlines.pause.order", "deadlines.calendar.beyond".
func (s *Service) Resume(ctx context.Context, tx pgx.Tx, p workcal.Promise, pause workcal.Pause) (workcal.Promise, error) {
	a, err := s.Almanac(ctx, tx)
	if err != nil {
		return workcal.Promise{}, err
	}
	return a.Resume(p, pause)
}

// Calendar gives the calendar itself: Open and Left for what is under way, Add for the time of a step.
func (s *Service) Calendar(ctx context.Context, tx pgx.Tx) (*workcal.Calendar, error) {
	a, err := s.Almanac(ctx, tx)
	if err != nil {
		return nil, err
	}
	return a.Calendar, nil
}

// Regimes lists every regime, by topic and first day.
func (s *Service) Regimes(ctx context.Context, tx pgx.Tx) ([]RegimeRecord, error) {
	a, err := s.Almanac(ctx, tx)
	if err != nil {
		return nil, err
	}
	return a.Regimes, nil
}

// RegimeAt finds the regime of a topic on a day. Fault: NotFound "deadlines.regime.none".
func (s *Service) RegimeAt(ctx context.Context, tx pgx.Tx, topic string, day time.Time) (RegimeRecord, error) {
	a, err := s.Almanac(ctx, tx)
	if err != nil {
		return RegimeRecord{}, err
	}
	return a.RegimeAt(topic, day)
}

// Regime finds one by its id. Fault: NotFound "deadlines.regime.unknown".
func (s *Service) Regime(ctx context.Context, tx pgx.Tx, id string) (RegimeRecord, error) {
	a, err := s.Almanac(ctx, tx)
	if err != nil {
		return RegimeRecord{}, err
	}
	return a.Regime(id)
}
