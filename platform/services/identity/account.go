package identity

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/id"
	"egovctl/platform/kernel/person"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/services/identity/internal/store"
)

// CreateAccount makes an official's account with at least one position. by is an administrator of those agencies.
// Faults: Invalid for login, name, phone or positions; Forbidden "identity.position.forbidden"; Conflict
// "identity.login.taken".
func (s *Service) CreateAccount(ctx context.Context, by who.Principal, n NewAccount) (Created, error) {
	a, p, err := s.official(n)
	if err != nil {
		return Created{}, err
	}
	var c Created
	err = s.db.Tx(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		if a.Positions, err = s.resolve(ctx, tx, by, n.Positions); err != nil {
			return err
		}
		if err := s.write(ctx, tx, by, a, p); err != nil {
			return err
		}
		c, err = s.link(ctx, tx, by, a, "first")
		return err
	})
	return c, err
}

func (s *Service) official(n NewAccount) (Account, Person, error) {
	a := Account{ID: id.New(), Kind: who.Official, Status: account.New, Created: s.clock.Now()}
	var p Person
	var err error
	if a.Login, err = account.ParseLogin(n.Login); err != nil {
		return a, p, err
	}
	if p.Name, err = person.ParseName(n.Name); err != nil {
		return a, p, err
	}
	if p.Phone, err = person.ParsePhone(n.Phone); err != nil {
		return a, p, err
	}
	if len(n.Positions) == 0 {
		return a, p, fault.New(fault.Invalid, "identity.position.none").At("positions")
	}
	a.Name = p.Name
	return a, p, nil
}

// write stores account, positions and person, in the order in which row-level security can judge them.
func (s *Service) write(ctx context.Context, tx pgx.Tx, by who.Principal, a Account, p Person) error {
	if err := store.AddAccount(ctx, tx, a, origin(by)); err != nil {
		return err
	}
	for _, x := range a.Positions {
		if err := store.AddPosition(ctx, tx, a.ID, x); err != nil {
			return err
		}
	}
	if err := store.AddPerson(ctx, tx, a.ID, p); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, audit.Act{Service: service, Action: "account.create", Object: a.ID,
		AgencyID: agencyOf(a.Positions), Detail: map[string]any{"kind": string(a.Kind), "positions": told(a.Positions)}})
}

// Register makes a citizen's own account. It is refused where citizens sign in elsewhere. The errors are about fields;
// Forbidden "identity.register.off"; Conflict "identity.login.taken", "identity.number.taken".
func (s *Service) Register(ctx context.Context, r Registration) []error {
	if !s.deps.Settings.LocalSignIn {
		return []error{fault.New(fault.Forbidden, "identity.register.off")}
	}
	p, errs := account.ParsePerson(r.Name, r.IDNumber, r.Phone, r.Address, r.Birth, s.clock.Now())
	login, err := account.ParseLogin(r.Login)
	if err != nil {
		errs = append(errs, err)
	}
	if err := account.CheckPassword(r.Password, login); err != nil {
		errs = append(errs, err)
	}
	if len(errs) > 0 {
		return errs
	}
	hash, err := s.keeper.Hash(ctx, account.Typed(r.Password))
	if err != nil {
		return []error{err}
	}
	a := Account{ID: id.New(), Login: login, Kind: who.Person, Status: account.Active, Created: s.clock.Now()}
	err = s.db.Tx(ctx, who.Program("register"), func(ctx context.Context, tx pgx.Tx) error {
		if err := s.write(ctx, tx, who.Principal{Account: a.ID, Login: a.Login, Kind: who.Person}, a, p); err != nil {
			return err
		}
		return store.SetPassword(ctx, tx, a.ID, hash, a.Created)
	})
	if err != nil {
		return []error{err}
	}
	return nil
}

// origin names who made a row.
func origin(by who.Principal) string {
	if by.Account != "" {
		return by.Account
	}
	return by.Login
}

// agencyOf is the agency under which an act on these positions is noted.
func agencyOf(ps []Position) int32 {
	if len(ps) == 0 {
		return 0
	}
	return ps[0].AgencyID
}

func told(ps []Position) []string {
	list := make([]string, len(ps))
	for i, p := range ps {
		list[i] = string(p.Role) + "@" + p.Agency
	}
	return list
}
