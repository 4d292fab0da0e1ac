package trial

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// place is what a sentence may begin with: where the wrong thing stands.
var place = regexp.MustCompile(`^(--set )?\S+: `)

// Sentence reports whether s is one clear sentence, or a few, perhaps behind a place ("instance.yaml:4: "): it begins
// as one, ends as one, holds no unfilled place and no exclamation mark.
func Sentence(s string) bool {
	bare := strings.TrimSpace(place.ReplaceAllString(s, ""))
	placed := bare != strings.TrimSpace(s)
	s = bare
	if s == "" || strings.ContainsAny(s, "!\x00") || strings.Contains(s, "{") {
		return false
	}
	first := []rune(s)[0]
	begins := placed || unicode.IsUpper(first) || unicode.IsDigit(first) || strings.ContainsRune(`"“«/`, first)
	ends := strings.HasSuffix(s, ".") || strings.HasSuffix(s, "\"") || strings.HasSuffix(s, "»") || strings.HasSuffix(s, ")") || strings.HasSuffix(s, "?")
	return begins && ends && strings.Contains(s, " ")
}

// Refusal is one of the problems that a command tells with -o json.
type Refusal struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Cure    string `json:"cure"`
	Field   string `json:"field"`
}

// Refusals decodes the last line of a command that failed under -o json.
func (o Outcome) Refusals() []Refusal {
	o.t.Helper()
	lines := o.Lines()
	if len(lines) == 0 {
		o.t.Fatalf("%s: nothing on stdout\n%s", strings.Join(o.Args, " "), o.Stderr)
	}
	var last struct {
		Event    string    `json:"event"`
		Status   string    `json:"status"`
		Exit     int       `json:"exit"`
		Problems []Refusal `json:"problems"`
	}
	if err := json.Unmarshal(lines[len(lines)-1].Raw, &last); err != nil {
		o.t.Fatal(err)
	}
	if last.Event != "result" || last.Status != "failed" || last.Exit != o.Exit || len(last.Problems) == 0 {
		o.t.Fatalf("%s: exit %d, result %s", strings.Join(o.Args, " "), o.Exit, lines[len(lines)-1].Raw)
	}
	return last.Problems
}

// Told checks what a failed command tells a person: on stderr a sentence and a cure, on stdout nothing.
func (o Outcome) Told(t testing.TB, lang string) {
	t.Helper()
	cure := map[string]string{"vi": "Cách xử lý:", "en": "Cure:"}[lang]
	if o.Stdout != "" {
		t.Errorf("%s: stdout is not empty: %q", lang, tail(o.Stdout))
	}
	if !strings.Contains(o.Stderr, cure) {
		t.Errorf("%s: no cure on stderr: %q", lang, tail(o.Stderr))
	}
	for _, inside := range append([]string{"goroutine ", "{", "%!"}, "panic:") {
		if strings.Contains(o.Stderr, inside) {
			t.Errorf("%s: %q on stderr: %s", lang, inside, tail(o.Stderr))
		}
	}
}
