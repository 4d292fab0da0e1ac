//go:build drill

package cluster

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The copy that a kit takes along: made twice it is the same, it holds plain files only, each of them is in the list of
// components once, and it runs.
func TestHostDrillTheBuiltCopyIsWhole(t *testing.T) {
	root, err := os.MkdirTemp(memory(), "egov-built-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	once, twice := filepath.Join(root, "once"), filepath.Join(root, "twice")
	run(t, "../../../installers/postgres/build", once)
	run(t, "../../../installers/postgres/build", twice)
	run(t, "diff", "-r", once, twice)

	raw, err := os.ReadFile(filepath.Join(once, ComponentsFile))
	if err != nil {
		t.Fatal(err)
	}
	var components []struct {
		Name, Version, Licence string
		Files                  []string
	}
	if err := json.Unmarshal(raw, &components); err != nil {
		t.Fatal(err)
	}
	listed := map[string]int{ComponentsFile: 1}
	for _, c := range components {
		if c.Name == "" || c.Version == "" || listed[c.Licence] != 0 {
			t.Errorf("component %+v", c)
		}
		for _, f := range c.Files {
			listed[f]++
		}
	}
	err = filepath.WalkDir(once, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, _ := filepath.Rel(once, path)
		if !e.Type().IsRegular() {
			t.Errorf("%s is no plain file", name)
		}
		if listed[name] != 1 {
			t.Errorf("%s stands in the list %d times", name, listed[name])
		}
		delete(listed, name)
		return nil
	})
	if err != nil || len(listed) != 0 {
		t.Errorf("listed but not there: %v, %v", listed, err)
	}

	bin, there, err := Copy(once)
	if err != nil || !there {
		t.Fatal(err)
	}
	for _, program := range strings.Fields("psql pg_dump pg_restore pg_basebackup pg_amcheck pg_upgrade pg_controldata pg_checksums vacuumdb") {
		if _, err := bin.ask(program, "--version"); err != nil {
			t.Errorf("%s: %v", program, err)
		}
	}
	c, password := privateIn(t, bin, memory())
	start(t, c)
	for _, name := range strings.Fields("unaccent pg_trgm pgcrypto ltree citext btree_gist pg_stat_statements amcheck") {
		do(t, c, password, "create extension "+name)
	}
	if got := must(t, c, password, "select string_agg(w, '' order by w) from unnest(array['Ê','E','Đ','D','Â','Ă','A']) w"); got != "AĂÂDĐEÊ" {
		t.Error(got)
	}
}
