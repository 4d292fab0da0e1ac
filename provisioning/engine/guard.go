package engine

import (
	"encoding/json"
	"regexp"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
)

// telling are names that a detail of a change must not have: what is worth such a name does not belong in a journal.
// A reference ("password_file") is allowed, its content is not.
var telling = regexp.MustCompile(`(?i)(^|[_.-])(password|passwd|passphrase|secret|token|dsn|private_?key|credential)s?$`)

// inURL finds the password of postgres://user:password@host and its like.
var inURL = regexp.MustCompile(`([a-zA-Z][a-zA-Z0-9+.-]*://[^:/@\s]*):[^@/\s]+@`)

// inDSN finds the password of a keyword/value connection string.
var inDSN = regexp.MustCompile(`(?i)\b(password|passwd|pwd)(\s*=\s*)('[^']*'|\S+)`)

// guard is the last wall between a secret and the journal.
type guard struct{ secrets func() []secret.String }

// refuse looks at a rendered line: a known secret, plain or as JSON writes it, is a defect of the step that put it there.
func (g guard) refuse(l Line, raw []byte) error {
	if l.Change != nil {
		for name := range l.Change.Detail {
			if telling.MatchString(name) {
				return fault.New(fault.Internal, "engine.secret", "step", l.Step, "change", l.Change.ID, "detail", name)
			}
		}
	}
	for _, form := range g.forms() {
		if strings.Contains(string(raw), form) {
			id := ""
			if l.Change != nil {
				id = l.Change.ID
			}
			return fault.New(fault.Internal, "engine.secret", "step", l.Step, "change", id, "detail", "")
		}
	}
	return nil
}

// mask takes secrets out of an error's text and shortens it.
func (g guard) mask(s string) string {
	for _, form := range g.forms() {
		s = strings.ReplaceAll(s, form, "********")
	}
	s = inURL.ReplaceAllString(s, "$1:********@")
	s = inDSN.ReplaceAllString(s, "$1$2********")
	if len(s) > 500 {
		s = strings.ToValidUTF8(s[:500], "") + "..."
	}
	return s
}

// forms lists the known secrets of at least six bytes (a shorter one would be found everywhere), raw and JSON-escaped.
func (g guard) forms() []string {
	if g.secrets == nil {
		return nil
	}
	var out []string
	for _, s := range g.secrets() {
		plain := s.Reveal()
		if len(plain) < 6 {
			continue
		}
		out = append(out, plain)
		if b, err := json.Marshal(plain); err == nil && string(b[1:len(b)-1]) != plain {
			out = append(out, string(b[1:len(b)-1]))
		}
	}
	return out
}
