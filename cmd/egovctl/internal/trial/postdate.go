package trial

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// What a line of the journal says of its time, of the line before, and of itself.
var (
	lineAt   = regexp.MustCompile(`"at":"([^"]+)"`)
	linePrev = regexp.MustCompile(`"prev":"([0-9a-f]*)"`)
	lineSum  = regexp.MustCompile(`,"sum":"[0-9a-f]{64}"}\n$`)
)

// Postdate moves the time of every line of the journal and of every proof of a backup by so much, as a clock that went wrong
// would have written them; the chain of the journal is sound.
func (p *Place) Postdate(by time.Duration) {
	p.T.Helper()
	files, err := filepath.Glob(p.At("journal", "*.jsonl")) // sorted: their names begin with their numbers
	if err != nil || len(files) == 0 {
		p.T.Fatalf("no journal: %v", err)
	}
	prev := ""
	for _, file := range files {
		var out strings.Builder
		for line := range strings.Lines(p.text(file)) {
			body := lineSum.ReplaceAllString(p.later(line, by), "")
			if first := linePrev.FindStringSubmatch(body); first == nil || (first[1] != "" && prev == "") {
				p.T.Fatalf("%s: not a line of the journal: %s", file, line)
			}
			body = linePrev.ReplaceAllString(body, `"prev":"`+prev+`"`)
			sum := sha256.Sum256([]byte(body))
			prev = hex.EncodeToString(sum[:])
			out.WriteString(body + `,"sum":"` + prev + "\"}\n")
		}
		p.put(file, out.String())
	}
	proofs := p.At("backups", "proofs.json")
	var all []map[string]any
	if err := json.Unmarshal([]byte(p.text(proofs)), &all); err != nil {
		p.T.Fatal(err)
	}
	for _, one := range all {
		for _, key := range []string{"at", "made_at"} {
			at, err := time.Parse(time.RFC3339, one[key].(string)) //nolint:forcetypeassert // a test wants to know
			if err != nil {
				p.T.Fatal(err)
			}
			one[key] = at.Add(by)
		}
	}
	raw, err := json.Marshal(all)
	if err != nil {
		p.T.Fatal(err)
	}
	p.put(proofs, string(raw))
}

// later is a line with its time moved.
func (p *Place) later(line string, by time.Duration) string {
	return lineAt.ReplaceAllStringFunc(line, func(at string) string {
		then, err := time.Parse(time.RFC3339Nano, lineAt.FindStringSubmatch(at)[1])
		if err != nil {
			p.T.Fatal(err)
		}
		return `"at":"` + then.Add(by).Format(time.RFC3339Nano) + `"`
	})
}

func (p *Place) text(path string) string {
	p.T.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		p.T.Fatal(err)
	}
	return string(raw)
}

// put writes a file anew that is there, so that it keeps owner and mode.
func (p *Place) put(path, text string) {
	p.T.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		p.T.Fatal(err)
	}
}
