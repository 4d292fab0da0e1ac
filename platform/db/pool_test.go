package db_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

// withRows makes a table of two agencies' rows behind the usual policy.
func withRows(t *testing.T) *dbtest.DB {
	t.Helper()
	d := dbtest.New(t)
	d.Exec(`create schema demo; grant usage on schema demo to egov_app;
		create table demo.thing (id int primary key, agency_id int not null);
		alter table demo.thing enable row level security;
		create policy own on demo.thing using ((select platform.sees_all()) or agency_id = any ((select platform.scope())::int[]));
		grant select, insert on demo.thing to egov_app;
		insert into demo.thing values (1, 7), (2, 8), (3, 7)`)
	return d
}

func at(agencies ...int32) who.Principal {
	return who.Principal{Kind: who.Official, Account: "a-1", Positions: []who.Position{{Role: who.Officer, Agency: agencies[0], Scope: agencies}}}
}

func TestRowsOfOtherAgenciesAreInvisible(t *testing.T) {
	d := withRows(t)
	for name, c := range map[string]struct {
		by   who.Principal
		want []int32
	}{
		"an officer sees the agency's":  {at(7), []int32{1, 3}},
		"two agencies, two sets":        {at(7, 8), []int32{1, 2, 3}},
		"another agency sees nothing":   {at(9), nil},
		"a visitor sees nothing":        {who.Nobody(), nil},
		"nobody at all sees nothing":    {who.Principal{}, nil},
		"the program sees everything":   {who.Program("test"), []int32{1, 2, 3}},
		"a citizen without scope, none": {who.Principal{Kind: who.Person, Account: "c-1"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []int32
			err := d.App().Read(t.Context(), c.by, func(ctx context.Context, tx pgx.Tx) error {
				rows, err := tx.Query(ctx, "select id from demo.thing order by id")
				if err != nil {
					return err
				}
				got, err = pgx.CollectRows(rows, pgx.RowTo[int32])
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" && len(c.want)+len(got) > 0 {
				t.Error(diff)
			}
		})
	}
}

func TestAForeignRowIsRefused(t *testing.T) {
	d := withRows(t)
	put := func(id, agency int) error {
		return d.App().Tx(t.Context(), at(7), func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, "insert into demo.thing values ($1, $2)", id, agency)
			return err
		})
	}
	if err := put(10, 7); err != nil {
		t.Errorf("own row: %v", err)
	}
	if err := put(11, 8); !fault.Is(err, fault.Forbidden) {
		t.Errorf("foreign row: %v", err)
	}
	if err := put(10, 7); !fault.Is(err, fault.Conflict) {
		t.Errorf("the same row again: %v", err)
	}
}

func TestThePrincipalEndsWithItsTransaction(t *testing.T) {
	d := withRows(t)
	one, err := db.Open(t.Context(), d.AppDSN(), 1) // the next one gets the same connection
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	boom := errors.New("boom")
	for _, end := range []error{nil, boom} {
		err := one.Tx(t.Context(), who.Program("test"), func(context.Context, pgx.Tx) error { return end })
		if (err == nil) != (end == nil) {
			t.Fatal(err)
		}
		var n int
		var account *string
		if err := one.Raw().QueryRow(t.Context(), "select count(*), platform.account() from demo.thing").Scan(&n, &account); err != nil {
			t.Fatal(err)
		}
		if n != 0 || account != nil {
			t.Errorf("after a transaction that ended with %v: %d rows, account %v", end, n, account)
		}
	}
}

func TestAnAccountIsOnlyEverAnAccount(t *testing.T) {
	d := dbtest.New(t)
	rapid.Check(t, func(rt *rapid.T) {
		account := rapid.OneOf(rapid.String(), rapid.StringMatching(`.*['"\\;]+.*`),
			rapid.SampledFrom([]string{"'; select 1; --", "\x00', 'x", `\'; drop schema platform cascade; --`, "Đỗ ' Hà", "$$", "%s"})).Draw(rt, "account")
		by := who.Principal{Kind: who.Person, Account: account}
		err := d.App().Read(t.Context(), by, func(ctx context.Context, tx pgx.Tx) error {
			var got, kind string
			var all bool
			if err := tx.QueryRow(ctx, "select coalesce(platform.account(), ''), platform.kind(), platform.sees_all()").Scan(&got, &kind, &all); err != nil {
				return err
			}
			if got != strings.ReplaceAll(account, "\x00", "") || kind != "person" || all {
				rt.Errorf("%q became %q, kind %q, all %v", account, got, kind, all)
			}
			return nil
		})
		if err != nil && !fault.Is(err, fault.Invalid) { // bytes that are not UTF-8 are refused as such
			rt.Fatal(err)
		}
	})
}

// trips counts what is sent: every query of pgx is one round trip here.
type trips struct{ sent []string }

func (c *trips) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	c.sent = append(c.sent, q.SQL)
	return ctx
}
func (c *trips) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func TestBeginAndPrincipalAreOneRoundTrip(t *testing.T) {
	d := dbtest.New(t)
	cfg, err := pgxpool.ParseConfig(d.AppDSN())
	if err != nil {
		t.Fatal(err)
	}
	count := &trips{}
	cfg.ConnConfig.Tracer = count
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	p := db.Over(pool)
	defer p.Close()
	if err := p.Tx(t.Context(), at(7), func(context.Context, pgx.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if len(count.sent) != 2 || !strings.HasPrefix(count.sent[0], "begin; select set_config") || count.sent[1] != "commit" {
		t.Errorf("sent: %q", count.sent)
	}
}

func TestExplain(t *testing.T) {
	pg := func(code string) error { return &pgconn.PgError{Code: code} }
	known := fault.New(fault.TooMany, "x")
	for name, c := range map[string]struct {
		err  error
		want fault.Code
	}{
		"nothing":                 {nil, ""},
		"a fault stays":           {known, fault.TooMany},
		"no row":                  {pgx.ErrNoRows, fault.NotFound},
		"time is up":              {context.DeadlineExceeded, fault.Unavailable},
		"cancelled":               {context.Canceled, fault.Unavailable},
		"a broken connection":     {errors.New("EOF"), fault.Unavailable},
		"a duplicate":             {pg("23505"), fault.Conflict},
		"serialisation":           {pg("40001"), fault.Conflict},
		"a deadlock":              {pg("40P01"), fault.Conflict},
		"a lock not had":          {pg("55P03"), fault.Conflict},
		"row-level security":      {pg("42501"), fault.Forbidden},
		"not UTF-8":               {pg("22021"), fault.Invalid},
		"NUL in JSON":             {pg("22P05"), fault.Invalid},
		"shutting down":           {pg("57P01"), fault.Unavailable},
		"too many connections":    {pg("53300"), fault.Unavailable},
		"a statement that is bad": {pg("42601"), fault.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			if got := fault.CodeOf(db.Explain(c.err)); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestAServerThatIsNotThereIsUnavailable(t *testing.T) {
	p, err := db.Open(t.Context(), "postgres://x:y@127.0.0.1:1/z?connect_timeout=1", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := p.Ping(ctx); !fault.Is(err, fault.Unavailable) {
		t.Error(err)
	}
	if _, err := db.Open(t.Context(), "postgres://%zz", 1); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}
