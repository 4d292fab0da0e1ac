package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const straced = `100 1.000000 execve("/r/bin", ["bin"], 0x7ffd /* 3 vars */) = 0
103 1.000000 +++ exited with 0 +++
100 1.000001 openat(AT_FDCWD</work>, "/r/new", O_WRONLY|O_CREAT, 0640) = 5</r/new>
100 1.000002 write(5</r/new>, "abc <\"x\"> = 3\n", 13 <unfinished ...>
101 1.000003 fsync(7</r/data/a>)        = 0
100 1.000004 <... write resumed>)        = 13
100 1.000005 write(9<UNIX-STREAM:[1->2]>, "Q\0\0", 3) = 3
100 1.000006 rename("/r/a.tmp", "/r/a") = -1 ENOENT (No such file or directory)
100 1.000006 unlinkat(8</r>, "old", 0) = 0
100 1.000007 +++ exited with 0 +++
101 1.000008 fsync(7</r/data/b>)        = 0
`

func TestCallsAreReadUntilTheFirstProcessEnds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out")
	if err := os.WriteFile(file, []byte(straced), 0o600); err != nil {
		t.Fatal(err)
	}
	got, ended := readCalls(file)
	want := calls{
		{100, 1.000001, "openat", "/r/new", 5}, {101, 1.000003, "fsync", "/r/data/a", 0}, {100, 1.000002, "write", "/r/new", 13},
		{100, 1.000005, "write", "UNIX-STREAM:[1->2]", 3}, {100, 1.000006, "rename", "/r/a.tmp", -1}, {100, 1.000006, "unlinkat", "/r/old", 0},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(call{})); d != "" || !ended {
		t.Errorf("ended %v, %s", ended, d)
	}
	if f := footprint(got[1:], "/r"); f.syncs != 1 || f.bytes != 13 || f.changes != 1 {
		t.Errorf("%+v", f)
	}
}

const serverLogText = `2026-11-22 20:24:39.460 +07 [32008] egov_app@egov LOG:  statement: begin; select set_config('a','b',true)
2026-11-22 20:24:39.461 +07 [32008] egov_app@egov LOG:  execute stmtcache_6df: insert into onestop.dossier (id)
			values ($1)
2026-11-22 20:24:39.470 +07 [32010] egov_app@egov LOG:  statement: commit
2026-11-22 20:24:39.477 +07 [32008] egov_app@egov LOG:  statement: commit
2026-11-22 20:24:39.489 +07 [32009] egov_owner@egov LOG:  statement: select 1
2026-11-22 20:24:39.500 +07 [32008] egov_app@egov LOG:  duration: 0.071 ms  plan:
	{
	  "Query Text": "select x from onestop.dossier limit 3",
	  "Plan": {
	    "Node Type": "Limit",
	    "Shared Hit Blocks": 12,
	    "Shared Read Blocks": 2
	  }
	}
2026-11-22 20:24:39.501 +07 [1] LOG:  checkpoint complete
`

func TestStatementsAndPlansAreReadFromTheLog(t *testing.T) {
	in := &instance{root: t.TempDir()}
	if err := os.Mkdir(filepath.Join(in.root, "log"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(in.root, "log", "postgresql-22.log"), []byte(serverLogText), 0o600); err != nil {
		t.Fatal(err)
	}
	log := in.readLog(nil)
	if a, all := log.statements("egov_app"), log.statements(""); a != 4 || all != 5 {
		t.Errorf("%d of the platform, %d in all", a, all)
	}
	statements, commits := log.ofFilings()
	if statements*filings != 3 || commits*filings != 1 {
		t.Errorf("%v statements, %v commits", statements*filings, commits*filings)
	}
	if d := cmp.Diff([]plan{{"32008", "select x from onestop.dossier limit 3", 14}}, log.plans("egov_app"), cmp.AllowUnexported(plan{})); d != "" {
		t.Error(d)
	}
}

func TestTheSchemaOfTheFloorIsThatOfTheProduct(t *testing.T) {
	sql, err := schemaSQL()
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"create schema if not exists platform;", "create table platform.audit ", "create table onestop.dossier ", "create table procedures.procedure "} {
		if strings.Count(sql, part) != 1 {
			t.Errorf("%q is not there exactly once", part)
		}
	}
}
