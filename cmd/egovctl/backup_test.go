package main_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// backedUp is the last line of `backup create -o json`.
type backedUp struct {
	Status        string
	ID, Path      string
	Bytes         int64
	Tables, Files int
	Rows          int64
	Damaged       []string
	Kept          string
}

// One instance is backed up, drilled, damaged in its backups, killed while it is backed up and restored, and brought back
// on a host that has nothing of it.
func TestBackupsFromOutside(t *testing.T) {
	p := trial.New(t)
	p.Install()
	out := filepath.Join(p.Base, "out")
	var made backedUp
	p.Run("backup", "create", "--out", out, "-o", "json").Status(trial.Done).Result(&made)
	if made.Path != filepath.Join(out, made.ID) || made.Bytes == 0 || made.Tables < 40 || made.Rows < 1000 {
		t.Fatalf("made %+v", made)
	}
	rows := p.Database()

	t.Run("a drill proves it and leaves nothing", func(t *testing.T) {
		p := p.For(t)
		before := p.Tree()
		p.Run("backup", "drill", made.Path, "-o", "json").Status(trial.Done)
		if after := p.Tree().Shape(); len(after) != len(before.Shape())+1 { // the note of the proof, once
			t.Errorf("%d paths before, %d after", len(before.Shape()), len(after))
		}
		var s struct {
			Backup struct {
				ProvenRestore *string `json:"proven_restore"`
				ID            string
			}
		}
		p.Run("status", "-o", "json").Status(trial.Done).JSON(&s)
		if s.Backup.ProvenRestore == nil || s.Backup.ID != made.ID {
			t.Errorf("status knows nothing of the drill: %+v", s)
		}
	})
	t.Run("damage of any file is found before the live side is touched", func(t *testing.T) { damagedSets(t, p.For(t), made) })
	t.Run("a backup killed at every kind of line leaves a whole set or none", func(t *testing.T) { killedBackup(t, p.For(t)) })
	t.Run("a restore killed at every kind of line is resumed", func(t *testing.T) { killedRestore(t, p.For(t), made, rows) })
	t.Run("the old side can be had back", func(t *testing.T) { broughtBack(t, p.For(t), made) })
	t.Run("a bare host has it again with the recovery key alone", func(t *testing.T) { bareHost(t, p, made) })
}

// damagedSets harms each member of a copy of the set in three ways.
func damagedSets(t *testing.T, p *trial.Place, made backedUp) {
	state := p.Tree()
	members, err := os.ReadDir(made.Path)
	if err != nil || len(members) != 5 {
		t.Fatalf("members %v, %v", members, err)
	}
	for _, m := range members {
		for how, harm := range map[string]func(path string, raw []byte) error{
			"flipped":   func(path string, raw []byte) error { raw[len(raw)/2] ^= 1; return os.WriteFile(path, raw, 0o600) },
			"truncated": func(path string, raw []byte) error { return os.WriteFile(path, raw[:len(raw)-1], 0o600) },
			"missing":   func(path string, _ []byte) error { return os.Remove(path) },
		} {
			set := filepath.Join(t.TempDir(), made.ID)
			if err := os.CopyFS(set, os.DirFS(made.Path)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(set, m.Name())
			raw, err := os.ReadFile(path)
			if err == nil {
				err = harm(path, raw)
			}
			if err != nil {
				t.Fatal(err)
			}
			if o := p.Run("backup", "verify", set).Status(trial.Finding); !strings.Contains(o.Stderr, m.Name()) {
				t.Errorf("%s %s is not named: %s", m.Name(), how, o.Stderr)
			}
			if o := p.Run("backup", "restore", set).Status(trial.Finding); !strings.Contains(o.Stderr, m.Name()) {
				t.Errorf("%s %s is not named by restore: %s", m.Name(), how, o.Stderr)
			}
		}
	}
	if d := shapeOf(p.Tree(), state); d != "" {
		t.Errorf("left behind:\n%s", d)
	}
	if h := p.Health("--no-probe"); h.Status != "healthy" {
		t.Errorf("health is %s", h.Status)
	}
}

// shapeOf lists the paths that a tree has more than another, but for the journal.
func shapeOf(have, want trial.Tree) (more string) {
	for path := range have.Shape() {
		if _, ok := want.Shape()[path]; !ok && !strings.Contains(path, "journal/") {
			more += path + "\n"
		}
	}
	return more
}

func killedBackup(t *testing.T, p *trial.Place) {
	out := filepath.Join(p.Base, "killed")
	args := []string{"backup", "create", "--out", out, "-o", "json"}
	kinds := kindsOf(p, args)
	killed := p.KillAtEach(kinds, args...)
	t.Logf("killed %d times: %v", len(killed), killed)
	if len(killed) < 3 {
		t.Errorf("only %d kills at %v", len(killed), kinds)
	}
	entries, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("a draft is left: %s", e.Name())
			continue
		}
		p.Run("backup", "verify", filepath.Join(out, e.Name())).Status(trial.Done)
	}
}

