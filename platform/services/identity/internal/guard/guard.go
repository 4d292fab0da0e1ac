// Package guard decides whether one more password may be tried. It is pure: it is told what the last hour saw.
//
// The bound is 100 tries per account and hour, and the difficulty is that whoever guesses from thousands of addresses
// could spend all of them and lock the honest holder out. So the hundred are three lanes, and nobody can spend
// another's:
//
//   - familiar (10): addresses from which this account has signed in before. The holder at his desk gets in whatever
//     happens elsewhere.
//   - clean (70): addresses that did nothing wrong in the last hour, with any account. Each address has one such try
//     before it is no longer clean, so spending this lane takes 70 fresh addresses per account and hour; a holder
//     at a new place still gets in.
//   - open (20): everyone else, with growing pauses after five failures of one address with one account.
//
// An address with 100 failures in the hour is refused outright, except where it is familiar: one infected machine behind
// an office's shared address does not shut the office. Unknown logins are treated alike, by the hash of what was typed.
package guard

import (
	"time"

	"egovctl/platform/kernel/fault"
)

// Lane is which of the account's tries one counts against.
type Lane string

// The lanes.
const (
	Familiar Lane = "familiar"
	Clean    Lane = "clean"
	Open     Lane = "open"
)

// The bounds, per hour.
const (
	Window       = time.Hour
	MaxFamiliar  = 10
	MaxClean     = 70
	MaxOpen      = 20
	MaxAddress   = 100
	FreeFailures = 5                // of one address with one account, before pauses begin
	LongestPause = 15 * time.Minute // the pause doubles up to this
)

// Seen is what the last hour saw. Tries under way count as failures until they turn out right.
type Seen struct {
	Familiar, Clean, Open int       // tries with this login, by lane
	Address               int       // tries from this address, with any login
	Pair                  int       // failures of this address with this login
	PairLast              time.Time // the last of those
	Known                 bool      // the account has signed in from this address before
}

// Decide gives the lane of the next try, or fault.TooMany "identity.signin.wait" with the seconds to wait.
func Decide(s Seen, now time.Time) (Lane, error) {
	if s.Pair >= FreeFailures {
		if wait := s.PairLast.Add(Pause(s.Pair)).Sub(now); wait > 0 {
			return "", refuse(wait)
		}
	}
	switch {
	case s.Known && s.Familiar < MaxFamiliar:
		return Familiar, nil
	case s.Address >= MaxAddress:
		return "", refuse(LongestPause)
	case s.Address == 0 && s.Clean < MaxClean:
		return Clean, nil
	case s.Open < MaxOpen:
		return Open, nil
	}
	return "", refuse(LongestPause)
}

// Pause is how long an address waits after its n-th failure with one account: 1 s after the fifth, then doubling.
func Pause(n int) time.Duration {
	if n < FreeFailures {
		return 0
	}
	if n-FreeFailures > 10 {
		return LongestPause
	}
	return min(time.Second<<(n-FreeFailures), LongestPause)
}

func refuse(wait time.Duration) error {
	seconds := int((wait + time.Second - 1) / time.Second)
	return fault.New(fault.TooMany, "identity.signin.wait", "seconds", seconds)
}
