package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// A signal lets the change under way be finished and journaled; the next run goes on and ends whole.
func TestAnInterruptedInstallationIsResumed(t *testing.T) {
	p := trial.New(t)
	for _, c := range []struct {
		name   string
		signal syscall.Signal
		at     string // kind of journal line at which the signal is sent
	}{
		{"SIGINT while the folders are made", syscall.SIGINT, "change_started layout"},
		{"SIGTERM while PostgreSQL makes its files", syscall.SIGTERM, "change_started cluster"},
		{"SIGINT while the packaged data are loaded", syscall.SIGINT, "change_started seed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := p.For(t).Begin(p.InstallArgs()...)
			var last trial.Event
			var started, finished int
			sent := false
			for e := range l.Events {
				if e.Kind() == c.at && !sent {
					l.Signal(c.signal)
					sent = true
				}
				switch e.Event {
				case "change_started":
					started++
				case "change_done":
					finished++
				}
				last = e
			}
			o := l.Wait()
			o.Status(trial.Interrupted)
			if started == 0 || started != finished {
				t.Errorf("%d changes were begun and %d finished", started, finished)
			}
			if last.Event != "result" || !strings.Contains(string(last.Raw), `"interrupted"`) {
				t.Errorf("the last line is %s", last.Raw)
			}
		})
	}
	whole(t, p, p.Install())
}

// whole checks that an instance is as if nothing had happened: O2, O3 of the oracle; drills check the rest.
func whole(t *testing.T, p *trial.Place, in trial.Installed) {
	t.Helper()
	p = p.For(t)
	if in.Counts != trial.Danang2014 {
		t.Errorf("counts %+v", in.Counts)
	}
	if h := p.Health("--no-probe"); h.Status != "healthy" {
		t.Errorf("health: %+v", h)
	}
	if again := p.Install(); again.Changes != 0 {
		t.Errorf("the next run makes %d changes", again.Changes)
	}
}

// Two operations never run at a time: the second is told who holds the lock, and changes nothing.
func TestASecondOperationIsToldThatOneIsRunning(t *testing.T) {
	p := trial.New(t)
	l := p.Begin(p.InstallArgs()...)
	if _, ok := l.Until(func(e trial.Event) bool { return e.Kind() == "change_started cluster" }); !ok {
		t.Fatalf("the installation ended before: %+v", l.Wait())
	}
	l.Signal(syscall.SIGSTOP) // it holds the lock for as long as we look
	defer l.Signal(syscall.SIGCONT)
	for name, args := range map[string][]string{
		"install": text(p), "uninstall": {"uninstall", "--purge-data", "--yes"}, "start": {"start"}, "stop": {"stop"},
	} {
		for _, lang := range []string{"vi", "en"} {
			t.Run(name+" in "+lang, func(t *testing.T) {
				p := p.For(t)
				p.Lang = lang
				o := p.Run(args...).Status(trial.Busy)
				o.Told(t, lang)
				if !strings.Contains(o.Stderr, "install") {
					t.Errorf("the running operation is not named: %s", o.Stderr)
				}
			})
		}
	}
	l.Signal(syscall.SIGCONT)
	l.Wait().Status(trial.Done)
	whole(t, p, p.Install())
}

// What fails in the middle says so with its cause, stays resumable, and the next run ends whole.
func TestAnInstallationThatFailsInTheMiddleIsResumed(t *testing.T) {
	p := trial.New(t)
	broken := filepath.Join(p.Base, "broken")
	bin := limping(t, p, broken)
	args := text(p, "--set", "postgres.bin_dir="+bin)
	for _, lang := range []string{"vi", "en"} {
		p.Lang = lang
		o := p.Run(args...).Status(trial.Partial)
		if strings.Count(o.Stderr, map[string]string{"vi": "Cách xử lý:", "en": "Cure:"}[lang]) < 2 {
			t.Errorf("%s: the failure and its cause do not both have a cure: %s", lang, o.Stderr)
		}
	}
	status := p.Run("status", "-o", "json").Status(trial.Finding)
	if !strings.Contains(status.Stdout, `"unfinished"`) {
		t.Errorf("status does not tell of the unfinished installation: %s", status.Stdout)
	}
	if err := os.Remove(broken); err != nil {
		t.Fatal(err)
	}
	p.Run(args...).Status(trial.Done)
	if h := p.Health("--no-probe"); h.Status != "healthy" {
		t.Errorf("health: %+v", h)
	}
}

// limping makes a folder with the PostgreSQL of this host whose initdb fails for as long as the file broken is there.
func limping(t *testing.T, p *trial.Place, broken string) string {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		t.Fatalf("no PostgreSQL in /usr/lib/postgresql: %v", err)
	}
	real := filepath.Dir(found[len(found)-1])
	bin := filepath.Join(p.Base, "pg", "bin")
	programs, err := os.ReadDir(real)
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range programs { // scripts and not links: a link would lead past us
		script := "#!/bin/sh\n"
		if program.Name() == "initdb" {
			script += "if [ -e " + broken + " ]; then echo 'initdb: error: out of luck' >&2; exit 1; fi\n"
		}
		file := filepath.Join(bin, program.Name())
		write(t, file, script+"exec "+filepath.Join(real, program.Name())+" \"$@\"\n")
		if err := os.Chmod(file, 0o755); err != nil { //nolint:gosec // a program
			t.Fatal(err)
		}
	}
	write(t, broken, "")
	return bin
}