// kindsOf does it once undisturbed, and tells its kinds of journal lines in their order.
func kindsOf(p *trial.Place, args []string) []string {
	l := p.Begin(args...)
	var all []trial.Event
	for e := range l.Events {
		all = append(all, e)
	}
	l.Wait().Status(trial.Done)
	return trial.Kinds(all)
}

func killedRestore(t *testing.T, p *trial.Place, made backedUp, rows trial.Rows) {
	args := []string{"backup", "restore", made.Path, "-o", "json"}
	kinds := kindsOf(p, args)
	p.Run("backup", "restore", "--confirm").Status(trial.Done)
	kinds = slices.DeleteFunc(kinds, func(kind string) bool {
		event, step, _ := strings.Cut(kind, " ")
		return event != "change_started" && event != "change_done" && event != "run_done" || step == "server" || step == "probe"
	})
	killed := p.KillAtEach(kinds, args...)
	t.Logf("killed %d times: %v", len(killed), killed)
	if len(killed) < 6 {
		t.Errorf("only %d kills at %v", len(killed), kinds)
	}
	var end backedUp
	p.Run(args...).Status(trial.Done).Result(&end)
	if !slices.Contains([]string{"restored", "unchanged"}, end.Status) || end.Kept == "" {
		t.Errorf("the last run says %+v", end)
	}
	if h := p.Health("--no-probe"); h.Status != "healthy" {
		t.Errorf("health is %s", h.Status)
	}
	p.Run("audit", "verify").Status(trial.Done)
	p.Amcheck()
	for table, n := range rows {
		if strings.HasPrefix(table, "platform.") || strings.HasPrefix(table, "identity.") || table == "onestop.procedure_version" {
			continue // the log and the sessions go on, and the probe passes through
		}
		if got := p.Database()[table]; got != n {
			t.Errorf("%s: %s, was %s", table, got, n)
		}
	}
	p.Run("backup", "restore", "--confirm").Status(trial.Done)
	if left, err := filepath.Glob(p.At("data", ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func broughtBack(t *testing.T, p *trial.Place, made backedUp) {
	p.Run("account", "create", "sau.backup", "--name", "Sau", "--role", "clerk@H17").Status(trial.Done)
	p.Run("backup", "restore", made.Path).Status(trial.Done)
	has := func() bool {
		return strings.Contains(p.Run("account", "list", "-o", "json").Status(trial.Done).Stdout, "sau.backup")
	}
	if has() {
		t.Error("the account that was made after the backup is there after the restore")
	}
	other := p.Run("backup", "create", "--out", filepath.Join(p.Base, "other"), "-o", "json").Status(trial.Done)
	var set backedUp
	other.Result(&set)
	p.Run("backup", "restore", set.Path).Status(trial.Finding)                                                // the old side of the first one waits
	if o := p.Run("upgrade", "commit", "--yes").Status(trial.Finding); !strings.Contains(o.Stderr, made.ID) { // the old side could not come back to its tables
		t.Errorf("an upgrade while a restore waits to be confirmed: %s", o.Stderr)
	}
	p.Run("backup", "restore", "--back").Status(trial.Done)
	if !has() {
		t.Error("the old side came back without its account")
	}
	p.Run("backup", "restore", "--back").Status(trial.Usage)
	if h := p.Health(); h.Status != "healthy" {
		t.Errorf("health is %s", h.Status)
	}
}

func bareHost(t *testing.T, p *trial.Place, made backedUp) {
	key := filepath.Join(t.TempDir(), "key")
	text := p.For(t).Run("backup", "key", "split", "--shares", "3", "--threshold", "2").Status(trial.Done).Stdout
	_, held, _ := strings.Cut(text, "\n\n") // shares 2 and 3
	if err := os.WriteFile(key, []byte(held), 0o600); err != nil {
		t.Fatal(err)
	}
	bare := trial.New(t)
	bare.Run("backup", "restore", made.Path).Status(trial.Usage) // without a key
	bare.Run("backup", "restore", made.Path, "--recovery-key", key, "--listen", bare.Listen, "--set", "instance="+bare.Instance).Status(trial.Done)
	if h := bare.Health(); h.Status != "healthy" {
		t.Errorf("health is %s: %+v", h.Status, h.Checks)
	}
	bare.Run("audit", "verify").Status(trial.Done)
	if _, err := os.Stat(bare.At("etc", "secrets", "recovery-key")); !os.IsNotExist(err) {
		t.Errorf("a recovery key of its own was made: %v", err)
	}
	if left, err := filepath.Glob(bare.At("data", ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	bare.Run("uninstall", "--purge-data", "--yes").Status(trial.Done)
	bare.Gone()
}
