package cluster

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"egovctl/platform/kernel/secret"
)

// peopled is a running cluster with rows, a sequence, an extension, and an index in the Vietnamese order.
func peopled(t *testing.T) (*Cluster, secret.String) {
	t.Helper()
	bin, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	c, password := privateIn(t, bin, memory()) // pg_upgrade flushes a lot, and what survives a power cut is not the question here
	if err := c.write(filepath.Join(c.Data(), "local.conf"), "work_mem = '7MB'\n"); err != nil {
		t.Fatal(err)
	}
	start(t, c)
	do(t, c, password, `create database egov`)
	conn, err := c.connect(t.Context(), password, "egov")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for _, sql := range []string{
		`create extension unaccent`, `create extension pg_trgm`, `create role egov_app login password 'Mật khẩu'`,
		`create table dossier (id bigserial primary key, name text not null unique)`,
		`insert into dossier (name) select 'Hồ sơ ' || n from generate_series(1, 1000) n`,
		`delete from dossier where id % 10 = 0`,
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(sql, err)
		}
	}
	return c, password
}

// memory is a disk in memory, if this host has one with room; "" is the usual folder.
func memory() string {
	const shared, room = "/dev/shm", 1 << 30
	var s unix.Statfs_t
	if unix.Statfs(shared, &s) != nil || s.Bavail*uint64(s.Bsize) < room || unix.Access(shared, unix.W_OK) != nil {
		return ""
	}
	return shared
}

