package command_test

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/command"
	"egovctl/cmd/egovctl/internal/root"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/locale"
	"egovctl/templates"
)

// Every command says in both languages what it does, gives an example, and names its exit statuses; every flag is described.
func TestEveryCommandIsExplainedInBothLanguages(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []locale.Lang{locale.Vietnamese, locale.English} {
		piped := term.Piped(strings.NewReader(""), io.Discard, io.Discard, func(string) string { return "" })
		tree := root.New(&wire.Env{Term: piped, Texts: texts, Lang: lang, Version: "test"}, command.All())
		each(tree, func(c *cobra.Command) { explained(t, texts, lang, c) })
	}
}

func each(c *cobra.Command, look func(*cobra.Command)) {
	for _, sub := range c.Commands() {
		if sub.Hidden {
			continue
		}
		look(sub)
		each(sub, look)
	}
}

func explained(t *testing.T, texts *locale.Catalog, lang locale.Lang, c *cobra.Command) {
	t.Helper()
	path := strings.TrimPrefix(c.CommandPath(), "egovctl ")
	key := "cmd." + strings.ReplaceAll(path, " ", ".")
	parts := []string{".short", ".example"}
	if c.Runnable() {
		parts = append(parts, ".exit")
	}
	for _, part := range parts {
		if !texts.Has(lang, key+part) {
			t.Errorf("%s: %s has no %s", lang, path, strings.TrimPrefix(part, "."))
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(c.Example), "\n") {
		if !strings.Contains(line, "egovctl "+strings.Fields(path)[0]) {
			t.Errorf("%s: an example of %s is another command's: %s", lang, path, line)
		}
	}
	for _, line := range strings.Split(c.LocalFlags().FlagUsages()+c.InheritedFlags().FlagUsages(), "\n") {
		if strings.Contains(line, "cmd.") || strings.Contains(line, "cli.flag") {
			t.Errorf("%s: a flag of %s is not described: %s", lang, path, strings.TrimSpace(line))
		}
	}
}
