package identity

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/id"
	"egovctl/platform/kernel/person"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/who"
	"egovctl/platform/packaged"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/services/identity/internal/store"
)

// A link lasts a day, works once, and ends those before it.
const linkLasts = 24 * time.Hour

// SetupPath is where one-time links lead; the token follows.
const SetupPath = "/thiet-lap/"

// ResetLink makes a one-time link with which the holder of an account chooses a new password. The present password
// works until then. Faults: NotFound, Forbidden as Lock; Conflict "identity.account.closed" for a locked account.
func (s *Service) ResetLink(ctx context.Context, by who.Principal, login string) (Created, error) {
	var c Created
	err := s.db.Tx(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		a, err := s.governed(ctx, tx, by, login)
		if err != nil {
			return err
		}
		if a.Status == account.Locked {
			return fault.New(fault.Conflict, "identity.account.closed", "login", a.Login)
		}
		if a, err = s.full(ctx, tx, a); err != nil {
			return err
		}
		c, err = s.link(ctx, tx, by, a, "reset")
		return err
	})
	return c, err
}

func (s *Service) link(ctx context.Context, tx pgx.Tx, by who.Principal, a Account, purpose string) (Created, error) {
	token, now := secret.Random(32), s.clock.Now()
	if err := store.AddLink(ctx, tx, a.ID, hashOf(token.Reveal()), purpose, origin(by), now, linkLasts); err != nil {
		return Created{}, err
	}
	err := audit.Write(ctx, tx, by, audit.Act{Service: service, Action: "link.issue", Object: a.ID, AgencyID: agencyOf(a.Positions),
		Detail: map[string]any{"purpose": purpose}})
	return Created{Account: a, Link: secret.New(SetupPath + token.Reveal()), Expires: now.Add(linkLasts)}, err
}

// LinkHolder tells the login for which a link is; fault.NotFound "identity.link.ended".
func (s *Service) LinkHolder(ctx context.Context, token string) (login string, err error) {
	err = s.db.Tx(ctx, who.Program("link"), func(ctx context.Context, tx pgx.Tx) error {
		_, login, err = store.LinkHolder(ctx, tx, hashOf(token), s.clock.Now())
		return err
	})
	return login, err
}

// ChoosePassword spends a link: the password is set, the account active, every session of it ended. Faults: NotFound
// "identity.link.ended"; those of the password's rules.
func (s *Service) ChoosePassword(ctx context.Context, token string, password secret.String) error {
	login, err := s.LinkHolder(ctx, token) // before the costly hash: strangers with made-up links pay nothing of ours
	if err != nil {
		return err
	}
	if err := account.CheckPassword(password, login); err != nil {
		return err
	}
	hash, err := s.keeper.Hash(ctx, account.Typed(password))
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, who.Program("link"), func(ctx context.Context, tx pgx.Tx) error {
		now := s.clock.Now()
		id, login, err := store.LinkHolder(ctx, tx, hashOf(token), now)
		if err != nil {
			return err
		}
		if err := store.SpendLink(ctx, tx, hashOf(token), now); err != nil {
			return err
		}
		if err := store.SetPassword(ctx, tx, id, hash, now); err != nil {
			return err
		}
		if err := store.SetStatus(ctx, tx, id, account.Active); err != nil {
			return err
		}
		if err := store.RevokeAll(ctx, tx, id, nil, now); err != nil {
			return err
		}
		by := who.Principal{Account: id, Login: login, Kind: who.Official}
		return audit.Write(ctx, tx, by, audit.Act{Service: service, Action: "password.choose", Object: id})
	})
}

// FirstAdministrator makes the provincial administrator of a new instance at its top agency, without a password, and
// gives the one-time link. While nobody has used it, asking again gives a new link and ends the old one. It runs in the
// installer's transaction. Faults: Conflict "identity.first.done" when an administrator has a password; Invalid for
// login or name.
func (s *Service) FirstAdministrator(ctx context.Context, tx pgx.Tx, login, name string) (Created, error) {
	by, now := who.Program("install"), s.clock.Now()
	all, ready, err := store.Administrators(ctx, tx, now)
	if err != nil {
		return Created{}, err
	}
	if ready > 0 {
		return Created{}, fault.New(fault.Conflict, "identity.first.done")
	}
	if all > 0 {
		a, err := store.WaitingAdministrator(ctx, tx, now)
		if err != nil {
			return Created{}, err
		}
		return s.link(ctx, tx, by, a, "first")
	}
	a := Account{ID: id.New(), Kind: who.Official, Status: account.New, Created: now}
	if a.Login, err = account.ParseLogin(login); err != nil {
		return Created{}, err
	}
	if a.Name, err = person.ParseName(name); err != nil {
		return Created{}, err
	}
	a.Positions = []Position{{Role: who.Admin, AgencyID: packaged.TopAgency, From: today(now)}}
	if err := s.write(ctx, tx, by, a, Person{Name: a.Name}); err != nil {
		return Created{}, err
	}
	return s.link(ctx, tx, by, a, "first")
}
