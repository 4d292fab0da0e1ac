package main_test

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/command"
	"egovctl/cmd/egovctl/internal/root"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/trial"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/locale"
	"egovctl/templates"
)

// What a command writes on stdout with -o json.
type shape int

const (
	document shape = iota // exactly one JSON document
	lines                 // JSON lines, the last of them the result
	raw                   // what it carries, whatever -o says: a log, a shell's script
	nothing               // it stays in the foreground and is not run here; --dry-run is refused
)

// room is a command line for one command of the street, on an instance in which FILE is a sheet of the catalogue,
// LOGIN an account and KIT a kit under the keys in KEYS.
type room struct {
	command string
	args    string
	shape   shape
}

// The street, in the order in which it is walked: who looks first, who changes something next. A new command comes here.
var street = []room{
	{"version", "", document},
	{"completion", "bash", raw},
	{"config validate", "", document},
	{"config show", "", document},
	{"config schema", "", document},
	{"config diff", "", document},
	{"preflight", "", document},
	{"status", "", document},
	{"history", "", document},
	{"logs", "--lines 5", raw},
	{"catalogue list", "--limit 3", document},
	{"catalogue show", "1.001193", document},
	{"catalogue export", "--out FILE", document},
	{"catalogue diff", "", document},
	{"catalogue conflicts", "", document},
	{"units tree", "", document},
	{"units show", "48", document},
	{"agencies", "", document},
	{"agencies list", "", document},
	{"agencies show", "H17", document},
	{"calendar show", "", document},
	{"calendar due", "--term 5wd", document},
	{"regime list", "", document},
	{"account list", "", document},
	{"account matrix", "", document},
	{"audit verify", "", document},
	{"kit inspect", "KIT", document},
	{"kit verify", "KIT --root-fingerprint PRINT", document},
	{"kit keys status", "--keys KEYS", document},
	{"health", "", document},
	{"catalogue set", "1.001193 name=Khai_sinh", document},
	{"catalogue import", "FILE", document},
	{"regime confirm", "mc-2018", document},
	{"account create", "thu.nv --name Thu --role clerk@H17", document},
	{"account reset", "LOGIN", document},
	{"account lock", "LOGIN", document},
	{"account unlock", "LOGIN", document},
	{"account token", "--login LOGIN", document},
	{"kit build", "--out KIT --keys KEYS --passphrase-file PHRASE", document},
	{"backup create", "", lines},
	{"backup list", "", document},
	{"backup restore", "--confirm", lines},
	{"backup key split", "--shares 3 --threshold 2", document},
	{"backup key export", "", document},
	{"upgrade", "KIT --root-fingerprint PRINT", lines}, // of the release that runs: nothing to do
	{"upgrade confirm", "", lines},
	{"restart", "", lines},
	{"stop", "", lines},
	{"start", "", lines},
	{"install", "--demo --instance INSTANCE --listen LISTEN --samples 0 --yes", lines},
	{"uninstall", "--purge-data --yes", lines},
	{"serve", "", nothing},
	{"supervise", "", nothing},
	{"postgres", "", nothing},
	{"catalogue resolve", "1.001193", nothing}, // nothing is in conflict on a new instance
	{"upgrade commit", "", nothing},            // nothing is staged, and no release ran before: upgrade_test.go
	{"upgrade abort", "", nothing},
	{"rollback", "", nothing},
	{"backup verify", "", nothing}, // these two want a set: backup_test.go
	{"backup drill", "", nothing},
	{"backup key forget", "--recovery-key NOWHERE", nothing}, // it wants the key that is to go
	{"kit keys init", "--keys NOWHERE", nothing},             // a ceremony: done once, by people who know its order
	{"kit keys rotate", "--keys KEYS", nothing},
	{"kit keys revoke", "00000000 --keys KEYS", nothing},
	{"kit keys sign-root", "--keys KEYS --key NOWHERE", nothing},
}

// Every command declares what it does and has its line in the street.
func TestEveryCommandIsOnTheStreet(t *testing.T) {
	known := map[string]bool{}
	for _, r := range street {
		known[r.command] = true
	}
	visit(t, func(c *cobra.Command, name string) {
		if !known[name] {
			t.Errorf("%q has no line in this street", name)
		}
		delete(known, name)
		if !wire.Declared(c.Annotations) {
			t.Errorf("%q does not declare whether it reads, rehearses or acts", name)
		}
	})
	for name := range known {
		t.Errorf("the street has %q, which is no command", name)
	}
}

