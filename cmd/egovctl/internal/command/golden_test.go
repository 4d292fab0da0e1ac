package command_test

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/cmd/egovctl/internal/command"
	"egovctl/cmd/egovctl/internal/root"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/locale"
	"egovctl/templates"
)

var update = flag.Bool("update", false, "write testdata/help anew")

// What every command's --help prints, in both languages: a file for each command with its subcommands. A command without
// its files fails, and so does a file without its command.
func TestHelpIsAsWritten(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	left := map[string]bool{}
	files, err := filepath.Glob("testdata/help/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		left[f] = true
	}
	for _, lang := range []locale.Lang{locale.Vietnamese, locale.English} {
		for name, help := range helps(t, texts, lang) {
			golden := filepath.Join("testdata", "help", name+"."+string(lang)+".txt")
			delete(left, golden)
			if *update {
				if err := os.WriteFile(golden, []byte(help), 0o644); err != nil { //nolint:gosec // for everyone to read
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Errorf("%v: write it with -update and read it", err)
				continue
			}
			if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(help, "\n")); d != "" {
				t.Errorf("%s (-written +printed):\n%s", golden, d)
			}
		}
	}
	for f := range left {
		t.Errorf("%s is of no command", f)
	}
}

// helps prints the help of each command of the list, with its subcommands behind it; "egovctl" itself is one.
func helps(t *testing.T, texts *locale.Catalog, lang locale.Lang) map[string]string {
	t.Helper()
	piped := term.Piped(strings.NewReader(""), io.Discard, io.Discard, func(string) string { return "" })
	tree := root.New(&wire.Env{Term: piped, Texts: texts, Lang: lang, Version: "test"}, command.All())
	out := map[string]string{"egovctl": help(t, tree.CommandPath(), lang)}
	for _, c := range tree.Commands() {
		if c.Hidden {
			continue
		}
		text := help(t, c.CommandPath(), lang)
		for _, sub := range c.Commands() {
			text += "\n--------\n" + help(t, sub.CommandPath(), lang)
		}
		out[c.Name()] = text
	}
	return out
}

// help runs COMMAND --help as a person does, into a pipe.
func help(t *testing.T, path string, lang locale.Lang) string {
	t.Helper()
	var out, errs bytes.Buffer
	piped := term.Piped(strings.NewReader(""), &out, &errs, func(string) string { return "" })
	args := append(strings.Fields(path)[1:], "--help", "--lang", string(lang))
	if exit := root.Run(args, piped, "test", command.All()); exit != 0 || errs.Len() > 0 {
		t.Errorf("%s --help: exit %d, %s", path, exit, errs.String())
	}
	return out.String()
}
