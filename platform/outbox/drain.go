package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

// MaxAttempts is how often a message is tried before it is put aside. With pauses of 1, 2, 4, ... seconds, an hour at
// most, that is a working day.
const MaxAttempts = 20

const longestPause = time.Hour

// Message is one message as its consumers get it.
type Message struct {
	ID      int64 // the same at every delivery: what a consumer remembers to do a thing once outside
	Topic   string
	Payload json.RawMessage
	PutAt   time.Time
	Attempt int // 1 at the first delivery
}

// Consumer handles the messages of a topic. Handle works in the transaction that marks the message as done; an error
// undoes what it wrote, and the message comes again. A fault of code invalid says that it never will be better: such a
// message is put aside at once.
type Consumer struct {
	Topic  string
	Name   string // for the log
	Handle func(ctx context.Context, tx pgx.Tx, m Message) error
}

// Drain delivers messages to consumers.
type Drain struct {
	pool   *db.Pool
	log    *slog.Logger
	topics map[string][]Consumer
	pause  func(attempts int) time.Duration
}

// New registers consumers; several may share a topic.
func New(pool *db.Pool, log *slog.Logger, consumers []Consumer) *Drain {
	d := &Drain{pool: pool, log: log, topics: map[string][]Consumer{}, pause: pause}
	for _, c := range consumers {
		d.topics[c.Topic] = append(d.topics[c.Topic], c)
	}
	return d
}

// pause grows from one second, by doubling.
func pause(attempts int) time.Duration {
	if attempts > 12 {
		return longestPause
	}
	return min(time.Second<<(attempts-1), longestPause)
}

// Run drains until ctx ends, looking for new messages every so often.
func (d *Drain) Run(ctx context.Context, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if _, err := d.Once(ctx); err != nil && ctx.Err() == nil {
			d.log.Error("outbox", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Once delivers what is due and returns how many messages were done. A topic ends at its first message that fails.
func (d *Drain) Once(ctx context.Context) (int, error) {
	due, err := d.due(ctx)
	if err != nil {
		return 0, err
	}
	total := 0
	var errs []error
	for _, topic := range due {
		if len(d.topics[topic]) == 0 {
			continue // nobody asks for it in this release: it waits for one that does
		}
		for {
			done, err := d.next(ctx, topic)
			if err != nil {
				errs = append(errs, err)
			}
			if !done {
				break
			}
			total++
		}
	}
	return total, errors.Join(errs...)
}

func (d *Drain) due(ctx context.Context) ([]string, error) {
	var topics []string
	err := d.pool.Read(ctx, program, func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select distinct topic from platform.outbox where done_at is null and dead_at is null order by topic`)
		if err != nil {
			return err
		}
		topics, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return topics, err
}

var program = who.Program("outbox")

// next delivers the first waiting message of a topic. done is false when there is none that is due, when another node
// is at it, or when it failed.
//
// The first is the first by transaction, and only transactions below the snapshot's xmin count: those have ended, so no
// message can turn up in front of one that was delivered.
func (d *Drain) next(ctx context.Context, topic string) (done bool, err error) {
	var m Message
	err = d.pool.Tx(ctx, program, func(ctx context.Context, tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `select id, topic, payload, put_at, attempts + 1 from (
				select id, topic, payload, put_at, attempts, next_at from platform.outbox
				where topic = $1 and done_at is null and dead_at is null
				  and (xact < pg_snapshot_xmin(pg_current_snapshot()) or xact >= pg_snapshot_xmax(pg_current_snapshot()))
				order by xact, id limit 1) first
			where (next_at is null or next_at <= clock_timestamp())
			  and pg_try_advisory_xact_lock(hashtextextended('outbox ' || $1, 0))`, topic).
			Scan(&m.ID, &m.Topic, &m.Payload, &m.PutAt, &m.Attempt)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		// another node may have had the lock, and done this message, between our snapshot and our lock
		tag, err := tx.Exec(ctx, `update platform.outbox set done_at = clock_timestamp(), attempts = $2
			where id = $1 and done_at is null and dead_at is null`, m.ID, m.Attempt)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		for _, c := range d.topics[topic] {
			if err := c.guarded(ctx, tx, m); err != nil {
				return &failure{consumer: c.Name, cause: err}
			}
		}
		done = true
		return nil
	})
	var f *failure
	if errors.As(err, &f) {
		return false, d.failed(ctx, m, f)
	}
	return done && err == nil, err
}

// guarded is Handle, with a defect in it as an attempt that failed: it must not take the platform down, which would undo
// the count of attempts and meet the same message again for ever.
func (c Consumer) guarded(ctx context.Context, tx pgx.Tx, m Message) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Wrap(fmt.Errorf("panic: %v\n%s", p, debug.Stack()), fault.Internal, "internal")
		}
	}()
	return c.Handle(ctx, tx, m)
}

// failure tells a consumer's error from the database's.
type failure struct {
	consumer string
	cause    error
}

func (f *failure) Error() string { return f.consumer + ": " + f.cause.Error() }
func (f *failure) Unwrap() error { return f.cause }

// failed writes down the attempt. What is stored names the fault and not its text, which may hold personal data; the
// text goes to the log.
func (d *Drain) failed(ctx context.Context, m Message, f *failure) error {
	known := fault.From(db.Explain(f.cause))
	dead := m.Attempt >= MaxAttempts || known.Code == fault.Invalid
	d.log.Warn("outbox delivery", "topic", m.Topic, "message", m.ID, "attempt", m.Attempt, "dead", dead, "consumer", f.consumer, "error", f.cause)
	return d.pool.Tx(ctx, program, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `update platform.outbox set attempts = $2, error = $3,
				next_at = clock_timestamp() + make_interval(secs => $4),
				dead_at = case when $5 then clock_timestamp() end
			where id = $1 and done_at is null and dead_at is null`,
			m.ID, m.Attempt, f.consumer+": "+string(known.Code)+" "+known.Key, d.pause(m.Attempt).Seconds(), dead)
		return err
	})
}

// Sweep deletes messages that were done longer than keep ago, and returns how many.
func (d *Drain) Sweep(ctx context.Context, keep time.Duration) (n int64, err error) {
	err = d.pool.Tx(ctx, program, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `delete from platform.outbox where id in (
			select id from platform.outbox where done_at < clock_timestamp() - make_interval(secs => $1) limit 10000)`, keep.Seconds())
		n = tag.RowsAffected()
		return err
	})
	return n, err
}
