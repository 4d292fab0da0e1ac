// Package override reads the files that a province keeps in front of the shipped ones, and merges each with what the
// running release ships: sentences one by one, other texts by runs of lines. It never writes the province's files: what
// is served is made anew at each start, from three contents known by their hashes: the shipped file that the province
// began from, the province's own, and the one shipped now. So a release before or after, and a start that is cut, find
// what the province wrote and nothing else.
package override

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// From is what the name of the file with the hash has behind the name of the province's file.
const From = ".from"

// Nothing is the hash of a shipped file that there was not: the province's file is its own idea.
var Nothing = Hash(nil)

// Hash is the SHA-256 of a content, as it stands in x.from and as it names a kept one.
func Hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// MarkOf is the hash in the content of x.from.
func MarkOf(content []byte) string { return strings.TrimSpace(string(content)) }

// IsHash reports whether s can be one: it is a file's name, so nothing else may be.
func IsHash(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == sha256.Size && strings.ToLower(s) == s
}

// File is one of the province's.
type File struct {
	Path string // below the templates: "text/vi/web.yaml"
	Base []byte // as shipped when the province made its file; nil when it was not shipped then
	Own  []byte // the province's; nil when it has none (any more)
	New  []byte // as shipped now; nil when it is shipped no more

	State State
	By    string // login of the file's owner on the host
	At    time.Time
}

// State says how far the three contents are known.
type State int

// The states.
const (
	Marked   State = iota // Base is known
	Unmarked              // nobody noted yet from what the province's file was made; Base is New
	Lost                  // it was made from a shipped file that is kept no more; Base is nil
)
