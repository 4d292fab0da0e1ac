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
		{"the platform is killed", func(t *testing.T, p *trial.Place) { killed(t, p.Process("serve")) }},
		{"a backend of PostgreSQL is killed", func(t *testing.T, p *trial.Place) { killed(t, backend(t, p)) }},
		{"the postmaster is killed", func(t *testing.T, p *trial.Place) { killed(t, p.Process("-D")) }},
		{"an installation runs over it", func(t *testing.T, p *trial.Place) {
			if in := p.Install(); in.Changes != 0 {
				t.Errorf("an installation over a running instance makes %d changes", in.Changes)
			}
		}},
		{"the supervisor is killed, and an operator starts the instance", func(t *testing.T, p *trial.Place) {
			killed(t, p.Process("supervise"))
			p.Run("start").Status(trial.Done)
		}},
		{"supervisor and postmaster are killed, and an installation mends it", func(t *testing.T, p *trial.Place) {
			killed(t, p.Process("supervise"))
			killed(t, p.Process("-D"))
			p.Install()
		}},
	}
}

func killed(t *testing.T, pid int) {
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
