package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

// office is an instance with a key, a head file and a sealer.
type office struct {
	*dbtest.DB
	t        testing.TB
	key      string
	headFile string
	sealer   *Sealer
}

func open(t testing.TB) *office {
	t.Helper()
	o := &office{DB: dbtest.New(t), t: t, key: filepath.Join(t.TempDir(), "audit.key"), headFile: filepath.Join(t.TempDir(), "audit-head.json")}
	private, _, err := NewKeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(o.key, private, 0o600); err != nil {
		t.Fatal(err)
	}
	if o.sealer, err = NewSealer(o.App(), o.key, o.headFile, clock.System{}); err != nil {
		t.Fatal(err)
	}
	return o
}

var clerk = who.Principal{Kind: who.Official, Account: "acc-7", Login: "clerk", Positions: []who.Position{{Role: who.Clerk, Agency: 7, Scope: []int32{7}}}}

func (o *office) write(n int) {
	o.t.Helper()
	for i := range n {
		err := o.App().Tx(context.Background(), clerk, func(ctx context.Context, tx pgx.Tx) error {
			return Write(ctx, tx, clerk, Act{Service: "onestop", Action: "dossier.receive", Object: fmt.Sprintf("H17-%d", i), AgencyID: 7, Detail: map[string]any{"step": i}})
		})
		if err != nil {
			o.t.Fatal(err)
		}
	}
}

func (o *office) seal() int {
	o.t.Helper()
	n, err := o.sealer.Seal(context.Background())
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

func (o *office) verify() (Report, error) {
	o.t.Helper()
	head, err := ReadHead(o.headFile)
	if err != nil {
		o.t.Fatal(err)
	}
	return Verify(context.Background(), o.App(), o.key, head)
}

// asSuper plays someone who owns the host: triggers and security do not bind him.
func (o *office) asSuper(sql string) {
	o.t.Helper()
	conn, err := pgx.Connect(context.Background(), o.SuperDSN())
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(context.Background(), "set session_replication_role = replica; "+sql); err != nil {
		o.t.Fatal(err)
	}
}

func TestAnActAndItsRowAreOne(t *testing.T) {
	o := open(t)
	undone := errors.New("undone")
	err := o.App().Tx(t.Context(), clerk, func(ctx context.Context, tx pgx.Tx) error {
		if err := Write(ctx, tx, clerk, Act{Service: "x", Action: "y"}); err != nil {
			return err
		}
		return undone
	})
	if err == nil || o.Text("select count(*) from platform.audit") != "0" {
		t.Errorf("the row of an act that was undone stayed (%v)", err)
	}
	o.write(1)
	got := o.Text("select concat_ws(' ', kind, account, login, service, action, object, agency_id, detail) from platform.audit")
	if got != `official acc-7 clerk onestop dossier.receive H17-0 7 {"step": 0}` {
		t.Error(got)
	}
}

func TestWhatMayNotBeWritten(t *testing.T) {
	o := open(t)
	for name, a := range map[string]Act{
		"no action":            {Service: "x"},
		"no service":           {Action: "y"},
		"too much":             {Service: "x", Action: "y", Detail: map[string]any{"t": strings.Repeat("x", detailLimit)}},
		"an identity number":   {Service: "x", Action: "y", Detail: map[string]any{"who": "097201000123"}},
		"a telephone number":   {Service: "x", Action: "y", Detail: map[string]any{"who": []string{"0905123456"}}},
		"what JSON cannot say": {Service: "x", Action: "y", Detail: map[string]any{"f": func() {}}},
	} {
		t.Run(name, func(t *testing.T) {
			err := o.App().Tx(t.Context(), clerk, func(ctx context.Context, tx pgx.Tx) error { return Write(ctx, tx, clerk, a) })
			if !fault.Is(err, fault.Internal) {
				t.Error(err)
			}
		})
	}
}

func TestNobodyChangesThePast(t *testing.T) {
	o := open(t)
	o.write(2)
	o.seal()
	for _, table := range []string{"audit", "audit_link", "audit_head"} {
		for _, sql := range []string{"delete from platform." + table, "truncate platform." + table + " cascade", "update platform." + table + " set " + map[string]string{
			"audit": "object = ''", "audit_link": "seq = 9", "audit_head": "number = 9"}[table]} {
			for name, pool := range map[string]*db.Pool{"app": o.App(), "owner": o.Owner()} {
				err := pool.Tx(t.Context(), who.Program("thief"), func(ctx context.Context, tx pgx.Tx) error {
					_, err := tx.Exec(ctx, sql)
					return err
				})
				if !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s, %s: %v", name, sql, err)
				}
			}
		}
	}
	err := o.App().Tx(t.Context(), clerk, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "insert into platform.audit (kind, service, action, at, xact) values ('x', 'x', 'x', '2020-01-01', '3')")
		return err
	})
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("the application chose its own time: %v", err)
	}
}

