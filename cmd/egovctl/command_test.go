package main_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"egovctl/cmd/egovctl/internal/trial"
)

type state struct {
	Status   string `json:"status"`
	Instance string `json:"instance"`
	Root     string `json:"root"`
	Profile  string `json:"profile"`
	Version  string `json:"version"`
	URL      string `json:"url"`
	Postgres struct {
		Running bool `json:"running"`
		PID     int  `json:"pid"`
	} `json:"postgres"`
	Platform struct {
		Running  bool `json:"running"`
		PID      int  `json:"pid"`
		Restarts int  `json:"restarts"`
	} `json:"platform"`
}

func status(t *testing.T, p *trial.Place, exit int) state {
	t.Helper()
	var s state
	p.For(t).Run("status", "-o", "json").Status(exit).JSON(&s)
	return s
}

// An operator stops, starts and restarts an instance, watches it, and removes it, first without and then with its data.
func TestAnInstanceStopsStartsAndIsRemoved(t *testing.T) {
	p := trial.New(t)
	in := p.Install()
	t.Run("where the first run was told to make no dossiers, another makes none", func(t *testing.T) {
		var again trial.Installed
		p.For(t).Run("install", "--demo", "--instance", p.Instance, "--listen", p.Listen, "--yes", "--no-probe", "-o", "json").Status(trial.Done).Result(&again)
		if again.Changes != 0 {
			t.Errorf("%d changes", again.Changes)
		}
	})
	t.Run("status names the parts that run", func(t *testing.T) {
		s := status(t, p, trial.Done)
		if s.Status != "running" || s.Instance != p.Instance || s.Root != p.Root || s.Profile != "danang-2014" || s.Version != trial.Version ||
			s.URL != p.URL() || !s.Postgres.Running || !s.Platform.Running || s.Platform.PID == 0 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("the platform answers /healthz, /readyz and /metrics", func(t *testing.T) {
		for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
			p.For(t).Anonymous().Get(path).Status(http.StatusOK)
		}
	})
	t.Run("stop ends both, and what needs them says so", func(t *testing.T) {
		p := p.For(t)
		p.Run("stop").Status(trial.Done)
		if s := status(t, p, trial.Finding); s.Status != "stopped" || s.Postgres.Running || s.Platform.Running {
			t.Errorf("%+v", s)
		}
		var h trial.Health
		p.Run("health", "--no-probe", "-o", "json").Status(trial.Finding).JSON(&h)
		if h.Status != "unhealthy" {
			t.Errorf("%+v", h)
		}
		for _, c := range h.Checks {
			if (c.Status == "fail") != (c.Cure != "") && c.CausedBy == "" {
				t.Errorf("%s is %s, and its cure is %q", c.Code, c.Status, c.Cure)
			}
		}
		p.Run("catalogue", "list").Status(trial.Failed).Told(t, "en")
		p.Run("stop").Status(trial.Done) // twice is once
	})
	t.Run("start returns when the platform takes traffic", func(t *testing.T) {
		p := p.For(t)
		p.Run("start").Status(trial.Done)
		p.Anonymous().Get("/readyz").Status(http.StatusOK)
		var again struct {
			Changes int `json:"changes"`
		}
		p.Run("start", "-o", "json").Status(trial.Done).Result(&again)
		if again.Changes != 0 {
			t.Errorf("a second start makes %d changes", again.Changes)
		}
	})
	t.Run("restart gives another process that answers", func(t *testing.T) {
		p := p.For(t)
		before := status(t, p, trial.Done)
		p.Run("restart").Status(trial.Done)
		if after := status(t, p, trial.Done); after.Platform.PID == before.Platform.PID {
			t.Errorf("still process %d", after.Platform.PID)
		}
	})
	t.Run("a start at a port that somebody took in between is a finding", func(t *testing.T) { taken(t, p) })
	t.Run("the logs are printed, each line of the platform's a JSON object", func(t *testing.T) {
		p := p.For(t)
		for _, of := range []string{"platform", "postgres", "supervisor"} {
			o := p.Run("logs", "--of", of, "--lines", "5").Status(trial.Done)
			if n := strings.Count(o.Stdout, "\n"); n == 0 || n > 5 || o.Stderr != "" {
				t.Errorf("%s: %d lines, stderr %q", of, n, o.Stderr)
			}
			for line := range strings.Lines(o.Stdout) {
				if of == "platform" && !json.Valid([]byte(line)) {
					t.Errorf("not JSON: %s", line)
				}
			}
		}
		p.Run("logs", "--of", "kitchen").Status(trial.Usage).Told(t, "en")
	})
	t.Run("an uninstallation without a yes asks nobody and removes nothing", func(t *testing.T) {
		p := p.For(t)
		before := p.Tree()
		p.Run("uninstall", "--purge-data").Status(trial.Usage)
		p.Run("uninstall", "--dry-run").Status(trial.Done)
		trial.Same(t, "the folder of the instance", before, p.Tree())
	})
	t.Run("uninstall keeps the data, and an installation takes them up", func(t *testing.T) { returns(t, p, in) })
	t.Run("uninstall --purge-data leaves nothing", func(t *testing.T) { leavesNothing(t, p) })
}

// taken stops the instance, listens in its place, and starts it.
func taken(t *testing.T, p *trial.Place) {
	p = p.For(t)
	p.Run("stop").Status(trial.Done)
	ln := listen(t, p.Listen)
	o := p.Run("start")
	if o.Exit != trial.Finding && o.Exit != trial.Partial {
		t.Errorf("exit %d: %s", o.Exit, o.Stderr)
	}
	o.Told(t, "en")
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	p.Run("start").Status(trial.Done)
}

func listen(t *testing.T, address string) io.Closer {
	t.Helper()
	var ln io.Closer
	var err error
	for range 50 { // the kernel may need a moment after the last listener
		if ln, err = net.Listen("tcp", address); err == nil {
			return ln
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal(err)
	return nil
}

// returns removes the instance without its data and installs it again.
func returns(t *testing.T, p *trial.Place, in trial.Installed) {
	p = p.For(t)
	sizes := p.Sizes()
	p.Run("uninstall", "--yes").Status(trial.Done)
	if p.AccountExists() {
		t.Error("the account is still there")
	}
	if _, err := os.Stat(p.At("data", "postgres", "PG_VERSION")); err != nil {
		t.Fatalf("the data are gone: %v", err)
	}
	p.Run("status").Status(trial.NotInstalled)
	again := p.Install()
	if again.Counts != in.Counts {
		t.Errorf("counts %+v", again.Counts)
	}
	after := p.Sizes()
	for table, n := range sizes {
		if after[table] != n {
			t.Errorf("%s had %s rows and has %s", table, n, after[table])
		}
	}
	if h := p.Health("--no-probe"); h.Status != "healthy" {
		t.Errorf("%+v", h)
	}
}

func leavesNothing(t *testing.T, p *trial.Place) {
	p = p.For(t)
	p.Run("uninstall", "--purge-data", "--yes").Status(trial.Done)
	if _, err := os.Lstat(p.Root); !os.IsNotExist(err) {
		t.Errorf("ROOT is still there: %v", err)
	}
	if p.AccountExists() {
		t.Error("the account is still there")
	}
	for _, pid := range p.Processes() { // one that ended and was not collected yet has no command line any more
		t.Errorf("process %d still runs", pid)
	}
	for _, command := range []string{"status", "start", "stop", "restart", "health", "logs", "uninstall", "serve"} {
		p.Run(command).Status(trial.NotInstalled).Told(t, "en")
	}
}
