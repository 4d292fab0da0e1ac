package agencies

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/services/agencies/internal/territory"
)

// ByIdentifier finds an agency by its identifier or an alias; fault.NotFound "agencies.unknown". Here and below tx may
// be nil outside a transaction.
func (s *Service) ByIdentifier(ctx context.Context, tx pgx.Tx, identifier string) (Agency, error) {
	snap, err := s.Snapshot(ctx, tx)
	if err != nil {
		return Agency{}, err
	}
	return snap.ByIdentifier(identifier)
}

// ByID finds an agency by its number, also one that no longer is; fault.NotFound "agencies.unknown".
func (s *Service) ByID(ctx context.Context, tx pgx.Tx, id int32) (Agency, error) {
	snap, err := s.Snapshot(ctx, tx)
	if err != nil {
		return Agency{}, err
	}
	return snap.ByID(id)
}

// Below lists the agency and everything under it, itself first. The slice is shared: read only. fault.NotFound
// "agencies.unknown".
func (s *Service) Below(ctx context.Context, tx pgx.Tx, id int32) ([]int32, error) {
	snap, err := s.Snapshot(ctx, tx)
	if err != nil {
		return nil, err
	}
	if ids := snap.Below(id); ids != nil {
		return ids, nil
	}
	return nil, fault.New(fault.NotFound, "agencies.unknown", "identifier", id)
}

// All lists the agencies in force today, in the order in which the province shows them.
func (s *Service) All(ctx context.Context, tx pgx.Tx) ([]Agency, error) {
	snap, err := s.Snapshot(ctx, tx)
	if err != nil {
		return nil, err
	}
	return snap.Agencies(territory.DayOf(s.deps.Clock.Now())), nil
}

// Children lists the agencies directly below id that are in force today.
func (s *Service) Children(ctx context.Context, tx pgx.Tx, id int32) ([]Agency, error) {
	all, err := s.All(ctx, tx)
	if err != nil {
		return nil, err
	}
	var list []Agency
	for _, a := range all {
		if a.ParentID == id {
			list = append(list, a)
		}
	}
	return list, nil
}

// Units lists the units in force on a day; a zero asOf is today (of a reconstruction: its own day).
func (s *Service) Units(ctx context.Context, tx pgx.Tx, asOf time.Time) ([]Unit, error) {
	snap, on, err := s.on(ctx, tx, asOf)
	if err != nil {
		return nil, err
	}
	return snap.FindUnits(UnitQuery{On: on}), nil
}

func (s *Service) on(ctx context.Context, tx pgx.Tx, asOf time.Time) (*territory.Snapshot, Day, error) {
	snap, err := s.Snapshot(ctx, tx)
	if err != nil {
		return nil, Day{}, err
	}
	text := ""
	if !asOf.IsZero() {
		text = territory.DayOf(asOf).String()
	}
	on, err := snap.On(text, s.deps.Clock.Now())
	return snap, on, err
}
