package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

var clerk = who.Principal{Kind: who.Official, Account: "a", Positions: []who.Position{{Role: who.Clerk, Agency: 7, Scope: []int32{7}}}}

func put(t *testing.T, d *dbtest.DB, topic string, ns ...int) {
	t.Helper()
	err := d.App().Tx(t.Context(), clerk, func(ctx context.Context, tx pgx.Tx) error { return write(ctx, tx, topic, ns...) })
	if err != nil {
		t.Fatal(err)
	}
}

func write(ctx context.Context, tx pgx.Tx, topic string, ns ...int) error {
	b := &pgx.Batch{}
	for _, n := range ns {
		if err := Queue(b, topic, map[string]int{"n": n}); err != nil {
			return err
		}
	}
	return tx.SendBatch(ctx, b).Close()
}

// reader remembers what it was given; fail may refuse.
type reader struct {
	mu   sync.Mutex
	got  []string
	fail func(n, attempt int) error
}

func (r *reader) on(topic string) Consumer {
	return Consumer{Topic: topic, Name: "reader", Handle: func(_ context.Context, _ pgx.Tx, m Message) error {
		var p struct{ N int }
		if err := json.Unmarshal(m.Payload, &p); err != nil {
			return err
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, fmt.Sprintf("%s%d", m.Topic, p.N))
		if r.fail != nil {
			return r.fail(p.N, m.Attempt)
		}
		return nil
	}}
}

func drain(d *dbtest.DB, consumers ...Consumer) *Drain {
	x := New(d.App(), slog.New(slog.NewTextHandler(io.Discard, nil)), consumers)
	x.pause = func(int) time.Duration { return 0 }
	return x
}

