package kit

import (
	"context"
	"time"
)

// Anchor is what a verification stands on: never something out of the kit itself.
type Anchor struct {
	Folder      string    // ROOT/etc/trust of an instance, whose stored root decides; "" or an empty one for a first trust
	Root        string    // of an instance, which may carry what its own account cannot change; "" for none
	Fingerprint string    // given by a person, from the letter: decides a first trust, and must fit a stored root
	Now         time.Time // the clock; the zero time is the system's
	Platform    string    // the one that the release must have a program for; "" is this host's
	Kind        string    // what is wanted: KindRelease or KindData; "" for either
	Running     string    // the release that runs: a release must not be older, data must fit; "" when none does
	Restore     *Restore  // on a new host, to restore a backup; nil otherwise
}

// The named risks of a restore on a new host.
const (
	RiskExpired = "kit.expired" // the kit is past its date
	RiskOlder   = "kit.older"   // it is older than what the province has seen
)

// Restore lets a host that has seen no kit yet take an expired or an older one. It weighs nothing where there is a
// stored root.
type Restore struct {
	Newest string                      // the newest release that the backup's instance had seen; "" when unknown
	Accept []string                    // the risks that a person has named
	Prove  func(context.Context) error // proves that the province's recovery key is at hand; asked once, before a risk is taken
}
