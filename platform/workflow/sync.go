package workflow

// Sync is how the synchronisation of a dossier with the national portal stands. It is a track of its own: it may be
// retrying while the result has long been delivered, and it never holds up the handling.
type Sync string

// The states of synchronisation.
const (
	SyncNone     Sync = "none"     // nothing to tell yet
	SyncPending  Sync = "pending"  // something is to be told
	SyncSent     Sync = "sent"     // told, not yet acknowledged
	SyncAccepted Sync = "accepted" // acknowledged
	SyncRetrying Sync = "retrying" // no answer or a passing refusal; tried again
	SyncFailed   Sync = "failed"   // refused for good: a person must look
)

var syncMoves = map[Sync][]Sync{
	SyncNone:     {SyncPending},
	SyncPending:  {SyncSent, SyncRetrying},
	SyncSent:     {SyncAccepted, SyncRetrying, SyncFailed, SyncPending},
	SyncAccepted: {SyncPending},
	SyncRetrying: {SyncSent, SyncFailed, SyncPending},
	SyncFailed:   {SyncPending},
}

// SyncMove reports whether synchronisation may go from one state to another. Every state may become pending again: the
// dossier moved on meanwhile.
func SyncMove(from, to Sync) bool {
	for _, s := range syncMoves[from] {
		if s == to {
			return true
		}
	}
	return false
}
