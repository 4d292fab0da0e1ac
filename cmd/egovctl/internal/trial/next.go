package trial

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// NextVersion is the release after Version.
const NextVersion = "0.2.0-trial"

// Release is a program of this tree with the kit that it makes of itself.
type Release struct {
	Version     string
	Binary      string
	Kit         string
	Fingerprint string // of the root that signs
	Changes     []CatalogueChange
}

// Next is the release after the one under trial: this tree with testdata/next laid over it (a schema that splits a column and
// the code that uses it, forty changes of the catalogue, a page, a text). It is made once for this test run.
func Next(t testing.TB) Release {
	t.Helper()
	r, err := next()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var next = sync.OnceValues(func() (Release, error) { return after(NextVersion) })

// after builds a release after the one under trial. Whoever builds once for many runs names the program of NextVersion in
// the environment variable EGOVCTL_NEXT.
func after(version string) (r Release, err error) {
	dir, err := temporary()
	if err != nil {
		return r, err
	}
	tree, err := findModule()
	if err != nil {
		return r, err
	}
	replace, err := layNext(tree, filepath.Join(dir, "over"))
	if err != nil {
		return r, err
	}
	if r.Changes, err = changeCatalogue(tree, filepath.Join(dir, "over"), replace); err != nil {
		return r, err
	}
	if err := inherit(replace); err != nil {
		return r, err
	}
	overlay, err := writeOverlay(dir, replace)
	if err != nil {
		return r, err
	}
	r.Version, r.Binary = version, os.Getenv("EGOVCTL_NEXT")
	if r.Binary != "" {
		return r, r.pack(dir)
	}
	if r.Binary, err = build(dir, version, "-overlay="+overlay); err != nil {
		return r, err
	}
	return r, r.pack(dir)
}

// inherit adds the overlay under which these tests themselves were built: the next release of a broken twin is as broken.
func inherit(replace map[string]string) error {
	for flag := range strings.FieldsSeq(os.Getenv("GOFLAGS")) {
		path, ok := strings.CutPrefix(flag, "-overlay=")
		if !ok {
			continue
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var under struct{ Replace map[string]string }
		if err := json.Unmarshal(raw, &under); err != nil {
			return err
		}
		for from, to := range under.Replace {
			if _, both := replace[from]; both {
				return fmt.Errorf("%s and the next release both touch %s", path, from)
			}
			replace[from] = to
		}
	}
	return nil
}

// pack lets the program make its kit. Every release under trial is signed with the same keys for development.
func (r *Release) pack(dir string) error {
	config, err := ring()
	if err != nil {
		return err
	}
	r.Kit = filepath.Join(dir, "release.kit")
	var built struct {
		Fingerprint string `json:"root_fingerprint"`
	}
	err = output(&built, []string{"XDG_CONFIG_HOME=" + config}, r.Binary, "kit", "build", "--out", r.Kit, "-o", "json")
	r.Fingerprint = built.Fingerprint
	return err
}

// ring is the folder of the keys.
var ring = sync.OnceValues(temporary)

// temporary makes a folder that goes with this process.
func temporary() (string, error) {
	dir, err := os.MkdirTemp("", "egovctl-release-")
	if err != nil {
		return "", err
	}
	return dir, onExit(`rm -rf "$DIR"`, "DIR="+dir)
}

// NextSchema is an overlay with the migrations of the next release and nothing else of it: the code of this one meets that schema.
func NextSchema(t testing.TB) string {
	t.Helper()
	replace, dir := map[string]string{}, t.TempDir()
	err := layMigrations(moduleRoot(t), replace)
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := writeOverlay(dir, replace)
	if err != nil {
		t.Fatal(err)
	}
	return overlay
}

const nextFolder = "cmd/egovctl/testdata/next"

// layNext lays code, templates, migrations and the tables that they make of testdata/next over the tree.
func layNext(tree, dir string) (map[string]string, error) {
	replace, err := patched(tree, dir, filepath.Join(tree, nextFolder, "code.patch"))
	if err != nil {
		return nil, err
	}
	if err := layMigrations(tree, replace); err != nil {
		return nil, err
	}
	return replace, layShape(tree, dir, filepath.Join(tree, nextFolder, "shape.tsv"), replace)
}

// layMigrations gives each migration of testdata/next/<service> the number behind that service's newest.
func layMigrations(tree string, replace map[string]string) error {
	files, err := filepath.Glob(filepath.Join(tree, nextFolder, "*", "*.sql"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no migrations of the next release: %w", err)
	}
	for _, file := range files {
		folder := filepath.Join(tree, "platform", "services", filepath.Base(filepath.Dir(file)), "migrations")
		have, err := filepath.Glob(filepath.Join(folder, "*.up.sql"))
		if err != nil {
			return err
		}
		replace[filepath.Join(folder, fmt.Sprintf("%04d_%s", len(have)+1, filepath.Base(file)))] = file
	}
	return nil
}

// NextMigrations are the files of the next release by their names among those of a service.
func NextMigrations(t testing.TB, service string) map[string]string {
	t.Helper()
	replace, out := map[string]string{}, map[string]string{}
	if err := layMigrations(moduleRoot(t), replace); err != nil {
		t.Fatal(err)
	}
	for as, file := range replace {
		if strings.Contains(as, "/"+service+"/") {
			out[filepath.Base(as)] = file
		}
	}
	return out
}
