package trial

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// Contracting is a release after the one under trial with a migration that says it removes something for good.
func Contracting(t testing.TB) Release {
	t.Helper()
	r, err := contracting()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var contracting = sync.OnceValues(func() (r Release, err error) {
	dir, err := temporary()
	if err != nil {
		return r, err
	}
	tree, err := findModule()
	if err != nil {
		return r, err
	}
	folder := filepath.Join(tree, "platform", "services", "onestop", "migrations")
	have, err := filepath.Glob(filepath.Join(folder, "*.up.sql"))
	if err != nil {
		return r, err
	}
	replace := map[string]string{}
	for name, sql := range map[string]string{
		"up":   "-- irreversible: nobody reads the remark on the table any more\nbegin;\ncomment on table onestop.dossier is null;\ncommit;\n",
		"down": "begin;\ncommit;\n",
	} {
		file := filepath.Join(dir, name+".sql")
		if err := os.WriteFile(file, []byte(sql), 0o600); err != nil {
			return r, err
		}
		replace[filepath.Join(folder, fmt.Sprintf("%04d_contract.%s.sql", len(have)+1, name))] = file
	}
	if err := layShape(tree, dir, "", replace); err != nil {
		return r, err
	}
	if err := inherit(replace); err != nil {
		return r, err
	}
	overlay, err := writeOverlay(dir, replace)
	if err != nil {
		return r, err
	}
	r.Version = "0.3.0-trial"
	if r.Binary, err = build(dir, r.Version, "-overlay="+overlay); err != nil {
		return r, err
	}
	return r, r.pack(dir)
})
