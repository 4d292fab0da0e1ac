package house_test

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/command"
	cli "egovctl/cmd/egovctl/internal/root"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/locale"
	"egovctl/templates"
)

// mention of a command: the quotation mark before it if there is one, and where its words begin.
var (
	mention = regexp.MustCompile("([«\"`]?)(?:[./A-Za-z]*/)?egovctl (\\p{L})")
	word    = regexp.MustCompile(`^[a-z][a-z-]*$`)
	cited   = regexp.MustCompile(`"[^"]*"`)
)

// prose are words that follow the program's name where a sentence speaks of the program itself.
var prose = []string{"builds", "founders", "then", "promises", "dựng", "tự"}

// A cure, a help text or a document names only commands, subcommands and flags that there are: what cannot be typed helps nobody.
func TestTextsNameCommandsThatExist(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	tree, seen := commandTree(texts), 0
	look := func(where, text string) {
		n, wrong := mentions(tree, text)
		seen += n
		for _, w := range wrong {
			t.Errorf("%s: %s", where, w)
		}
	}
	for _, lang := range []locale.Lang{locale.Vietnamese, locale.English} {
		for _, key := range texts.Keys(lang) {
			look(fmt.Sprintf("%s %s", lang, key), texts.T(lang, key))
		}
	}
	for _, file := range append(documents(t), scripts(t)...) {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		look(file, string(raw))
	}
	if seen < 200 {
		t.Fatalf("only %d mentions found: this test looked in the wrong place", seen)
	}
}

func TestTextsNameCommandsRefuses(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	tree := commandTree(texts)
	for text, want := range map[string]int{
		"Run «egovctl doctor».":                                       1,
		"send a bundle (\"egovctl support bundle\")":                  1,
		"`bin/egovctl health --probe`":                                1,
		"egovctl catalogue prove":                                     1,
		"begin: egovctl preflight, then egovctl install --nothing":    1,
		"egovctl account create an --name \"An --x\" --rol clerk@H17": 1,
		"Run «egovctl logs --of postgres -n 5», then --help":          0,
		"egovctl completion bash > /etc/x":                            0,
		"egovctl dựng hệ thống":                                       0,
	} {
		if _, wrong := mentions(tree, text); len(wrong) != want {
			t.Errorf("%s: %q", text, wrong)
		}
	}
}

func commandTree(texts *locale.Catalog) *cobra.Command {
	piped := term.Piped(strings.NewReader(""), io.Discard, io.Discard, func(string) string { return "" })
	return cli.New(&wire.Env{Term: piped, Texts: texts, Lang: locale.English, Version: "test"}, command.All())
}

// mentions counts the command lines in text and tells what is wrong with them.
func mentions(tree *cobra.Command, text string) (n int, wrong []string) {
	for _, at := range mention.FindAllStringSubmatchIndex(text, -1) {
		line, _, _ := strings.Cut(text[at[4]:], "\n")
		n, wrong = n+1, append(wrong, unknown(tree, text[at[2]:at[3]], line)...)
	}
	return n, wrong
}

// unknown tells what there is not in the command line that begins with rest, after quote.
func unknown(tree *cobra.Command, quote, rest string) (wrong []string) {
	c := tree
	for i, w := range strings.Fields(ending(quote, rest)) {
		w = strings.TrimRight(w, ".:…")
		switch {
		case i == 0 && slices.Contains(prose, w):
			return nil
		case strings.HasPrefix(w, "-") && w != "-":
			if name, _, _ := strings.Cut(w, "="); flagOf(c, name) == nil {
				wrong = append(wrong, fmt.Sprintf("%q has no flag %s", c.CommandPath(), name))
			}
		case c.HasSubCommands() && (i == 0 || word.MatchString(w)):
			sub := subcommand(c, w)
			if sub == nil {
				return append(wrong, fmt.Sprintf("there is no command %q", c.CommandPath()+" "+w))
			}
			c = sub
		}
	}
	return wrong
}

// ending cuts off what follows a command line.
func ending(quote, rest string) string {
	closing := map[string]string{"«": "»", `"`: `"`, "`": "`"}[quote]
	if before, _, ok := strings.Cut(rest, closing); ok && closing != "" {
		return before
	}
	rest = cited.ReplaceAllString(rest, "X")
	if i := strings.IndexAny(rest, "|&>;,()»`#"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

func subcommand(c *cobra.Command, name string) *cobra.Command {
	for _, sub := range c.Commands() {
		if sub.Name() == name {
			return sub
		}
	}
	return nil
}

func flagOf(c *cobra.Command, name string) any {
	c.InheritedFlags() // lets c know its parents' flags
	short := strings.TrimLeft(name, "-")
	if f := c.Flags().Lookup(short); f != nil && strings.HasPrefix(name, "--") {
		return f
	}
	if f := c.Flags().ShorthandLookup(short[:1]); f != nil && !strings.HasPrefix(name, "--") {
		return f
	}
	return nil
}

// scripts are the files other than documents that call the program by name.
func scripts(t *testing.T) []string {
	t.Helper()
	files := []string{filepath.Join(root, "Makefile")}
	for _, dir := range []string{"templates/host", "installers"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(p string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				files = append(files, p)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}
