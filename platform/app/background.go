package app

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"

	"egovctl/platform/audit"
	"egovctl/platform/backfill"
	"egovctl/platform/jobs"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/ledger"
	"egovctl/platform/outbox"
	"egovctl/platform/services/onestop"
)

// How long what has been delivered or answered is kept for questions.
const (
	keepMessages = 30 * 24 * time.Hour
	keepAnswers  = 7 * 24 * time.Hour
)

// periodic is what the platform and its services do by themselves, every so often.
func (a *App) periodic(sealer *audit.Sealer) []jobs.Job {
	all := []jobs.Job{
		{Name: "audit.seal", Every: time.Minute, Run: func(ctx context.Context) error {
			if _, err := sealer.Seal(ctx); err != nil {
				return err
			}
			return a.pool.Tx(ctx, who.Program("ledger.fold"), ledger.Fold)
		}},
		{Name: "outbox.sweep", Every: time.Hour, Run: func(ctx context.Context) error {
			_, err := a.outbox.Sweep(ctx, keepMessages)
			return err
		}},
		{Name: "idempotency.sweep", Every: time.Hour, Run: a.forgetAnswers},
	}
	for _, m := range a.offices.Modules() {
		all = append(all, m.Jobs...)
		for _, w := range m.Backfills {
			all = append(all, backfill.Job(a.pool, w))
		}
	}
	return all
}

// forgetAnswers removes the stored answers to writes that nobody will send again.
func (a *App) forgetAnswers(ctx context.Context) error {
	return a.pool.Tx(ctx, who.Program("idempotency.sweep"), func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `delete from platform.idempotency where created_at < now() - $1::interval`, keepAnswers)
		return err
	})
}

// moves counts what happens to dossiers, by action, from what the one-stop office announces.
func moves(registry *prometheus.Registry) outbox.Consumer {
	counter := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "egov_dossier_moves_total",
		Help: "Moves of dossiers since the platform started, by action."}, []string{"action"})
	registry.MustRegister(counter)
	return outbox.Consumer{Topic: onestop.Topic, Name: "moves", Handle: func(_ context.Context, _ pgx.Tx, m outbox.Message) error {
		var e onestop.Event
		if err := json.Unmarshal(m.Payload, &e); err != nil {
			return fault.Wrap(err, fault.Invalid, "text.invalid")
		}
		counter.WithLabelValues(e.Action).Inc()
		return nil
	}}
}
