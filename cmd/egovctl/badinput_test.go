package main_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/cmd/egovctl/internal/trial"
)

// refused is a command line that cannot be carried out: what is there before, and what it must say.
type refused struct {
	name  string
	given func(t *testing.T, p *trial.Place) (*trial.Place, []string) // the place as it is then, and the arguments
	exit  int
	field string // of one of the problems, "" for any
	says  string // in every language, such as the name of the wrong thing
}

// Each gives one clear sentence in either language, a cure, its exit status, and leaves nothing half-made.
func TestAnInstallationThatCannotBeIsRefusedAndLeavesNothing(t *testing.T) {
	for _, r := range refusals() {
		t.Run(r.name, func(t *testing.T) {
			p, args := r.given(t, trial.New(t))
			before, account := p.Around(), p.AccountExists()
			for _, lang := range []string{"vi", "en"} {
				p.Lang = lang
				o := p.Run(args...)
				o.Status(r.exit).Told(t, lang)
				if !strings.Contains(o.Stderr, r.says) {
					t.Errorf("%s: %q is not named: %s", lang, r.says, o.Stderr)
				}
				check(t, r, lang, p.Run(append(args, "-o", "json")...).Status(r.exit).Refusals())
			}
			trial.Same(t, "what lies around", before, p.Around())
			if p.AccountExists() != account {
				t.Errorf("the account %s: there before %v, after %v", p.Account(), account, !account)
			}
		})
	}
}

func check(t *testing.T, r refused, lang string, problems []trial.Refusal) {
	t.Helper()
	at := r.field == ""
	for _, x := range problems {
		at = at || x.Field == r.field
		if !trial.Sentence(x.Message) || !trial.Sentence(x.Cure) {
			t.Errorf("%s: not a sentence and a cure: %q, %q", lang, x.Message, x.Cure)
		}
	}
	if !at {
		t.Errorf("%s: no problem is at %q: %+v", lang, r.field, problems)
	}
}

