package main_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// move takes ROOT to another place and leaves nothing behind.
func move(t *testing.T, p *trial.Place, to string) {
	t.Helper()
	if err := os.Rename(p.Root, to); err != nil {
		t.Fatal(err)
	}
	p.Root = to
}

// Somebody copies the folder of an instance that runs, stops what he has there and removes it. The copy holds the state of
// the original's processes, and a stop of it once ended them.
func TestACopyHasNoSayOverTheOriginal(t *testing.T) {
	p := trial.New(t)
	p.Install()
	c := p.For(t)
	c.Root = filepath.Join(p.Base, "copy")
	if out, err := exec.Command("cp", "-a", p.Root, c.Root).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, command := range [][]string{{"stop"}, {"uninstall", "--purge-data", "--yes"}} {
		c.Run(command...).Status(trial.Done)
		p.Anonymous().Get("/readyz").Status(http.StatusOK)
		if s := status(t, p, trial.Done); s.Status != "running" {
			t.Errorf("%v of the copy: %+v", command, s)
		}
	}
	if h := p.Health(); h.Status != "healthy" {
		t.Errorf("%+v", h)
	}
}

// Somebody moves the folder of an instance, running or not. One start later it is as it was, and knows nothing of the old
// place any more.
func TestAnInstanceThatWasMovedStartsWhereItIs(t *testing.T) {
	p := trial.New(t)
	p.Install()
	sizes := p.Sizes()
	for _, name := range []string{"moved-while-it-runs", "moved-while-it-is-stopped"} {
		t.Run(name, func(t *testing.T) {
			if strings.HasSuffix(name, "stopped") {
				p.For(t).Run("stop").Status(trial.Done)
			}
			old := p.Root
			move(t, p, filepath.Join(p.Base, name))
			p := p.For(t)
			p.Run("start").Status(trial.Done)
			if s := status(t, p, trial.Done); s.Status != "running" || s.Root != p.Root {
				t.Errorf("%+v", s)
			}
			if h := p.Health("--no-probe"); h.Status != "healthy" {
				t.Errorf("%+v", h)
			}
			for table, n := range p.Sizes() {
				if sizes[table] != n {
					t.Errorf("%s had %s rows and has %s", table, sizes[table], n)
				}
			}
			for _, pid := range p.Processes() {
				if line := commandLine(pid); strings.Contains(line, old+"/") || strings.HasSuffix(line, old) {
					t.Errorf("process %d still works for the old place: %s", pid, line)
				}
			}
			if _, err := os.Lstat(old); !os.IsNotExist(err) {
				t.Errorf("something is at the old place: %v", err)
			}
			p.Run("start").Status(trial.Done)
			if again := p.Install(); again.Changes != 0 {
				t.Errorf("the next installation makes %d changes", again.Changes)
			}
		})
	}
	t.Run("moved to where its account cannot go", func(t *testing.T) {
		if !trial.AsRoot() {
			return // whoever may move it may go there
		}
		p.For(t).Run("stop").Status(trial.Done)
		closed, before := filepath.Join(p.Base, "closed"), p.Root
		if err := os.Mkdir(closed, 0o700); err != nil {
			t.Fatal(err)
		}
		move(t, p, filepath.Join(closed, "root"))
		for _, lang := range []string{"vi", "en"} {
			p := p.For(t)
			p.Lang = lang
			o := p.Run("start").Status(trial.Finding)
			o.Told(t, lang)
			if !strings.Contains(o.Stderr, closed) {
				t.Errorf("the folder that is in the way is not named: %s", o.Stderr)
			}
		}
		move(t, p, before)
	})
	p.Run("uninstall", "--purge-data", "--yes").Status(trial.Done)
	p.Gone()
}

func commandLine(pid int) string {
	raw, err := os.ReadFile(filepath.Join("/proc", itoa(pid), "cmdline"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(strings.ReplaceAll(string(raw), "\x00", " "))
}
