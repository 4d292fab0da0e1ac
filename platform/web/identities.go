package web

import (
	"context"
	"net/netip"

	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/who"
)

// Identities is what the front door needs from the office that knows the people (the service identity).
type Identities interface {
	// BySession tells whose token it is and moves the end of the idle session forward. A token that is unknown,
	// ended or locked is fault.Unauthenticated; anything else is a failure of the office.
	BySession(ctx context.Context, token string) (who.Principal, error)
	// SignIn checks login and password and opens a session. from is the caller's address.
	SignIn(ctx context.Context, login string, password secret.String, from netip.Addr) (token string, p who.Principal, err error)
	// SignOut ends the session. A token that is already unknown is no fault.
	SignOut(ctx context.Context, token string) error
}
