package identity

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/services/identity/internal/store"
)

// BySession tells whose token it is, with the positions held now, and moves the idle end forward. It asks the database
// each time, in one round trip: what was revoked a moment ago is over now. fault.Unauthenticated "identity.session.ended".
func (s *Service) BySession(ctx context.Context, token string) (who.Principal, error) {
	h, err := store.HolderOf(ctx, s.db.Raw(), hashOf(token), s.clock.Now())
	if err != nil {
		return who.Nobody(), err
	}
	return s.principal(ctx, nil, h)
}

// SignOut ends the session. A token that is unknown or ended is no fault.
func (s *Service) SignOut(ctx context.Context, token string) error {
	return s.db.Tx(ctx, who.Program("sign-out"), func(ctx context.Context, tx pgx.Tx) error {
		id, err := store.Revoke(ctx, tx, hashOf(token), s.clock.Now())
		if err != nil || id == "" {
			return err
		}
		a, err := store.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		by := who.Principal{Account: a.ID, Login: a.Login, Kind: a.Kind}
		return audit.Write(ctx, tx, by, audit.Act{Service: service, Action: "session.close", Object: id})
	})
}

// OwnSessions lists the sessions of whoever asks; token is the one of this request.
func (s *Service) OwnSessions(ctx context.Context, by who.Principal, token string) ([]OpenSession, error) {
	var list []OpenSession
	err := s.db.Read(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		var err error
		list, err = store.OpenSessions(ctx, tx, by.Account, hashOf(token), s.clock.Now())
		return err
	})
	return list, err
}

// EndOwnSession ends one of by's sessions by its id; fault.NotFound "identity.session.unknown".
func (s *Service) EndOwnSession(ctx context.Context, by who.Principal, id string) error {
	return s.db.Tx(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		ended, err := store.RevokeOne(ctx, tx, by.Account, id, s.clock.Now())
		if err != nil {
			return err
		}
		if !ended {
			return fault.New(fault.NotFound, "identity.session.unknown")
		}
		return audit.Write(ctx, tx, by, audit.Act{Service: service, Action: "session.close", Object: by.Account,
			Detail: map[string]any{"session": id}})
	})
}

// Token opens a program's session for an account without its password: for the operator of the host (`account token`).
// by must be the program. Faults: Forbidden; NotFound "identity.account.unknown"; Conflict "identity.account.closed".
func (s *Service) Token(ctx context.Context, by who.Principal, login string) (Opened, error) {
	if by.Kind != who.System {
		return Opened{}, fault.New(fault.Forbidden, "forbidden")
	}
	var o Opened
	err := s.db.Tx(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		a, err := store.ByLogin(ctx, tx, account.Normal(login))
		if err != nil {
			return err
		}
		if a.Status != account.Active {
			return fault.New(fault.Conflict, "identity.account.closed", "login", a.Login)
		}
		if o, err = s.open(ctx, tx, a.ID, "local", program, s.clock.Now()); err != nil {
			return err
		}
		return audit.Write(ctx, tx, by, audit.Act{Service: service, Action: "token.issue", Object: a.ID})
	})
	return o, err
}

// ChangePassword sets by's own password after checking the present one, and ends by's other sessions. The same lanes
// guard it as signing in. Faults: Invalid "identity.password.present" and those of account.CheckPassword; TooMany.
func (s *Service) ChangePassword(ctx context.Context, by who.Principal, present, next secret.String, token string) error {
	if err := account.CheckPassword(next, by.Login); err != nil {
		return err
	}
	try, err := s.reserve(ctx, by.Login, "own:"+by.Account)
	if err != nil {
		return err
	}
	right, err := s.check(ctx, try, present)
	if err != nil {
		return err
	}
	if !right || try.Account != by.Account {
		if err := s.db.Tx(ctx, who.Program("password"), func(ctx context.Context, tx pgx.Tx) error {
			return s.refuse(ctx, tx, try, "own")
		}); err != nil {
			return err
		}
		return fault.New(fault.Invalid, "identity.password.present").At("present")
	}
	hash, err := s.keeper.Hash(ctx, account.Typed(next))
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, who.Program("password"), func(ctx context.Context, tx pgx.Tx) error {
		now := s.clock.Now()
		if err := store.TakeBack(ctx, tx, try.ID); err != nil {
			return err
		}
		if err := store.SetPassword(ctx, tx, by.Account, hash, now); err != nil {
			return err
		}
		if err := store.RevokeAll(ctx, tx, by.Account, hashOf(token), now); err != nil {
			return err
		}
		return audit.Write(ctx, tx, by, audit.Act{Service: service, Action: "password.change", Object: by.Account})
	})
}
