package backup

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup"
)

// key hands the recovery key out, whole or in shares, and takes it off the host.
func key(env *wire.Env) *cobra.Command {
	return desk.Group("key", exportKey(env), splitKey(env), forgetKey(env))
}

func exportKey(env *wire.Env) *cobra.Command {
	var dir string
	c := &cobra.Command{Use: "export", Annotations: wire.Reads()}
	c.Flags().StringVar(&dir, "sheet", "", env.T("cmd.backup.key.flag.sheet"))
	c.RunE = func(*cobra.Command, []string) error { return runExport(env, dir) }
	return c
}

func runExport(env *wire.Env, dir string) error {
	site, err := env.Site()
	if err != nil {
		return err
	}
	text, err := backup.Export(site)
	switch {
	case err != nil:
		return err
	case dir != "":
		return printable(env, site, dir, [][]string{letters(text.Reveal())}, 0)
	case env.JSON():
		return env.Print(map[string]string{"key": text.Reveal()})
	}
	desk.Note(env, "backup.key.exported")
	_, err = fmt.Fprint(env.Out, text.Reveal())
	return err
}

// letters are the lines of a key file that must be typed again: what it says about itself stands on the sheet anyway.
func letters(file string) []string {
	return slices.DeleteFunc(strings.Split(strings.TrimSpace(file), "\n"), func(line string) bool { return strings.HasPrefix(line, "#") })
}

func splitKey(env *wire.Env) *cobra.Command {
	var n, k int
	var dir string
	c := &cobra.Command{Use: "split", Annotations: wire.Reads()}
	c.Flags().IntVar(&n, "shares", 5, env.T("cmd.backup.key.flag.shares"))
	c.Flags().IntVar(&k, "threshold", 3, env.T("cmd.backup.key.flag.threshold"))
	c.Flags().StringVar(&dir, "sheet", "", env.T("cmd.backup.key.flag.sheet"))
	c.RunE = func(*cobra.Command, []string) error { return runSplit(env, n, k, dir) }
	return c
}

// handed is one share of `backup key split -o json`.
type handed struct {
	Share int      `json:"share"`
	Lines []string `json:"lines"`
}

func runSplit(env *wire.Env, n, k int, dir string) error {
	site, err := env.Site()
	if err != nil {
		return err
	}
	shares, err := backup.Split(site, n, k)
	if err != nil {
		return err
	}
	if dir != "" {
		return printable(env, site, dir, shares, k)
	}
	items := make([]handed, len(shares))
	for i, lines := range shares {
		items[i] = handed{i + 1, lines}
	}
	if !env.JSON() {
		desk.Note(env, "backup.key.split")
	}
	return desk.Sheets(env, items, func(env *wire.Env, h handed) error {
		_, err := fmt.Fprintf(env.Out, "%s\n%s\n", env.T("backup.key.share", "n", h.Share, "of", n, "need", k, "instance", site.Answers.Instance), strings.Join(h.Lines, "\n"))
		return err
	})
}

func forgetKey(env *wire.Env) *cobra.Command {
	var file string
	c := &cobra.Command{Use: "forget", Annotations: wire.Acts()}
	c.Flags().StringVar(&file, "recovery-key", "", env.T("cmd.backup.key.flag.proof"))
	c.RunE = func(*cobra.Command, []string) error {
		if file == "" {
			return fault.New(fault.Invalid, "backup.key.prove")
		}
		if err := env.ForgetKey(file); err != nil {
			return err
		}
		if env.JSON() {
			return env.Print(map[string]string{"status": "forgotten"})
		}
		_, err := fmt.Fprintln(env.Out, env.Paint(term.Good, env.T("backup.key.forgotten")))
		return err
	}
	return c
}
