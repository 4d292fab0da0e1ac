package dump_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"egovctl/platform/db/cluster"
	"egovctl/platform/db/dbtest"
	"egovctl/provisioning/backup/dump"
)

// The order of rows and the pieces in which they come do not count; everything else does.
func TestTheSumIsOfTheRowsAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.StringMatching(`[a-zđ\\.]{0,40}`).Filter(func(s string) bool { return s != `\.` }), 0, 30).Draw(t, "rows")
		sum := func(rows []string) dump.Table {
			var s dump.Sum
			text := []byte(strings.Join(append(rows, `\.`, "", "after the end"), "\n"))
			for len(text) > 0 {
				n := min(len(text), rapid.IntRange(1, 50).Draw(t, "piece"))
				_, _ = s.Write(text[:n])
				text = text[n:]
			}
			return s.Table("t")
		}
		want := sum(rows)
		if want.Rows != int64(len(rows)) {
			t.Fatalf("%d rows of %d", want.Rows, len(rows))
		}
		shuffled := append([]string{}, rows...)
		rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if got := sum(shuffled); got != want {
			t.Fatalf("in another order: %v, want %v", got, want)
		}
		if len(rows) > 0 {
			changed := append([]string{}, rows...)
			changed[rand.IntN(len(changed))] += "x"
			if sum(changed) == want || sum(rows[1:]) == want {
				t.Fatal("a change or a loss is not seen")
			}
		}
	})
}

// of dumps a real database by the real pg_dump.
func of(t *testing.T, d *dbtest.DB) []byte {
	t.Helper()
	bin, err := cluster.Find()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(bin.Path("pg_dump"), "--format=custom", "--compress=0", "--dbname="+d.SuperDSN())
	c.Env = append(bin.Env(), "PGTZ=UTC")
	out, err := c.Output()
	if err != nil {
		t.Fatalf("pg_dump: %v", err)
	}
	return out
}

func TestADumpHasTheRowsOfTheDatabase(t *testing.T) {
	d := dbtest.Empty(t)
	d.Exec(`create schema odd; create table odd."Tên ""lạ""" (a int, b text, c timestamptz, d float4, e bytea, f jsonb, g int generated always as (a + 1) stored, h text[]);
		insert into odd."Tên ""lạ""" (a, b, c, d, e, f, h) select i, case i % 3 when 0 then null when 1 then E'\\.' else E'a\tb\nc\\' || i end, now() - i * interval '1 hour', i / 7.0,
			decode(md5(i::text), 'hex'), jsonb_build_object('đ', i), array['a', null, 'b,c"'] from generate_series(1, 2000) i;
		create table odd.empty (a int); create table odd.bare (); insert into odd.bare default values; insert into odd.bare default values`)
	raw := of(t, d)
	got, err := dump.Tables(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), d.SuperDSN())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var want []dump.Table
	for _, x := range got {
		have, err := dump.Copied(t.Context(), conn, x.Name)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, have)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the dump differs from the database (-database +dump):\n%s", diff)
	}
	rows := map[string]int64{}
	for _, x := range got {
		rows[x.Name] = x.Rows
	}
	if rows[`odd.Tên "lạ"`] != 2000 || rows["odd.bare"] != 2 || rows["odd.empty"] != 0 {
		t.Errorf("rows %v", rows)
	}
	if len(raw) < 1000 {
		t.Fatalf("only %d bytes", len(raw))
	}
	for range 200 { // a dump that ends anywhere but between two tables is no dump
		n := rand.IntN(len(raw))
		if short, err := dump.Tables(bytes.NewReader(raw[:n])); err == nil && cmp.Equal(short, got) {
			t.Errorf("cut after %d of %d bytes nothing is seen", n, len(raw))
		}
	}
}

func TestWhatIsNoDumpIsRefused(t *testing.T) {
	for name, raw := range map[string]string{
		"nothing": "", "a text": "-- PostgreSQL database dump", "half a header": "PGDMP\x01", "another form": "PGDMP\x01\x0e\x00\x04\x08\x03aaaaaaaaaaaa",
		"compressed": "PGDMP\x01\x0e\x00\x04\x08\x01\x00\x06\x00\x00\x00", "of a later time": "PGDMP\x01\x70\x00\x04\x08\x01\x00\x00\x00\x00\x00",
	} {
		if _, err := dump.Tables(strings.NewReader(raw)); !errors.Is(err, dump.ErrFormat) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzTables(f *testing.F) {
	f.Add([]byte("PGDMP\x01\x0e\x00\x04\x08\x01\x00\x00\x00\x00\x00"))
	f.Fuzz(func(_ *testing.T, raw []byte) { _, _ = dump.Tables(bytes.NewReader(raw)) })
}
