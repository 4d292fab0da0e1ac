package cluster

import (
	"os"
	"path/filepath"
	"testing"
)

// Data that are there are opened by their own major version, wherever it comes from.
func TestDataAreOpenedByTheirOwnMajorVersion(t *testing.T) {
	own15, other15, later15, own17 := moved(t, "15.8"), moved(t, "15.9"), moved(t, "15.10"), moved(t, "17.2")
	broken, host15, none := fake(t, "15.4"), fake(t, "15.1"), filepath.Join(t.TempDir(), "bin")
	for name, c := range map[string]struct {
		own            string
		others, system []string
		dir, key       string
	}{
		"the release's own": {own15, []string{later15}, []string{host15}, own15, ""},
		"the newest of other releases, where it brings 17":   {own17, []string{other15, later15, own17}, []string{host15}, later15, ""},
		"the host's, where it brings 17 and no other has 15": {own17, []string{own17}, []string{host15}, host15, ""},
		"the host's, where it brings none":                   {none, []string{other15}, []string{host15}, host15, ""},
		"another release's, where it and the host have none": {none, []string{other15}, nil, other15, ""},
		"another release's copy is broken":                   {none, []string{broken, other15}, nil, other15, ""},
		"its own copy is broken":                             {broken, []string{other15}, []string{host15}, "", "postgres.binaries.copy"},
		"nothing of that version":                            {own17, []string{own17}, nil, "", "postgres.binaries.major"},
	} {
		t.Run(name, func(t *testing.T) {
			var others []string
			for _, dir := range c.others {
				others = append(others, filepath.Dir(dir))
			}
			b, err := findMajor(15, filepath.Dir(c.own), others, c.system)
			if c.key != "" && key(err) != c.key || c.key == "" && err != nil {
				t.Fatal(err)
			}
			if b.Dir != c.dir && c.key == "" {
				t.Errorf("found %s, want %s", b.Dir, c.dir)
			}
		})
	}
}

// To look at a folder means to run what lies in it, so one that goes by several names is looked at once.
func TestAFolderIsLookedAtOnce(t *testing.T) {
	one, other := fake(t, "15.8"), fake(t, "17.2")
	link := filepath.Join(t.TempDir(), "bin")
	if err := os.Symlink(one, link); err != nil {
		t.Fatal(err)
	}
	got := distinct([]string{one, link, t.TempDir(), other, one})
	if len(got) != 2 || got[0] != one || got[1] != other {
		t.Errorf("%v are left of %s with two names, an empty folder and %s", got, one, other)
	}
}
