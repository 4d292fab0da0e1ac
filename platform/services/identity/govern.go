package identity

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/services/identity/internal/store"
)

// Lock shuts an account and ends its sessions; its links no longer work. Faults: NotFound "identity.account.unknown"; Forbidden
// "identity.account.elsewhere"; Conflict "identity.admin.last", "identity.account.self".
func (s *Service) Lock(ctx context.Context, by who.Principal, login string) (Account, error) {
	return s.turn(ctx, by, login, "account.lock", func(ctx context.Context, tx pgx.Tx, a Account) error {
		if a.ID == by.Account {
			return fault.New(fault.Conflict, "identity.account.self")
		}
		err := s.keepingAdministrator(ctx, tx, func() error { return store.SetStatus(ctx, tx, a.ID, account.Locked) })
		if err != nil {
			return err
		}
		return store.RevokeAll(ctx, tx, a.ID, nil, s.clock.Now())
	})
}

// Unlock opens a locked account again; its password is what it was. Faults as Lock.
func (s *Service) Unlock(ctx context.Context, by who.Principal, login string) (Account, error) {
	return s.turn(ctx, by, login, "account.unlock", func(ctx context.Context, tx pgx.Tx, a Account) error {
		if a.Status != account.Locked {
			return nil
		}
		return store.SetStatus(ctx, tx, a.ID, account.Active)
	})
}

// turn finds an account that by administers, does what is asked and notes it.
func (s *Service) turn(ctx context.Context, by who.Principal, login, action string, do func(context.Context, pgx.Tx, Account) error) (Account, error) {
	var a Account
	err := s.db.Tx(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		var err error
		if a, err = s.governed(ctx, tx, by, login); err != nil {
			return err
		}
		if err := do(ctx, tx, a); err != nil {
			return err
		}
		if a, err = store.ByID(ctx, tx, a.ID); err != nil {
			return err
		}
		if a, err = s.full(ctx, tx, a); err != nil {
			return err
		}
		return audit.Write(ctx, tx, by, audit.Act{Service: service, Action: action, Object: a.ID, AgencyID: agencyOf(a.Positions)})
	})
	return a, err
}

// governed finds an account by login that by may administer. An agency administrator's are those all of whose positions
// are at his agencies; row-level security decides that a second time on every write. Who is not an administrator at
// all is refused before anything is looked up.
func (s *Service) governed(ctx context.Context, tx pgx.Tx, by who.Principal, login string) (Account, error) {
	if !account.Governs(by) && !by.Holds(who.AgencyAdmin) {
		return Account{}, fault.New(fault.Forbidden, "forbidden")
	}
	a, err := store.ByLogin(ctx, tx, account.Normal(login))
	if err != nil || account.Governs(by) {
		return a, err
	}
	may, err := store.Administers(ctx, tx, a.ID)
	if err != nil {
		return a, err
	}
	held, err := store.Positions(ctx, tx, []string{a.ID}, s.clock.Now())
	if err != nil {
		return a, err
	}
	for _, h := range held {
		may = may && by.HoldsAt(who.AgencyAdmin, h.AgencyID)
	}
	if !may {
		return a, fault.New(fault.Forbidden, "identity.account.elsewhere", "login", a.Login)
	}
	return a, nil
}

// full fills in the positions that the principal of tx may see.
func (s *Service) full(ctx context.Context, tx pgx.Tx, a Account) (Account, error) {
	held, err := store.Positions(ctx, tx, []string{a.ID}, s.clock.Now())
	if err != nil {
		return a, err
	}
	a.Positions = []Position{}
	for _, h := range held {
		p, err := s.named(ctx, tx, h.Position)
		if err != nil {
			return a, err
		}
		a.Positions = append(a.Positions, p)
	}
	return a, nil
}
