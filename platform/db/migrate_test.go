package db_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/fault"
)

// stream makes a stream of schema demo: file i is "begin; sql; commit;".
func stream(up ...string) db.Stream {
	files := fstest.MapFS{}
	for i, sql := range up {
		if !strings.Contains(sql, "concurrently") {
			sql = "begin; " + sql + ";\ncommit;\n"
		}
		files[fmt.Sprintf("%04d_step.up.sql", i+1)] = &fstest.MapFile{Data: []byte(sql)}
		files[fmt.Sprintf("%04d_step.down.sql", i+1)] = &fstest.MapFile{Data: []byte(fmt.Sprintf("begin; drop table if exists demo.t%d; commit;", i+1))}
	}
	return db.Stream{Schema: "demo", FS: files}
}

const (
	t1 = "create table demo.t1 (id int)"
	t2 = "create table demo.t2 (id int)"
)

func migrateAll(t *testing.T, d *dbtest.DB, s db.Stream) (db.Report, error) {
	t.Helper()
	return db.Migrate(t.Context(), d.OwnerDSN(), []db.Stream{s}, nil)
}

func key(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Key
	}
	return fmt.Sprint(err)
}

func TestMigrateAppliesOnceInOrderAndSaysSo(t *testing.T) {
	d := dbtest.Empty(t)
	pending, err := db.Pending(t.Context(), d.OwnerDSN(), []db.Stream{stream(t1, t2)})
	if err != nil || len(pending) < 4 {
		t.Fatalf("pending %v, %v", pending, err)
	}
	var said []string
	r, err := db.Migrate(t.Context(), d.OwnerDSN(), []db.Stream{stream(t1, t2)}, func(schema string, v uint) {
		said = append(said, fmt.Sprintf("%s/%d", schema, v))
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(pending, r.Applied); diff != "" {
		t.Error(diff)
	}
	if n := len(said); said[0] != "platform/1" || said[n-1] != "demo/2" || n != len(pending) {
		t.Errorf("said %v", said)
	}
	r, err = migrateAll(t, d, stream(t1, t2))
	if err != nil || len(r.Applied) != 0 {
		t.Errorf("second run: %v, %v", r.Applied, err)
	}
	r, err = migrateAll(t, d, stream(t1, t2, "create table demo.t3 (id int)"))
	if err != nil || len(r.Applied) != 1 || r.Applied[0].Name != "0003_step.up.sql" {
		t.Errorf("next release: %v, %v", r.Applied, err)
	}
	if r, err = migrateAll(t, d, stream(t1, t2)); err != nil || len(r.Applied) != 0 {
		t.Errorf("the release before on the schema of the next: %v, %v", r.Applied, err)
	}
}

func TestAFailingFileIsUndoneAndTheOnesBeforeStay(t *testing.T) {
	d := dbtest.Empty(t)
	_, err := migrateAll(t, d, stream(t1, t2+"; insert into demo.t2 values (1); select 1/0; create table demo.t9 (id int)"))
	if key(err) != "db.migrate.failed" || !strings.Contains(err.Error(), "division by zero") {
		t.Fatal(err)
	}
	got := d.Text("select string_agg(tablename, ' ' order by tablename) from pg_tables where schemaname = 'demo'")
	version := d.Text("select version || ' ' || dirty from demo.schema_migrations")
	if got != "schema_migrations t1" || version != "1 false" {
		t.Errorf("tables %q, version %q", got, version)
	}
	if r, err := migrateAll(t, d, stream(t1, t2)); err != nil || len(r.Applied) != 1 {
		t.Errorf("the mended file: %v, %v", r.Applied, err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	d := dbtest.Empty(t)
	if _, err := migrateAll(t, d, stream(t1, t2)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		s    db.Stream
		prep string
		key  string
		code fault.Code
	}{
		"a changed file":                {stream(t1, t2+" "), "", "db.migrate.changed", fault.Refused},
		"a file without a transaction":  {db.Stream{Schema: "demo", FS: fstest.MapFS{"0001_a.up.sql": {Data: []byte("select 1;")}}}, "", "db.migrate.stream", fault.Internal},
		"a schema name that is not one": {db.Stream{Schema: "a\"; drop", FS: stream(t1).FS}, "", "db.migrate.stream", fault.Internal},
		"a dirty version":               {stream(t1, t2), "update demo.schema_migrations set dirty = true", "db.migrate.dirty", fault.Conflict},
		"a file that was left out":      {stream(t1, t2), "delete from platform.migration_file where schema = 'demo' and version = 1", "db.migrate.order", fault.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			if c.prep != "" {
				d.Exec("create table backup_v as select * from demo.schema_migrations; create table backup_f as select * from platform.migration_file")
				d.Exec(c.prep)
				defer d.Exec("delete from demo.schema_migrations; insert into demo.schema_migrations select * from backup_v; delete from platform.migration_file; insert into platform.migration_file select * from backup_f; drop table backup_v, backup_f")
			}
			_, err := migrateAll(t, d, c.s)
			if key(err) != c.key || !fault.Is(err, c.code) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestTwoRunsAtOnceEndWhole(t *testing.T) {
	d := dbtest.Empty(t)
	d.Exec("create schema big; create table big.t (id int); insert into big.t select generate_series(1, 50000)")
	s := stream(t1, "select pg_sleep(0.2)", "create index concurrently if not exists ix on demo.t1 (id)", t2)
	var wg sync.WaitGroup
	errs, applied := make([]error, 3), make([]int, 3)
	for i := range errs {
		wg.Go(func() {
			r, err := migrateAll(t, d, s)
			errs[i], applied[i] = err, len(r.Applied)
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if got := d.Text("select version || ' ' || dirty from demo.schema_migrations"); got != "4 false" {
		t.Error(got)
	}
	if total := applied[0] + applied[1] + applied[2]; fmt.Sprint(total) != d.Text("select count(*) from platform.migration_file") {
		t.Errorf("files were applied more than once: %v", applied)
	}
}

func TestACutConcurrentIndexIsBuiltAgain(t *testing.T) {
	d := dbtest.Empty(t)
	s := stream(t1, "create unique index concurrently if not exists ix on demo.t1 (id)")
	first := stream(t1)
	if _, err := migrateAll(t, d, first); err != nil {
		t.Fatal(err)
	}
	d.Exec("insert into demo.t1 values (1), (1)")
	if _, err := migrateAll(t, d, s); key(err) != "db.migrate.failed" { // duplicates: PostgreSQL leaves the index invalid
		t.Fatal(err)
	}
	if got := d.Text("select version || ' ' || dirty from demo.schema_migrations"); got != "2 true" {
		t.Fatalf("after the cut: %s", got)
	}
	d.Exec("delete from demo.t1")
	if _, err := migrateAll(t, d, s); err != nil {
		t.Fatal(err)
	}
	if got := d.Text("select indisvalid from pg_index where indexrelid = 'demo.ix'::regclass"); got != "true" {
		t.Errorf("valid: %s", got)
	}
}

func TestWaitingForTheLockEndsWithTheContext(t *testing.T) {
	d := dbtest.Empty(t)
	holder, err := pgx.Connect(t.Context(), d.OwnerDSN())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = holder.Close(context.Background()) }()
	if _, err := holder.Exec(t.Context(), "select pg_advisory_lock($1)", int64(0x65676f766d696772)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := db.Migrate(ctx, d.OwnerDSN(), nil, nil); !fault.Is(err, fault.Busy) {
		t.Error(err)
	}
}

func TestALockHeldByOthersIsAwaitedWithoutHoldingThemUp(t *testing.T) {
	d := dbtest.Empty(t)
	if _, err := migrateAll(t, d, stream(t1)); err != nil {
		t.Fatal(err)
	}
	busy, err := d.Owner().Raw().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := busy.Exec(t.Context(), "select * from demo.t1"); err != nil { // a reader, which alter table must wait for
		t.Fatal(err)
	}
	time.AfterFunc(1500*time.Millisecond, func() { _ = busy.Rollback(context.Background()) })
	if _, err := migrateAll(t, d, stream(t1, "alter table demo.t1 add column b int")); err != nil {
		t.Error(err)
	}
}

// TestMigratingProcess is not a test by itself: it is the process that TestAKilledRunIsFinishedByTheNext kills.
func TestMigratingProcess(t *testing.T) {
	dsn := os.Getenv("EGOV_DBTEST_MIGRATE")
	if dsn == "" {
		return
	}
	_, err := db.Migrate(context.Background(), dsn, []db.Stream{slow()}, func(schema string, v uint) { fmt.Printf("did %s %d\n", schema, v) })
	fmt.Println("end", err)
}

// slow takes a while in its transactions and outside of one.
func slow() db.Stream {
	up := []string{t1 + "; insert into demo.t1 select generate_series(1, 20000)"}
	for i := 2; i <= 12; i++ {
		up = append(up, fmt.Sprintf("create table demo.t%d as select * from demo.t1; select pg_sleep(0.02)", i))
	}
	return stream(append(up, "create index concurrently if not exists ix on demo.t1 (id)", "create table demo.last (id int)")...)
}

func TestAKilledRunIsFinishedByTheNext(t *testing.T) {
	for _, after := range []int{0, 1, 3, 6, 11, 15, 16} {
		t.Run(fmt.Sprintf("killed after file %d", after), func(t *testing.T) {
			d := dbtest.Empty(t)
			killAfter(t, d.OwnerDSN(), after)
			if got := d.Text("select count(*) from pg_tables where tablename = 'schema_migrations' and schemaname = 'demo'"); got == "1" {
				version := d.Text("select coalesce(max(version), 0) from demo.schema_migrations where not dirty")
				files := d.Text("select coalesce(max(version), 0) from platform.migration_file where schema = 'demo'")
				if dirty := d.Text("select count(*) from demo.schema_migrations where dirty"); dirty == "0" && version != files {
					t.Errorf("version %s, files %s", version, files)
				}
			}
			if _, err := migrateAll(t, d, slow()); err != nil {
				t.Fatal(err)
			}
			if got := d.Text("select count(*) from pg_tables where schemaname = 'demo'"); got != "14" {
				t.Errorf("%s tables", got)
			}
			if got := d.Text("select bool_and(indisvalid) from pg_index"); got != "true" {
				t.Error("an index is invalid")
			}
			if todo, err := db.Pending(t.Context(), d.OwnerDSN(), []db.Stream{slow()}); err != nil || len(todo) != 0 {
				t.Errorf("left: %v, %v", todo, err)
			}
		})
	}
}

// killAfter runs slow() in another process and kills it a moment after it has said that it did so many files.
func killAfter(t *testing.T, dsn string, files int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestMigratingProcess$")
	cmd.Env = append(os.Environ(), "EGOV_DBTEST_MIGRATE="+dsn)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 0; n < files && lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "did ") {
			n++
		}
	}
	time.Sleep(time.Duration(files%3) * 3 * time.Millisecond)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}