func TestSealAndVerify(t *testing.T) {
	o := open(t)
	if n := o.seal(); n != 0 {
		t.Errorf("sealed %d of nothing", n)
	}
	for round := range 3 {
		o.write(4)
		if n := o.seal(); n != 4 {
			t.Errorf("round %d: sealed %d", round, n)
		}
	}
	if n := o.seal(); n != 0 {
		t.Errorf("sealed again: %d", n)
	}
	o.write(2)
	r, err := o.verify()
	if err != nil || r.Rows != 12 || r.Heads != 3 || r.Unsealed != 2 || r.Last.LastSeq != 12 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestARowThatCommitsLateIsNotLost(t *testing.T) {
	o := open(t)
	late, err := o.App().Raw().Begin(t.Context()) // writes first, commits last
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(t.Context(), late, clerk, Act{Service: "x", Action: "late"}); err != nil {
		t.Fatal(err)
	}
	o.write(3)
	if n := o.seal(); n != 0 {
		t.Errorf("sealed %d rows past one that may still come", n)
	}
	if err := late.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := o.seal(); n != 4 {
		t.Errorf("sealed %d", n)
	}
	if r, err := o.verify(); err != nil || r.Rows != 4 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestManyWritersAndSealersAtOnce(t *testing.T) {
	o := open(t)
	other, err := NewSealer(o.App(), o.key, "", clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	var writers, sealers sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		writers.Go(func() { o.write(40) })
	}
	for _, s := range []*Sealer{o.sealer, other} {
		sealers.Go(func() {
			for {
				if _, err := s.Seal(context.Background()); err != nil {
					t.Error(err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	writers.Wait()
	close(done)
	sealers.Wait()
	o.seal()
	if r, err := o.verify(); err != nil || r.Rows != 160 || r.Unsealed != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestEveryTamperingIsFound plays an attacker who may do anything inside the database.
func TestEveryTamperingIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		sql  string
		kind string
		row  int64
	}{
		"an edited row":                  {"update platform.audit set object = 'H17-9' where id = 5", "edited", 5},
		"an edited time":                 {"update platform.audit set at = at + interval '1 microsecond' where id = 7", "edited", 7},
		"an edited detail":               {`update platform.audit set detail = '{"step": 99}' where id = 2`, "edited", 2},
		"a deleted row":                  {"delete from platform.audit where id = 6", "missing", 6},
		"a row deleted with its link":    {"delete from platform.audit where id = 6; delete from platform.audit_link where entry = 6", "link", 0},
		"a link renumbered over the gap": {"delete from platform.audit where id = 6; delete from platform.audit_link where entry = 6; update platform.audit_link set seq = -seq where seq > 6; update platform.audit_link set seq = -seq - 1 where seq < 0", "edited", 7},
		"two rows that changed places":   {"update platform.audit a set object = b.object, detail = b.detail from platform.audit b where (a.id, b.id) in ((3, 8), (8, 3))", "edited", 3},
		"two links that changed places":  {"update platform.audit_link set entry = -entry where entry in (3, 4); update platform.audit_link set entry = 7 + entry where entry < 0", "edited", 4},
		"a row put in between":           {"insert into platform.audit (kind, service, action, xact) values ('official', 'x', 'y', (select xact from platform.audit where id = 3))", "inserted", 13},
		"a hash that was made to fit":    {"update platform.audit set object = 'z' where id = 12; update platform.audit_link set hash = sha256('z') where entry = 12", "edited", 12},
		"the end cut off":                {"delete from platform.audit where id > 8; delete from platform.audit_link where entry > 8", "truncated", 0},
		"the end and its head cut off":   {"delete from platform.audit where id > 8; delete from platform.audit_link where entry > 8; delete from platform.audit_head where number = 3", "truncated", 0},
		"everything cut off":             {"delete from platform.audit; delete from platform.audit_link; delete from platform.audit_head", "truncated", 0},
		"a head in the middle cut off":   {"delete from platform.audit_head where number = 2", "head", 0},
		"the last head cut off":          {"delete from platform.audit_head where number = 3", "unsigned", 0},
		"a head with another signature":  {"update platform.audit_head set signature = '\\x00' where number = 2", "signature", 0},
		"a head moved in time":           {"update platform.audit_head set sealed_at = sealed_at - interval '1 day' where number = 1", "signature", 0},
	} {
		t.Run(name, func(t *testing.T) {
			o := open(t)
			for range 3 {
				o.write(4)
				o.seal()
			}
			if r, err := o.verify(); err != nil {
				t.Fatalf("before: %+v, %v", r, err)
			}
			o.asSuper(c.sql)
			r, err := o.verify()
			if !fault.Is(err, fault.Finding) || r.Broken == nil || r.Broken.Kind != c.kind || c.row != 0 && r.Broken.Row != c.row {
				t.Errorf("%+v, %v", r.Broken, err)
			}
		})
	}
}

func TestAPastWrittenAnewWithTheKeyIsCaughtByTheCopyOutside(t *testing.T) {
	o := open(t)
	o.write(4)
	o.seal()
	o.asSuper("delete from platform.audit_head; delete from platform.audit_link; update platform.audit set object = 'forged' where id = 2")
	forger, err := NewSealer(o.App(), o.key, "", clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := forger.Seal(t.Context()); n != 4 || err != nil {
		t.Fatal(n, err)
	}
	if r, err := Verify(t.Context(), o.App(), o.key); err != nil {
		t.Errorf("without the copy it looks whole: %+v, %v", r, err)
	}
	if r, err := o.verify(); err == nil || r.Broken.Kind != "rewritten" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAHeadOfAnotherKeyIsRefused(t *testing.T) {
	o, other := open(t), open(t)
	o.write(1)
	o.seal()
	if _, err := Verify(t.Context(), o.App(), other.key); !fault.Is(err, fault.Finding) {
		t.Error(err)
	}
}

// A dump carries the transaction ids of the server that it came from: higher than this one's, or between.
func TestRowsRestoredFromADumpAreSealedAsWell(t *testing.T) {
	o := open(t)
	o.write(3)
	o.seal()
	o.write(2)
	o.asSuper("update platform.audit_head set cluster = 1; update platform.audit set xact = '99999999999' where id = 4; update platform.audit set xact = '3' where id = 5")
	o.write(2)
	if n := o.seal(); n != 4 {
		t.Errorf("sealed %d", n)
	}
	o.write(2)
	if n := o.seal(); n != 2 {
		t.Errorf("then sealed %d", n)
	}
	if r, err := o.verify(); err != nil || r.Rows != 9 || r.Unsealed != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestTheHeadFileIsWrittenAfterACut(t *testing.T) {
	o := open(t)
	o.write(2)
	o.seal()
	if err := os.Remove(o.headFile); err != nil {
		t.Fatal(err)
	}
	o.seal()
	if h, err := ReadHead(o.headFile); err != nil || h.LastSeq != 2 {
		t.Errorf("%+v, %v", h, err)
	}
}

// The twin of the chain hashes without lengths: it must be caught, or the test of the chain proves nothing.
func TestTwoDifferentRowsNeverHaveTheSameLink(t *testing.T) {
	type texted [texts]string
	draw := func(t *rapid.T, name string) (x texted) {
		for i := range x {
			x[i] = rapid.StringMatching(`[ab]{0,2}`).Draw(t, name)
		}
		return x
	}
	whole := func(x texted) string {
		var r row
		for i := range x {
			r.text[i] = []byte(x[i])
		}
		return string(newChain(0, nil).add(&r))
	}
	broken := func(x texted) string { return strings.Join(x[:], "") }
	caught := 0
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t, "a"), draw(t, "b")
		if (a == b) != (whole(a) == whole(b)) {
			t.Fatalf("%+v and %+v", a, b)
		}
		if a != b && broken(a) == broken(b) {
			caught++
		}
	})
	shifted := [2]texted{{"ab"}, {"a", "b"}}
	if broken(shifted[0]) != broken(shifted[1]) || whole(shifted[0]) == whole(shifted[1]) {
		t.Error("the broken twin is not told apart")
	}
	t.Logf("the twin was wrong %d times", caught)
}
