package main_test

import (
	"context"
	"net/http"
	"syscall"
	"testing"
	"time"

	"egovctl/cmd/egovctl/internal/trial"
)

// Clients file dossiers while the instance is hurt in every way once. What they were told is true afterwards: O1.
func TestAcknowledgedDossiersSurviveKills(t *testing.T) {
	survive(t, func(hurts []hurt, strike func(hurt)) {
		for _, h := range hurts {
			strike(h)
		}
	})
}

// hurt is something bad that happens to a running instance. Afterwards it serves, by itself or by an operator's hand.
type hurt struct {
	name string
	do   func(t *testing.T, p *trial.Place)
}

func survive(t *testing.T, plan func(hurts []hurt, strike func(hurt))) {
	t.Helper()
	p := trial.New(t)
	in := p.Install()
	code, agency := offeredOnline(t, p, in, "dang ky khai sinh")
	citizen := p.As(in, "citizen", "")
	ledger := p.FileDossiers(citizen, 4, code, agency)
	ledger.More(10)
	plan(hurts(), func(h hurt) {
		began := time.Now()
		h.do(t, p)
		ledger.More(10)
		t.Logf("%s: dossiers were acknowledged again after %s", h.name, time.Since(began).Round(time.Millisecond))
	})
	entries := ledger.Close()
	until(t, "/readyz is green", func() bool { return p.Answers("/readyz", http.StatusOK) })
	counts := p.Kept(citizen, entries)
	t.Logf("%v", counts)
	if counts[trial.Acknowledged] < 50 || counts[trial.Denied] == 0 || counts[trial.Unknown] == 0 {
		t.Errorf("too little was seen to prove anything: %v", counts)
	}
	whole(t, p, p.Install())
	p.Run("audit", "verify").Status(trial.Done)
	p.Amcheck()
	p.Checksums()
}

func hurts() []hurt {
	return []hurt{
		{"the platform is killed", func(t *testing.T, p *trial.Place) { killed(t, p, "serve"); isBack(t, p, "serve") }},
		{"a backend of PostgreSQL is killed", func(t *testing.T, p *trial.Place) { kill(t, backend(t, p)); isBack(t, p, "serve") }},
		{"the postmaster is killed", func(t *testing.T, p *trial.Place) { killed(t, p, "-D"); isBack(t, p, "-D") }},
		{"an installation runs over it", func(t *testing.T, p *trial.Place) {
			if in := p.Install(); in.Changes != 0 {
				t.Errorf("an installation over a running instance makes %d changes", in.Changes)
			}
		}},
		{"the supervisor is killed, and an operator starts the instance", func(t *testing.T, p *trial.Place) {
			killed(t, p, "supervise")
			p.Run("start").Status(trial.Done)
		}},
		{"supervisor and postmaster are killed, and an installation mends it", func(t *testing.T, p *trial.Place) {
			killed(t, p, "supervise")
			killed(t, p, "-D")
			p.Install()
		}},
	}
}

// killed kills the process of the instance with a word in its command line and returns when it is gone; with the
// supervisor goes its platform.
func killed(t *testing.T, p *trial.Place, word string) {
	t.Helper()
	pid := p.Process(word)
	kill(t, pid)
	until(t, "it is gone", func() bool { return p.Process(word) != pid && (word != "supervise" || p.Process("serve") == 0) })
}

// isBack returns when somebody has started the process again and the platform takes traffic.
func isBack(t *testing.T, p *trial.Place, word string) {
	t.Helper()
	until(t, "another process with "+word+" is there and /readyz is green", func() bool {
		return p.Process(word) != 0 && p.Answers("/readyz", http.StatusOK)
	})
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if pid == 0 {
		t.Fatal("no such process")
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// backend is the process of PostgreSQL that worked for the platform last.
func backend(t *testing.T, p *trial.Place) (pid int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn := p.Super(ctx)
	defer func() { _ = conn.Close(ctx) }()
	err := conn.QueryRow(ctx, `select pid from pg_stat_activity where usename = 'egov_app' order by state_change desc limit 1`).Scan(&pid)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}