// visit calls look for every command that does something by itself.
func visit(t *testing.T, look func(c *cobra.Command, name string)) {
	t.Helper()
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	piped := term.Piped(strings.NewReader(""), io.Discard, io.Discard, func(string) string { return "" })
	tree := root.New(&wire.Env{Term: piped, Texts: texts, Lang: locale.English, Version: "test"}, command.All())
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		name := strings.TrimPrefix(c.CommandPath(), "egovctl ")
		if !c.HasSubCommands() || name == "agencies" || name == "upgrade" { // a group only shows its help; these two do something
			look(c, name)
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(tree)
}

// The inspection of the street, on one instance: with --dry-run nothing changes; -o json is JSON and nothing else; what
// goes into a pipe has no colour and no progress.
func TestTheStreetOfCommands(t *testing.T) {
	p := trial.New(t)
	in := p.Install()
	clerk := mustHold(t, in, "clerk")
	sheet := filepath.Join(p.Base, "sheet.csv")
	if err := os.WriteFile(sheet, []byte(p.Run("catalogue", "export", "--format", "csv").Status(trial.Done).Stdout), 0o644); err != nil { //nolint:gosec // no secret
		t.Fatal(err)
	}
	made := makeKit(t, p)
	words := strings.NewReplacer("KIT", made.file, "KEYS", made.keys, "PHRASE", made.phrase, "PRINT", made.fingerprint, "NOWHERE", filepath.Join(p.Base, "nowhere"),
		"FILE", sheet, "LOGIN", clerk.Login, "INSTANCE", p.Instance, "LISTEN", p.Listen)
	line := func(r room, more ...string) []string {
		return append(strings.Fields(r.command+" "+words.Replace(r.args)), more...)
	}
	t.Run("with --dry-run nothing changes", func(t *testing.T) {
		for _, r := range street {
			t.Run(r.command, func(t *testing.T) { rehearse(t, p.For(t), r, line(r, "--dry-run", "-o", "json")) })
		}
	})
	for _, r := range street {
		if r.shape == nothing {
			continue
		}
		if r.command == "health" { // what only looks is also looked at as a person does
			break
		}
		t.Run(r.command+" in a pipe", func(t *testing.T) {
			o := p.For(t).Run(line(r)...).Status(trial.Done)
			if o.Stdout+o.Stderr == "" || strings.ContainsAny(o.Stdout+o.Stderr, "\x1b\r") {
				t.Errorf("stdout %q\nstderr %q", o.Stdout, o.Stderr)
			}
		})
	}
	for _, r := range street {
		if r.shape == nothing {
			continue
		}
		t.Run(r.command+" as JSON", func(t *testing.T) {
			o := p.For(t).Run(line(r, "-o", "json")...).Status(trial.Done)
			shaped(t, o, r.shape)
		})
	}
}

// rehearse runs one command with --dry-run and looks whether anything is not as it was.
func rehearse(t *testing.T, p *trial.Place, r room, args []string) {
	before, tree, rows := status(t, p, trial.Done), p.Tree(), p.Database()
	want := trial.Done
	if r.shape == nothing {
		want = trial.Usage
	}
	o := p.Run(args...).Status(want)
	if r.shape != raw {
		shaped(t, o, document) // a plan is no long work
	}
	trial.Same(t, "the folder", tree, p.Tree())
	if d := cmp.Diff(rows, p.Database()); d != "" {
		t.Errorf("the database (-before +after):\n%s", d)
	}
	if d := cmp.Diff(before, status(t, p, trial.Done)); d != "" {
		t.Errorf("the processes (-before +after):\n%s", d)
	}
}

// shaped checks stdout.
func shaped(t *testing.T, o trial.Outcome, want shape) {
	t.Helper()
	switch want {
	case document:
		if !json.Valid([]byte(o.Stdout)) {
			t.Errorf("stdout is not one document of JSON: %q", o.Stdout)
		}
	case lines:
		var last map[string]any
		o.Result(&last)
	case raw, nothing:
	}
}
