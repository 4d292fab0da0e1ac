package identity

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/netip"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/services/identity/internal/store"
	"egovctl/platform/web"
)

// SignIn checks login and password and opens a browser's session. from is the caller's address. Faults:
// Unauthenticated "identity.signin.wrong", which does not tell what was wrong; TooMany "identity.signin.wait" with the
// seconds to wait, "identity.busy".
func (s *Service) SignIn(ctx context.Context, login string, password secret.String, from netip.Addr) (string, who.Principal, error) {
	o, err := s.signIn(ctx, login, password, from, browser)
	if err != nil {
		return "", who.Nobody(), err
	}
	return o.Token.Reveal(), o.Principal, nil
}

// SignInProgram is SignIn for a program: the session ends after 12 hours, not for idleness.
func (s *Service) SignInProgram(ctx context.Context, login string, password secret.String, from netip.Addr) (Opened, error) {
	return s.signIn(ctx, login, password, from, program)
}

func (s *Service) signIn(ctx context.Context, login string, password secret.String, from netip.Addr, kind string) (Opened, error) {
	address := network(from)
	try, err := s.reserve(ctx, login, address)
	if err != nil {
		return Opened{}, err
	}
	right, err := s.check(ctx, try, password)
	if err != nil {
		return Opened{}, err
	}
	fresh := s.freshen(ctx, try, password, right)
	var o Opened
	err = s.db.Tx(context.WithoutCancel(ctx), signingIn(), func(ctx context.Context, tx pgx.Tx) error {
		if !right {
			return s.refuse(ctx, tx, try, address)
		}
		var err error
		o, err = s.admit(ctx, tx, try, fresh, address, kind, s.clock.Now())
		return err
	})
	if err == nil && !right {
		err = fault.New(fault.Unauthenticated, "identity.signin.wrong")
	}
	return o, err
}

func signingIn() who.Principal { return who.Program("sign-in") }

// reserve counts a try before it is made.
func (s *Service) reserve(ctx context.Context, login, address string) (store.Try, error) {
	login = account.Normal(login)
	if len(login) > 200 || !web.Wholesome(login) {
		login = "" // nobody has it; what is compared stays bounded
	}
	loginHash := sha256.Sum256([]byte(login))
	var try store.Try
	err := s.db.Tx(ctx, signingIn(), func(ctx context.Context, tx pgx.Tx) error {
		var err error
		try, err = store.Reserve(ctx, tx, login, loginHash[:], address, s.clock.Now())
		return err
	})
	return try, err
}

// check makes the one computation of a sign-in, the same whether there is such an account or not. No connection to the
// database is held meanwhile. A try that could not be made after all is given back, even if the caller has gone.
func (s *Service) check(ctx context.Context, try store.Try, password secret.String) (bool, error) {
	hash := try.Hash
	if try.Status != account.Active || len(password.Reveal()) > account.MaxPassword {
		hash, password = "", secret.New("")
	}
	right, err := s.keeper.Check(ctx, hash, account.Typed(password))
	if err != nil {
		undo := s.db.Tx(context.WithoutCancel(ctx), signingIn(), func(ctx context.Context, tx pgx.Tx) error {
			return store.TakeBack(ctx, tx, try.ID)
		})
		return false, errors.Join(err, undo)
	}
	return right, nil
}

// refuse notes a wrong try; what was typed is not noted, for people type passwords into the wrong field.
func (s *Service) refuse(ctx context.Context, tx pgx.Tx, try store.Try, address string) error {
	if err := store.Failed(ctx, tx, try.ID); err != nil {
		return err
	}
	return audit.Write(ctx, tx, who.Nobody(), audit.Act{Service: service, Action: "session.refuse", Object: try.Account,
		Detail: map[string]any{"address": address}})
}

func (s *Service) admit(ctx context.Context, tx pgx.Tx, try store.Try, fresh, address, kind string, now time.Time) (Opened, error) {
	if err := store.TakeBack(ctx, tx, try.ID); err != nil {
		return Opened{}, err
	}
	if err := store.Recognise(ctx, tx, try.Account, address, now); err != nil {
		return Opened{}, err
	}
	if fresh != "" {
		if err := store.Rehash(ctx, tx, try.Account, try.Hash, fresh); err != nil {
			return Opened{}, err
		}
	}
	return s.open(ctx, tx, try.Account, address, kind, now)
}

// freshen hashes the password anew at the present cost, once for each account after the cost was raised or after a
// drawn password's first use; "" when there is no need. It may fail: the old hash serves until the next time.
func (s *Service) freshen(ctx context.Context, try store.Try, password secret.String, right bool) string {
	if !right || !s.keeper.Stale(try.Hash) {
		return ""
	}
	hash, err := s.keeper.Hash(ctx, account.Typed(password))
	if err != nil {
		return ""
	}
	return hash
}

// network is the address as tries are counted: a whole IPv6 /64 is one customer.
func network(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	switch {
	case !a.IsValid():
		return "local"
	case a.Is6():
		p, _ := a.Prefix(64) // 64 is always a length of IPv6
		return p.String()
	}
	return a.String()
}