func refusals() []refused {
	plain := func(more ...string) func(*testing.T, *trial.Place) (*trial.Place, []string) {
		return func(_ *testing.T, p *trial.Place) (*trial.Place, []string) { return p, text(p, more...) }
	}
	config := func(content string) func(*testing.T, *trial.Place) (*trial.Place, []string) {
		return func(t *testing.T, p *trial.Place) (*trial.Place, []string) {
			file := filepath.Join(p.Base, "instance.yaml")
			write(t, file, content)
			return p, text(p, "--config", file)
		}
	}
	return []refused{
		{name: "the configuration has an unknown key", exit: 2, field: "colour", says: "colour", given: config("apiVersion: egovctl/v1\ncolour: red\n")},
		{name: "a key is misspelt, and the line is named", exit: 2, says: "4", given: config("apiVersion: egovctl/v1\n\nhttp:\n  lisen: 127.0.0.1:1\n")},
		{name: "a number is a word", exit: 2, field: "backup.keep.daily", says: "backup.keep.daily", given: config("backup: {keep: {daily: many}}\n")},
		{name: "the configuration is no YAML", exit: 2, given: config("http: [\n")},
		{name: "the configuration is absent", exit: 2, says: "none.yaml", given: func(_ *testing.T, p *trial.Place) (*trial.Place, []string) {
			return p, text(p, "--config", filepath.Join(p.Base, "none.yaml"))
		}},
		{name: "the profile is unknown", exit: 2, says: "atlantis", given: plain("--profile", "atlantis")},
		{name: "nobody would encrypt what the answers say is encrypted", exit: 2, field: "http.tls", given: plain("--set", "http.tls=acme", "--set", "http.public_url=https://dichvucong.danang.example")},
		{name: "the topology is not to be had yet", exit: 2, field: "topology", given: func(t *testing.T, p *trial.Place) (*trial.Place, []string) {
			address := filepath.Join(p.Base, "address")
			if err := os.WriteFile(address, []byte("postgres://dba@127.0.0.1:1/egov"), 0o600); err != nil {
				t.Fatal(err)
			}
			return plain("--set", "topology=ha", "--set", "postgres.dsn_file="+address)(t, p)
		}},
		{name: "the demonstration would be open to others", exit: 2, field: "http.listen", given: func(_ *testing.T, p *trial.Place) (*trial.Place, []string) {
			return p, []string{"install", "--demo", "--instance", p.Instance, "--listen", "0.0.0.0:18099", "--yes"}
		}},
		{name: "the name of the instance is malformed", exit: 2, field: "instance", given: plain("--set", "instance=Đà Nẵng")},
		{name: "a flag is unknown", exit: 2, says: "--colour", given: plain("--colour")},
		{name: "the language is unknown", exit: 2, says: "fr", given: func(_ *testing.T, p *trial.Place) (*trial.Place, []string) {
			return p, append(text(p), "--set", "language=fr")
		}},
		{name: "the port is in use", exit: 3, field: "port.free", given: func(t *testing.T, p *trial.Place) (*trial.Place, []string) {
			ln, err := net.Listen("tcp", p.Listen)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = ln.Close() })
			return p, text(p)
		}},
		{name: "there is no disk space", exit: 3, field: "disk.space", given: func(_ *testing.T, p *trial.Place) (*trial.Place, []string) {
			p = p.Small(64)
			return p, text(p)
		}},
		{name: "ROOT holds something that is not ours", exit: 3, field: "root.folder", says: "thesis.txt", given: func(t *testing.T, p *trial.Place) (*trial.Place, []string) {
			write(t, p.At("thesis.txt"), "my only copy\n")
			return p, text(p)
		}},
		{name: "ROOT is a file", exit: 3, field: "root.folder", given: func(t *testing.T, p *trial.Place) (*trial.Place, []string) {
			write(t, p.Root, "")
			return p, text(p)
		}},
		{name: "ROOT lies where the account cannot go", exit: 3, field: "root.reach", says: "closed", given: closed},
		{name: "there are no PostgreSQL binaries", exit: 3, field: "postgres.binaries", given: func(t *testing.T, p *trial.Place) (*trial.Place, []string) {
			empty := filepath.Join(p.Base, "empty")
			if err := os.Mkdir(empty, 0o755); err != nil { //nolint:gosec // as /usr/bin is
				t.Fatal(err)
			}
			return p, text(p, "--set", "postgres.bin_dir="+empty)
		}},
		{name: "ROOT is the whole machine", exit: 3, field: "root.folder", given: func(_ *testing.T, p *trial.Place) (*trial.Place, []string) {
			return p, text(p, "--root", "/")
		}},
	}
}

// closed puts Root below a folder that only its owner may pass: root when root tests, nobody otherwise.
func closed(t *testing.T, p *trial.Place) (*trial.Place, []string) {
	dir := filepath.Join(p.Base, "closed")
	mode := os.FileMode(0o700)
	if !trial.AsRoot() {
		mode = 0
	}
	if err := os.Mkdir(dir, mode); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	q := *p
	q.Root = filepath.Join(dir, "root")
	return &q, text(&q)
}

// text is the command line of an installation that tells a person.
func text(p *trial.Place, more ...string) []string {
	return append([]string{"install", "--demo", "--instance", p.Instance, "--listen", p.Listen, "--yes", "--samples", "0", "--no-probe"}, more...)
}

func write(t *testing.T, file, content string) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(file), 0o755) //nolint:gosec // the instance's account must be able to pass
	if err == nil {
		err = os.WriteFile(file, []byte(content), 0o644) //nolint:gosec // nothing secret
	}
	if err != nil {
		t.Fatal(err)
	}
}