func once(t *testing.T, x *Drain) int {
	t.Helper()
	n, err := x.Once(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestMessagesComeInOrderAndOnce(t *testing.T) {
	d, r := dbtest.New(t), &reader{}
	put(t, d, "a", 1, 2)
	put(t, d, "b", 1)
	put(t, d, "a", 3)
	put(t, d, "nobody", 1)
	x := drain(d, r.on("a"), r.on("b"))
	if n := once(t, x) + once(t, x); n != 4 {
		t.Errorf("%d done", n)
	}
	if diff := cmp.Diff([]string{"a1", "a2", "a3", "b1"}, r.got); diff != "" {
		t.Error(diff)
	}
	if s, err := x.State(t.Context()); err != nil || s != (State{}) {
		t.Errorf("what nobody here handles is counted: %+v, %v", s, err)
	}
	put(t, d, "a", 4)
	if s, err := x.State(t.Context()); err != nil || s.Waiting != 1 || s.Oldest.IsZero() {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestAMessageOfAnActThatWasUndoneIsNotSent(t *testing.T) {
	d, r := dbtest.New(t), &reader{}
	_ = d.App().Tx(t.Context(), clerk, func(ctx context.Context, tx pgx.Tx) error {
		return errors.Join(write(ctx, tx, "a", 1), errors.New("undone"))
	})
	if once(t, drain(d, r.on("a"))) != 0 || len(r.got) != 0 {
		t.Errorf("got %v", r.got)
	}
}

func TestAMessageThatCommitsLateComesBeforeThoseAfterIt(t *testing.T) {
	d, r := dbtest.New(t), &reader{}
	late, err := d.App().Raw().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := write(t.Context(), late, "a", 1); err != nil {
		t.Fatal(err)
	}
	put(t, d, "a", 2)
	x := drain(d, r.on("a"))
	if n := once(t, x); n != 0 {
		t.Errorf("%d overtook", n)
	}
	if err := late.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	once(t, x)
	if diff := cmp.Diff([]string{"a1", "a2"}, r.got); diff != "" {
		t.Error(diff)
	}
}

func TestAFailureIsTriedAgainAndHoldsItsTopicOnly(t *testing.T) {
	d := dbtest.New(t)
	r := &reader{fail: func(n, attempt int) error {
		if n == 1 && attempt < 3 {
			return errors.New("the other side does not answer")
		}
		return nil
	}}
	put(t, d, "a", 1, 2)
	put(t, d, "b", 5)
	x := drain(d, r.on("a"), r.on("b"))
	for range 3 {
		once(t, x)
	}
	if diff := cmp.Diff([]string{"a1", "b5", "a1", "a1", "a2"}, r.got); diff != "" {
		t.Error(diff)
	}
	if got := d.Text("select string_agg(topic || attempts || ':' || error, ' ' order by id) from platform.outbox where done_at is not null"); got != "a3:reader: unavailable db.unreachable a1: b1:" {
		t.Error(got)
	}
}

func TestWhatFailsForGoodIsPutAside(t *testing.T) {
	d := dbtest.New(t)
	r := &reader{fail: func(n, _ int) error {
		if n == 1 {
			return fault.New(fault.Invalid, "text.invalid")
		}
		return nil
	}}
	put(t, d, "a", 1, 2)
	x := drain(d, r.on("a"))
	once(t, x)
	once(t, x)
	if s, _ := x.State(t.Context()); s.Dead != 1 || s.Waiting != 0 {
		t.Errorf("%+v", s)
	}
	if diff := cmp.Diff([]string{"a1", "a2"}, r.got); diff != "" {
		t.Error(diff)
	}
}

func TestAttemptsHaveAnEnd(t *testing.T) {
	d := dbtest.New(t)
	r := &reader{fail: func(int, int) error { return errors.New("never") }}
	put(t, d, "a", 1)
	x := drain(d, r.on("a"))
	for range MaxAttempts + 3 {
		once(t, x)
	}
	if len(r.got) != MaxAttempts {
		t.Errorf("%d attempts", len(r.got))
	}
}

// A message that meets a defect must not take the platform down: it would be met again after every restart, its attempts
// never counted.
func TestAPoisonedMessageIsCountedAndPutAsideInItsTime(t *testing.T) {
	d := dbtest.New(t)
	d.Exec("create schema x; create table x.t (n int); grant usage on schema x to egov_app; grant insert on x.t to egov_app")
	r := &reader{fail: func(n, _ int) error {
		if n == 1 {
			panic("a defect")
		}
		return nil
	}}
	put(t, d, "a", 1, 2)
	x := drain(d, Consumer{Topic: "a", Name: "writes", Handle: func(ctx context.Context, tx pgx.Tx, m Message) error {
		_, err := tx.Exec(ctx, "insert into x.t values ($1)", m.ID)
		return err
	}}, r.on("a"))
	once(t, x)
	if got := d.Text("select attempts || ' ' || error from platform.outbox where id = 1"); got != "1 reader: internal internal" {
		t.Errorf("after one attempt: %s", got)
	}
	for range MaxAttempts {
		once(t, x)
	}
	if s, err := x.State(t.Context()); err != nil || s.Dead != 1 || s.Waiting != 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if n, got := len(r.got), r.got[len(r.got)-1]; n != MaxAttempts+1 || got != "a2" {
		t.Errorf("%d deliveries, the last of %s", n, got)
	}
	if got := d.Text("select string_agg(n::text, ' ') from x.t"); got != "2" {
		t.Errorf("what is left of the attempts: %s", got)
	}
}

func TestWhatAConsumerWroteIsUndoneWithItsFailure(t *testing.T) {
	d := dbtest.New(t)
	d.Exec("create schema x; create table x.t (n int); grant usage on schema x to egov_app; grant insert on x.t to egov_app")
	put(t, d, "a", 1)
	tries := 0
	x := drain(d,
		Consumer{Topic: "a", Name: "writes", Handle: func(ctx context.Context, tx pgx.Tx, _ Message) error {
			_, err := tx.Exec(ctx, "insert into x.t values (1)")
			return err
		}},
		Consumer{Topic: "a", Name: "fails once", Handle: func(context.Context, pgx.Tx, Message) error {
			if tries++; tries == 1 {
				return errors.New("not yet")
			}
			return nil
		}})
	once(t, x)
	if got := d.Text("select count(*) from x.t"); got != "0" {
		t.Errorf("%s rows after the failure", got)
	}
	once(t, x)
	if got := d.Text("select count(*) from x.t"); got != "1" {
		t.Errorf("%s rows", got)
	}
}

func TestManyNodesDeliverEachMessageOnceAndInOrder(t *testing.T) {
	d, r := dbtest.New(t), &reader{}
	var want []string
	for i := range 60 {
		put(t, d, "a", i)
		want = append(want, fmt.Sprintf("a%d", i))
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			x := drain(d, r.on("a"))
			for {
				s, err := x.State(context.Background())
				if err != nil || s.Waiting == 0 {
					return
				}
				if _, err := x.Once(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if diff := cmp.Diff(want, r.got); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyTheProgramReadsTheOutbox(t *testing.T) {
	d := dbtest.New(t)
	put(t, d, "a", 1)
	var n int
	err := d.App().Read(t.Context(), clerk, func(ctx context.Context, tx pgx.Tx) error {
		return tx.QueryRow(ctx, "select count(*) from platform.outbox").Scan(&n)
	})
	if err != nil || n != 0 {
		t.Errorf("a clerk sees %d messages, %v", n, err)
	}
}

func TestPausesGrowToAnHour(t *testing.T) {
	var sum time.Duration
	for i := 1; i < MaxAttempts; i++ {
		if i > 1 && pause(i) < pause(i-1) {
			t.Errorf("pause %d is shorter", i)
		}
		sum += pause(i)
	}
	if pause(1) != time.Second || pause(MaxAttempts) != time.Hour || sum < 7*time.Hour {
		t.Errorf("%v, %v, %v in all", pause(1), pause(MaxAttempts), sum)
	}
}

func TestSweepTakesOnlyWhatIsDone(t *testing.T) {
	d, r := dbtest.New(t), &reader{}
	put(t, d, "a", 1, 2)
	x := drain(d, r.on("a"))
	once(t, x)
	put(t, d, "a", 3)
	if n, err := x.Sweep(t.Context(), time.Hour); n != 0 || err != nil {
		t.Error(n, err)
	}
	if n, err := x.Sweep(t.Context(), 0); n != 2 || err != nil {
		t.Error(n, err)
	}
}