func do(t *testing.T, c *Cluster, password secret.String, sql string) {
	t.Helper()
	conn, err := c.connect(t.Context(), password, "postgres")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func passage(t *testing.T, c *Cluster, password secret.String, to Binaries) *Passage {
	t.Helper()
	p, err := NewPassage(c, to, password)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Clear(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return p
}

// other is a second PostgreSQL of this host's version: a copy that lies elsewhere.
func other(t *testing.T) Binaries {
	t.Helper()
	system, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	bin, err := Find("", packed(t, system))
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

func TestDataGoOverToAnotherPostgreSQL(t *testing.T) {
	c, password := peopled(t)
	bin := other(t)
	p := passage(t, c, password, bin)
	if err := p.Rehearse(t.Context(), Size{Memory: 256 << 20, Cores: 1}); err != nil {
		t.Fatal(err)
	}
	if got := must(t, c, password, "select 'serves'"); got != "serves" {
		t.Error("the rehearsal disturbed the server")
	}
	if _, err := p.Carry(t.Context(), time.Now(), func(int64) {}); key(err) != "postgres.runs" {
		t.Errorf("carried while the server ran: %v", err)
	}
	before, err := c.Counts(t.Context(), password)
	if err != nil || before["egov.public.dossier"] != 900 || before["sequence egov.public.dossier_id_seq"] != 1000 {
		t.Fatalf("%v, %v", before, err)
	}
	if err := c.Stop(t.Context(), Fast); err != nil {
		t.Fatal(err)
	}
	was := listing(t, c.Data())
	var stages []int64
	proof, err := p.Carry(t.Context(), time.Now(), func(n int64) { stages = append(stages, n) })
	if err != nil {
		t.Fatal(err)
	}
	if proof.Rows != 900 || proof.Tables != len(before) || len(stages) != Stages {
		t.Errorf("%+v, stages %v", proof, stages)
	}
	if now := listing(t, c.Data()); now != was {
		t.Error("the folder of before was written to")
	}
	if err := Exchange(p.Aside(), c.Data()); err != nil {
		t.Fatal(err)
	}
	o := c.o
	o.Binaries = bin
	after, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if fresh, err := after.Untouched(t.Context()); err != nil || !fresh {
		t.Errorf("untouched: %v, %v", fresh, err)
	}
	start(t, after)
	if got := must(t, after, password, "show work_mem"); got != "7MB" {
		t.Errorf("the province's own settings were lost: work_mem is %s", got)
	}
	if got := must(t, after, password, "select count(*)::text from pg_extension where extname = 'amcheck'"); got != "0" {
		t.Error("what the check needed was left behind")
	}
	do(t, after, password, "create table written (n int)")
	if err := after.Stop(t.Context(), Fast); err != nil {
		t.Fatal(err)
	}
	if fresh, err := after.Untouched(t.Context()); err != nil || fresh {
		t.Errorf("something was written, untouched: %v, %v", fresh, err)
	}
	if left, _ := filepath.Glob(c.Data() + ".*"); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// listing names every file of a folder with its size and time of change.
func listing(t *testing.T, dir string) string {
	t.Helper()
	return run(t, "find", dir, "-type", "f", "-printf", "%P %s %T@\n")
}

func TestDataThatCannotGoOverAreLeftAlone(t *testing.T) {
	c, password := peopled(t)
	bin := other(t)
	small := Size{Memory: 256 << 20, Cores: 1}
	t.Run("a setting that the new PostgreSQL does not know", func(t *testing.T) {
		p := passage(t, c, password, bin)
		path := filepath.Join(c.Data(), "local.conf")
		if err := os.WriteFile(path, []byte("old_setting_of_15 = 1\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		err := p.Rehearse(t.Context(), small)
		if key(err) != "pgupgrade.refused" {
			t.Errorf("%v", err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("a folder that lies elsewhere", func(t *testing.T) {
		p := passage(t, c, password, bin)
		link := filepath.Join(c.Data(), "pg_tblspc", "16999")
		if err := os.Symlink("/tmp", link); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.Remove(link) }()
		if err := p.Rehearse(t.Context(), small); key(err) != "pgupgrade.links" {
			t.Errorf("%v", err)
		}
	})
	t.Run("a page that is damaged", func(t *testing.T) {
		p := passage(t, c, password, bin)
		if err := p.Rehearse(t.Context(), small); err != nil {
			t.Fatal(err)
		}
		file := ""
		conn, err := c.connect(t.Context(), password, "egov")
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.QueryRow(t.Context(), "select pg_relation_filepath('dossier')").Scan(&file); err != nil {
			t.Fatal(err)
		}
		_ = conn.Close(t.Context())
		if err := c.Stop(t.Context(), Fast); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(filepath.Join(c.Data(), file), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteAt([]byte("damage"), 4000)
		if err != nil || f.Close() != nil {
			t.Fatal(err)
		}
		_, err = p.Carry(t.Context(), time.Now(), func(int64) {})
		if key(err) != "pgupgrade.failed" || !strings.Contains(err.Error(), "pg_checksums") {
			t.Errorf("%v", err)
		}
	})
}

// An index is in the order of one version of ICU. When the server comes with another one, it is rebuilt.
func TestANewOrderOfLettersRebuildsTheIndexes(t *testing.T) {
	c, password := peopled(t)
	if rebuilt, err := c.Recollate(t.Context(), password, false); err != nil || len(rebuilt) != 0 {
		t.Errorf("rebuilt %v, %v", rebuilt, err)
	}
	file := func() string {
		conn, err := c.connect(t.Context(), password, "egov")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close(context.Background()) }()
		var path string
		if err := conn.QueryRow(t.Context(), "select pg_relation_filepath('dossier_name_key')").Scan(&path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, online := range []bool{false, true} {
		was := file()
		do(t, c, password, "update pg_database set datcollversion = '1.2.3' where datname = 'egov'")
		if rebuilt, err := c.Recollate(t.Context(), password, online); err != nil || strings.Join(rebuilt, " ") != "egov" {
			t.Errorf("rebuilt %v, %v", rebuilt, err)
		}
		if file() == was {
			t.Error("the index was not rebuilt")
		}
		if rebuilt, err := c.Recollate(t.Context(), password, online); err != nil || len(rebuilt) != 0 {
			t.Errorf("rebuilt again: %v, %v", rebuilt, err)
		}
	}
}

// A supervisor looks every second whether the server runs. It must not start it in the middle of a passage, nor, when the
// folders have changed places meanwhile, start the old programs on the new data.
func TestAHeldFolderIsNotStarted(t *testing.T) {
	c, _ := private(t)
	release, err := c.Hold(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	soon, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := c.Start(soon); key(err) != "postgres.slow" {
		t.Errorf("started while held: %v", err)
	}
	started := make(chan error)
	go func() { started <- c.Start(t.Context()) }()
	time.Sleep(100 * time.Millisecond) // it waits by now
	if err := c.write(filepath.Join(c.Data(), "PG_VERSION"), "99\n"); err != nil {
		t.Fatal(err)
	}
	release()
	if err := <-started; key(err) != "postgres.major" {
		t.Errorf("after the wait: %v", err)
	}
}
