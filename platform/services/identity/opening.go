package identity

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/id"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity/internal/store"
)

// How long sessions last.
const (
	idleOfficial = 30 * time.Minute
	idlePerson   = 60 * time.Minute
	lasts        = 12 * time.Hour // in any case; a program's session has no idle end before it
)

const (
	browser = "browser"
	program = "program"
)

// open opens a session for an account and notes it.
func (s *Service) open(ctx context.Context, tx pgx.Tx, accountID, address, kind string, now time.Time) (Opened, error) {
	h, err := store.HolderByAccount(ctx, tx, accountID, now)
	if fault.Is(err, fault.NotFound) { // locked while its password was being checked
		return Opened{}, fault.Wrap(err, fault.Unauthenticated, "identity.signin.wrong")
	}
	if err != nil {
		return Opened{}, err
	}
	p, err := s.principal(ctx, tx, h)
	if err != nil {
		return Opened{}, err
	}
	o := Opened{Token: secret.Random(32), Expires: now.Add(lasts), Principal: p}
	idle := idleOfficial
	switch {
	case kind == program:
		idle = lasts
	case p.Kind == who.Person:
		idle = idlePerson
	}
	session := store.Session{ID: id.New(), TokenHash: hashOf(o.Token.Reveal()), Account: accountID, Kind: kind, Address: address,
		Now: now, Idle: idle, Lasts: lasts}
	if err := store.Open(ctx, tx, session); err != nil {
		return Opened{}, err
	}
	return o, audit.Write(ctx, tx, p, audit.Act{Service: service, Action: "session.open", Object: accountID,
		Detail: map[string]any{"session": session.ID, "kind": kind, "address": address}})
}

// hashOf is what is kept of a token: it has 256 random bits, so a fast hash is enough.
func hashOf(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}