// What an installed instance refuses, it refuses without touching anything.
func TestAnInstalledInstanceRefusesWithoutTouchingAnything(t *testing.T) {
	shared, _ := trial.Shared(t)
	altered := filepath.Join(t.TempDir(), "egovctl")
	for _, r := range []struct {
		name   string
		binary string
		args   []string
		exit   int
		says   []string
	}{
		{name: "another answer is shown, old beside new", args: text(shared, "--set", "backup.at=03:15"), exit: 2, says: []string{"backup.at", "02:30", "03:15"}},
		{name: "another profile is shown, old beside new", args: text(shared, "--profile", "48"), exit: 2, says: []string{"danang-2014", "48"}},
		{name: "a demonstration is not opened to others later on", args: []string{"install", "--instance", shared.Instance, "--listen", "0.0.0.0:18099", "--reconfigure"}, exit: 2, says: []string{"--listen"}},
		{name: "another number of invented dossiers is shown, old beside new", args: text(shared, "--samples", "50"), exit: 2, says: []string{"--samples", "200", "50"}},
		{name: "the number of invented dossiers is beyond --reconfigure", args: text(shared, "--samples", "50", "--reconfigure"), exit: 2, says: []string{"--reconfigure", "200"}},
		{name: "the same version with other bytes is refused", binary: altered, args: text(shared, "--samples", "200"), exit: 6, says: []string{trial.Version}},
	} {
		t.Run(r.name, func(t *testing.T) {
			p := shared.For(t)
			if r.binary != "" {
				raw, err := os.ReadFile(p.Binary)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(r.binary, append(raw, 0), 0o755); err != nil { //nolint:gosec // a program
					t.Fatal(err)
				}
				p.Binary = r.binary
			}
			tree, rows := p.Tree(), p.Database()
			for _, lang := range []string{"vi", "en"} {
				p.Lang = lang
				o := p.Run(r.args...).Status(r.exit)
				o.Told(t, lang)
				for _, s := range r.says {
					if !strings.Contains(o.Stderr, s) {
						t.Errorf("%s: %q is not said: %s", lang, s, o.Stderr)
					}
				}
				p.Run(append(r.args, "-o", "json")...).Status(r.exit).Refusals()
			}
			trial.Same(t, "the folder of the instance", tree, p.Tree())
			if diff := cmp.Diff(rows, p.Database()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A catalogue file that cannot be taken is refused whole, each wrong place with its line.
func TestACatalogueFileThatCannotBeTakenIsRefusedWhole(t *testing.T) {
	shared, _ := trial.Shared(t)
	sheet := shared.Run("catalogue", "export", "--format", "csv").Status(trial.Done).Stdout
	columns, rest, _ := strings.Cut(sheet, "\n")
	first, _, _ := strings.Cut(rest, "\n")
	code, _, _ := strings.Cut(first, ",")
	for _, r := range []struct {
		name, file, content, says string
	}{
		{name: "a code stands twice", file: "twice.csv", content: "code,name\n" + code + ",A\n" + code + ",B\n", says: code},
		{name: "a column is unknown", file: "column.csv", content: columns + ",colour\n" + first + ",red\n", says: "colour"},
		{name: "a member is unknown", file: "member.yaml", content: "- code: \"" + code + "\"\n  colour: red\n", says: "colour"},
		{name: "a field is unknown", file: "field.csv", content: "code,field\n" + code + ",NOWHERE\n", says: "NOWHERE"},
		{name: "a fee is negative", file: "fee.csv", content: "code,direct_terms,direct_fees\n" + code + ",5 working_days,fee -5000\n", says: "-5"},
		{name: "a deadline has no unit", file: "term.csv", content: "code,direct_terms,direct_fees\n" + code + ",5,\n", says: "5"},
	} {
		t.Run(r.name, func(t *testing.T) {
			p := shared.For(t)
			file := filepath.Join(t.TempDir(), r.file)
			write(t, file, r.content)
			before := p.Database()
			for _, lang := range []string{"vi", "en"} {
				p.Lang = lang
				o := p.Run("catalogue", "import", file).Status(trial.Usage)
				o.Told(t, lang)
				if !strings.Contains(o.Stderr, r.says) {
					t.Errorf("%s: %q is not said: %s", lang, r.says, o.Stderr)
				}
				for _, x := range p.Run("catalogue", "import", file, "-o", "json").Status(trial.Usage).Refusals() {
					if !trial.Sentence(x.Message) || !trial.Sentence(x.Cure) {
						t.Errorf("%s: %+v", lang, x)
					}
				}
			}
			if diff := cmp.Diff(before, p.Database()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
