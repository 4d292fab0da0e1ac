package share

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Share is a part with what a holder must know of it.
type Share struct {
	Part
	Need int     // how many give the secret again
	Of   [4]byte // marks the secret that it is of, without telling it
}

const (
	form    = 1  // of the bytes below; a later one would be told apart
	columns = 12 // letters of a line, without its check
	head    = 8  // bytes before the value: form, threshold, number, length, mark
)

var (
	letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
	shape   = regexp.MustCompile(`^\s*(\d{1,2})\.(\d{1,2})((?:\s+[a-z2-7]{1,4})+)\s*$`)
)

// Lines writes a share as lines such as "2.1 abcd efgh ijkl  mnop": number of the share, number of the line, letters in groups
// of four, and last a check of this line, so that a slip is found where it was made.
func (s Share) Lines() []string {
	raw := append([]byte{form, byte(s.Need), s.X, byte(len(s.Y))}, s.Of[:]...) //nolint:gosec // a few dozen each
	text := letters.EncodeToString(append(raw, s.Y...))
	var out []string
	for n, part := range slices.Collect(slices.Chunk([]byte(text), columns)) {
		out = append(out, fmt.Sprintf("%d.%d %s  %s", s.X, n+1, grouped(string(part)), check(s.X, n+1, string(part))))
	}
	return out
}

func grouped(s string) string {
	var groups []string
	for g := range slices.Chunk([]byte(s), 4) {
		groups = append(groups, string(g))
	}
	return strings.Join(groups, " ")
}

// check is 20 bits over a line and its place.
func check(share byte, line int, text string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "egovctl share %d line %d %s", share, line, text))
	return letters.EncodeToString(sum[:5])[:4]
}

// LineError is a line that does not fit its check, or that is missing: "2.1".
type LineError struct{ Line string }

func (e *LineError) Error() string { return "line " + e.Line + " of a share" }

// Parse finds the shares in a text; what is no line of a share is passed over. Error: *LineError.
func Parse(text string) ([]Share, error) {
	found := map[byte]map[int]string{}
	for l := range strings.Lines(text) {
		m := shape.FindStringSubmatch(strings.ToLower(l))
		if m == nil {
			continue
		}
		x, _ := strconv.Atoi(m[1]) // two digits
		n, _ := strconv.Atoi(m[2])
		body := strings.Join(strings.Fields(m[3]), "")
		if len(body) <= 4 || check(byte(x), n, body[:len(body)-4]) != body[len(body)-4:] {
			return nil, &LineError{fmt.Sprintf("%d.%d", x, n)}
		}
		if found[byte(x)] == nil {
			found[byte(x)] = map[int]string{}
		}
		found[byte(x)][n] = body[:len(body)-4]
	}
	var out []Share
	for x := range found {
		s, err := whole(x, found[x])
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Share) int { return int(a.X) - int(b.X) })
	return out, nil
}

// whole puts the lines of one share together. All but the last are full.
func whole(x byte, lines map[int]string) (Share, error) {
	text := ""
	for n := 1; n <= len(lines); n++ {
		l, ok := lines[n]
		if !ok || n < len(lines) && len(l) != columns {
			return Share{}, &LineError{fmt.Sprintf("%d.%d", x, n)}
		}
		text += l
	}
	raw, err := letters.DecodeString(text)
	if err != nil || len(raw) <= head || raw[0] != form || raw[2] != x || x == 0 || int(raw[3]) != len(raw)-head {
		return Share{}, &LineError{fmt.Sprintf("%d.%d", x, len(lines)+1)}
	}
	s := Share{Part: Part{X: x, Y: raw[head:]}, Need: int(raw[1])}
	copy(s.Of[:], raw[4:head])
	return s, nil
}
