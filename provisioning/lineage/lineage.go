// Package lineage reads from the journal which releases this host ran, and so what a rollback may go back to. The folders alone do not say so: a release that somebody laid there never ran.
package lineage

import (
	"slices"

	"egovctl/provisioning/engine"
)

// The operations that lead from one release to another, as the journal names them.
const (
	Install  = "install"
	Stage    = "stage"
	Upgrade  = "upgrade"
	Rollback = "rollback"
	Abort    = "abort"
	Data     = "data" // from one state of the packaged data to another; the release stays
)

// Before is the release to which a rollback goes back: the one that ran until the newest upgrade. "" when there was no
// upgrade, or when a rollback has already undone it.
func Before(runs []engine.Run) string {
	before := ""
	for _, r := range runs {
		if r.State != engine.Done || r.From == r.To {
			continue
		}
		switch r.Operation {
		case Upgrade:
			before = r.From
		case Rollback:
			before = ""
		}
	}
	return before
}

// Moved reports whether this host ever went from one release to another.
func Moved(runs []engine.Run) bool {
	return slices.ContainsFunc(runs, func(r engine.Run) bool {
		return r.Operation == Upgrade && r.State == engine.Done && r.From != r.To
	})
}

// Left reports whether an upgrade away from a release was ever begun here. From then on the tables may be those of the release after, also
// where the old one runs again.
func Left(runs []engine.Run, version string) bool {
	return slices.ContainsFunc(runs, func(r engine.Run) bool {
		return r.Operation == Upgrade && r.From == version && r.From != r.To
	})
}

// Under reports whether an operation was begun and neither it nor another one has brought it to its end: its from and to.
// A run that was taken up again tells the same ones.
func Under(runs []engine.Run, operation string) (from, to string, ok bool) {
	for _, r := range engine.Open(runs) {
		if r.Operation == operation {
			from, to, ok = r.From, r.To, true
		}
	}
	return from, to, ok
}

// Updated is the version of the newest data update since the last move between releases; "" when there was none.
func Updated(runs []engine.Run) string {
	data := ""
	for _, r := range runs {
		switch {
		case r.State != engine.Done:
		case r.Operation == Data:
			data = r.To
		case r.From != r.To && (r.Operation == Upgrade || r.Operation == Rollback):
			data = ""
		}
	}
	return data
}
