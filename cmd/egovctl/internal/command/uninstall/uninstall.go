// Package uninstall removes what an installation made, naming what goes and what stays.
package uninstall

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/sequence"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	purge := false
	c := &cobra.Command{Use: "uninstall", Annotations: wire.Rehearses(), RunE: func(c *cobra.Command, _ []string) error { return run(c.Context(), env, purge) }}
	c.Flags().BoolVar(&purge, "purge-data", false, env.T("cmd.uninstall.flag.purge"))
	return c
}

func run(ctx context.Context, env *wire.Env, purge bool) error {
	root := env.Root()
	if _, err := os.Stat(root.Journal()); errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.NotInstalled, "cli.not_installed", "root", root)
	}
	site, err := env.Remains()
	if err != nil {
		return err
	}
	goes, stays := plan(env, purge)
	if env.Flags.DryRun || !env.Flags.Yes {
		if err := announce(env, goes, stays); err != nil || env.Flags.DryRun {
			return err
		}
		if !confirmed(env) {
			return fault.New(fault.Invalid, "uninstall.confirm", "root", root)
		}
	}
	in, err := wire.NewInstallation(ctx, env, site, wire.InstallOptions{})
	if err != nil {
		return err
	}
	defer in.Close()
	in.Parts.PurgeData = purge
	report := screen.For(env)
	_, err = env.Runner(report.Event).Undo(ctx, "uninstall", sequence.Install(in.Parts))
	report.Close()
	if err != nil {
		return err
	}
	if purge {
		if err := wire.Erase(env); err != nil {
			return err
		}
	}
	gone, kept := left(append(goes, stays...))
	return end(env, gone, kept)
}

// plan names what goes and what stays, of what is there: without data their keys go, and an empty folder does.
func plan(env *wire.Env, purge bool) (goes, stays []string) {
	r := env.Root()
	_, ours := os.Stat(filepath.Join(r.Postgres(), "PG_VERSION"))
	_, outside := os.Stat(r.Outside())
	data := ours == nil || outside == nil
	for _, p := range []struct {
		path  string
		keeps bool
	}{
		{r.Releases(), false}, {r.Current(), false}, {r.Config(), false}, {r.Run(), false},
		{r.Secrets(), data}, {r.Outside(), true}, {r.Data(), holds(r.Data())}, {r.Backups(), holds(r.Backups())}, {r.Local(), holds(r.Local())},
		{r.Log(), holds(r.Log())}, {r.Journal(), true},
	} {
		if _, err := os.Lstat(p.path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if p.keeps && !purge {
			stays = append(stays, p.path)
		} else {
			goes = append(goes, p.path)
		}
	}
	return goes, stays
}

// holds reports whether there is a file at path or below. What cannot be looked at counts as one.
func holds(path string) bool {
	return filepath.WalkDir(path, func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			return errFile
		}
		return err
	}) != nil
}

var errFile = errors.New("a file")

// left tells what is gone and what is still there, after the work.
func left(paths []string) (gone, kept []string) {
	for _, path := range paths {
		if _, err := os.Lstat(path); err == nil {
			kept = append(kept, path)
		} else {
			gone = append(gone, path)
		}
	}
	return gone, kept
}

func announce(env *wire.Env, goes, stays []string) error {
	if env.JSON() {
		if env.Flags.DryRun {
			return env.Print(map[string]any{"status": "planned", "goes": goes, "stays": stays})
		}
		return nil
	}
	out := env.T("uninstall.goes") + "\n  " + strings.Join(goes, "\n  ")
	if len(stays) > 0 {
		out += "\n" + env.T("uninstall.stays") + "\n  " + strings.Join(stays, "\n  ")
	}
	w := env.Err
	if env.Flags.DryRun { // this is the result
		w = env.Out
	}
	_, err := fmt.Fprintln(w, out)
	return err
}

// confirmed asks a person, when there is one, to type the instance's folder.
func confirmed(env *wire.Env) bool {
	if env.Flags.Yes {
		return true
	}
	if !env.CanAsk() {
		return false
	}
	fmt.Fprint(env.Err, env.T("uninstall.ask", "root", env.Root())+" ")
	answer, err := bufio.NewReader(env.In).ReadString('\n')
	return err == nil && strings.TrimSpace(answer) == string(env.Root())
}

func end(env *wire.Env, goes, stays []string) error {
	if env.JSON() {
		return env.Line(map[string]any{"event": "result", "status": "uninstalled", "root": env.Root(), "gone": goes, "kept": stays})
	}
	text := env.T("uninstall.done", "root", env.Root())
	if len(stays) > 0 {
		text += "\n" + env.T("uninstall.stays") + "\n  " + strings.Join(stays, "\n  ") + "\n" + env.T("uninstall.kept", "root", env.Root())
	}
	_, err := fmt.Fprintln(env.Out, text)
	return err
}
