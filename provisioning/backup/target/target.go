// Package target is where backups go. Target is the seam: a folder is one, and whatever else takes files in a stream and
// passes the suite of package targettest can be another.
package target

import (
	"context"
	"io"
	"regexp"
	"time"

	"egovctl/platform/kernel/fault"
)

// Target keeps sets, each of them a few members. A set is drafted member by member and then published at once: until then
// nobody sees it, and a draft that nobody finished is nobody's set.
//
// Faults: NotFound for what is not there; Finding "backup.target.full" and "backup.target.denied" for a place that takes no
// more; Unavailable "backup.target.unreachable" for the rest. Every method may be called again after any failure.
type Target interface {
	// Put streams r to its end into a member of the draft of a set, durably. A member that is there is replaced.
	Put(ctx context.Context, set, member string, r io.Reader) error
	// Publish makes the draft a set, whole, in one step. One that is published already stays as it is.
	Publish(ctx context.Context, set string) error
	// Get opens a member of a published set. The caller closes it.
	Get(ctx context.Context, set, member string) (io.ReadCloser, error)
	// Members lists the members of a published set with their sizes in bytes.
	Members(ctx context.Context, set string) (map[string]int64, error)
	// List names the published sets and the drafts, each sorted.
	List(ctx context.Context) (sets, drafts []string, err error)
	// HeldUntil is until when the target itself refuses to delete a set, whoever asks; the zero time when it does not.
	HeldUntil(ctx context.Context, set string) (time.Time, error)
	// Delete removes a set or its draft. Absent is fine. Finding "backup.target.held" for what the target holds.
	Delete(ctx context.Context, set string) error
	// Place says where a set lies, for people.
	Place(set string) string
}

// longestName is how long the name of a set or of a member may be, in bytes. It stands beside the shapes and not within them:
// a shape that counts is large, and every command would make it at its start.
const longestName = 80

var (
	setName    = shape{regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.-]*$`)}
	memberName = shape{regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z._-]*$`)}
)

// shape is how the names of a kind are written.
type shape struct{ letters *regexp.Regexp }

// MatchString reports whether s may be such a name.
func (n shape) MatchString(s string) bool { return len(s) <= longestName && n.letters.MatchString(s) }

// Named reports whether a name may be a set's: it leads nowhere else.
func Named(set string) bool { return setName.MatchString(set) }

// Held reports whether err says that the target itself holds what was to be deleted.
func Held(err error) bool { return err != nil && fault.From(err).Key == held }

const held = "backup.target.held"
