package identity

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/services/identity/internal/store"
)

// SetPositions makes the positions of an account what is asked: those missing are given, those no longer asked for end
// today. An agency administrator replaces only those at his agencies; the others are neither seen nor touched. Faults:
// Invalid, Forbidden "identity.position.forbidden", NotFound "identity.account.unknown", Conflict
// "identity.admin.last".
func (s *Service) SetPositions(ctx context.Context, by who.Principal, login string, want []Position) (Account, error) {
	var a Account
	err := s.db.Tx(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		var err error
		if a, err = s.governed(ctx, tx, by, login); err != nil {
			return err
		}
		if a.Kind != who.Official {
			return fault.New(fault.Invalid, "identity.position.citizen")
		}
		if want, err = s.resolve(ctx, tx, by, want); err != nil {
			return err
		}
		var given, taken []Position
		err = s.keepingAdministrator(ctx, tx, func() error {
			given, taken, err = s.replace(ctx, tx, by, a.ID, want)
			return err
		})
		if err != nil {
			return err
		}
		if len(given)+len(taken) > 0 {
			err = audit.Write(ctx, tx, by, audit.Act{Service: service, Action: "account.positions", Object: a.ID,
				AgencyID: agencyOf(append(given, taken...)), Detail: map[string]any{"given": told(given), "taken": told(taken)}})
			if err != nil {
				return err
			}
		}
		a, err = s.full(ctx, tx, a)
		return err
	})
	return a, err
}

func (s *Service) replace(ctx context.Context, tx pgx.Tx, by who.Principal, id string, want []Position) (given, taken []Position, err error) {
	now := s.clock.Now()
	have, err := store.Positions(ctx, tx, []string{id}, now)
	if err != nil {
		return nil, nil, err
	}
	kept := map[int]bool{}
	for _, h := range have {
		if !account.MayGive(by, h.Role, h.AgencyID) {
			continue // another administrator's
		}
		i := slices.IndexFunc(want, func(w Position) bool {
			return w.Role == h.Role && w.AgencyID == h.AgencyID && w.To == h.To && (w.From == h.From || (h.Current && w.From == today(now)))
		})
		if i >= 0 {
			kept[i] = true
			continue
		}
		if h.Position, err = s.named(ctx, tx, h.Position); err != nil {
			return nil, nil, err
		}
		if err := store.EndPosition(ctx, tx, h.ID, now); err != nil {
			return nil, nil, err
		}
		taken = append(taken, h.Position)
	}
	for i, w := range want {
		if kept[i] {
			continue
		}
		if err := store.AddPosition(ctx, tx, id, w); err != nil {
			return nil, nil, err
		}
		given = append(given, w)
	}
	return given, taken, nil
}

// resolve checks wanted positions and fills in numbers and days: From is today unless given, To stays open.
func (s *Service) resolve(ctx context.Context, tx pgx.Tx, by who.Principal, want []Position) ([]Position, error) {
	list := make([]Position, 0, len(want))
	for _, p := range want {
		if account.ReachOf(p.Role) == 0 {
			return nil, fault.New(fault.Invalid, "identity.role.unknown", "role", p.Role).At("positions")
		}
		var err error
		if p.AgencyID, err = s.agencies.Number(ctx, tx, p.Agency); err != nil {
			if fault.Is(err, fault.NotFound) {
				return nil, fault.Wrap(err, fault.Invalid, "identity.position.agency", "agency", p.Agency).At("positions")
			}
			return nil, err
		}
		if !account.MayGive(by, p.Role, p.AgencyID) {
			return nil, fault.New(fault.Forbidden, "identity.position.forbidden", "agency", p.Agency).At("positions")
		}
		if p.From == "" {
			p.From = today(s.clock.Now())
		}
		if !validSpan(p.From, p.To) {
			return nil, fault.New(fault.Invalid, "identity.position.days").At("positions")
		}
		same := func(x Position) bool { return x.Role == p.Role && x.AgencyID == p.AgencyID }
		if !slices.ContainsFunc(list, same) {
			list = append(list, p)
		}
	}
	return list, nil
}

func validSpan(from, to string) bool {
	f, err := clock.ParseDate(from)
	if err != nil || to == "" {
		return err == nil
	}
	t, err := clock.ParseDate(to)
	return err == nil && t.After(f)
}

// keepingAdministrator does what is asked and refuses it if it took the province's last administrator.
func (s *Service) keepingAdministrator(ctx context.Context, tx pgx.Tx, do func() error) error {
	before, _, err := store.Administrators(ctx, tx, s.clock.Now())
	if err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	after, _, err := store.Administrators(ctx, tx, s.clock.Now())
	if err == nil && before > 0 && after == 0 {
		return fault.New(fault.Conflict, "identity.admin.last")
	}
	return err
}

// named fills in the identifier of a position's agency.
func (s *Service) named(ctx context.Context, tx pgx.Tx, p Position) (Position, error) {
	var err error
	p.Agency, _, _, err = s.agencies.Label(ctx, tx, p.AgencyID)
	return p, err
}

func today(now time.Time) string { return clock.DayOf(now).Format(time.DateOnly) }
