package trial

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// updateVersion is that of the program which packages the data updates: the release under trial reads what it does.
const updateVersion = "0.1.1-trial"

// Updates are data kits with the forty changes of the catalogue of the next release, under the keys of every release under trial: of
// a day after the source of all of them, and of a week after that.
func Updates(t testing.TB) (first, second Release) {
	t.Helper()
	u, err := updates()
	if err != nil {
		t.Fatal(err)
	}
	return u[0], u[1]
}

// Dates of the sources of the two updates, and the versions that follow from them.
var updateDates = [2][2]string{{"1792713600", "2026.1023.0"}, {"1793318400", "2026.1030.0"}}

var updates = sync.OnceValues(func() (u [2]Release, err error) {
	dir, err := temporary()
	if err != nil {
		return u, err
	}
	tree, err := findModule()
	if err != nil {
		return u, err
	}
	replace := map[string]string{}
	if err := os.Mkdir(filepath.Join(dir, "over"), 0o700); err != nil {
		return u, err
	}
	changes, err := changeCatalogue(tree, filepath.Join(dir, "over"), replace)
	if err != nil {
		return u, err
	}
	if err := inherit(replace); err != nil {
		return u, err
	}
	overlay, err := writeOverlay(dir, replace)
	if err != nil {
		return u, err
	}
	program, err := build(dir, updateVersion, "-overlay="+overlay)
	if err != nil {
		return u, err
	}
	config, err := ring()
	if err != nil {
		return u, err
	}
	for i, d := range updateDates {
		u[i] = Release{Version: d[1], Binary: program, Kit: filepath.Join(dir, d[1]+".kit"), Changes: changes}
		var built struct {
			Fingerprint string `json:"root_fingerprint"`
		}
		if err := output(&built, []string{"XDG_CONFIG_HOME=" + config, "SOURCE_DATE_EPOCH=" + d[0]}, program, "kit", "build", "--data-only",
			"--out", u[i].Kit, "-o", "json"); err != nil {
			return u, err
		}
		u[i].Fingerprint = built.Fingerprint
	}
	return u, nil
})

// Late is a release that comes after the one under trial and has the same source, so it is older than every update.
func Late(t testing.TB) Release {
	t.Helper()
	r, err := late()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var late = sync.OnceValues(func() (r Release, err error) {
	dir, err := temporary()
	if err != nil {
		return r, err
	}
	r.Version = "0.1.2-trial"
	if r.Binary, err = build(dir, r.Version); err != nil {
		return r, err
	}
	return r, r.pack(dir)
})
