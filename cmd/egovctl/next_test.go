package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/fstest"

	"egovctl/cmd/egovctl/internal/trial"
	"egovctl/platform/db/dbtest"
)

// The migrations of the next release keep the law that lets the release before run on its schema.
func TestTheNextSchemaKeepsTheLawOfMigrations(t *testing.T) {
	stream := fstest.MapFS{}
	have, err := filepath.Glob("../../platform/services/onestop/migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	files := trial.NextMigrations(t, "onestop")
	if len(files) != 2 {
		t.Fatalf("%d files", len(files))
	}
	for _, file := range have {
		files[filepath.Base(file)] = file
	}
	for name, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		stream[name] = &fstest.MapFile{Data: raw}
	}
	dbtest.LintMigrations(t, stream)
}

// The code of this release passes its own tests on the schema of the next one: that is what a rollback relies on. `make
// drill` runs the tests of every service.
func TestTheOneStopOfThisReleaseWorksOnTheNextSchema(t *testing.T) {
	worksOnTheNextSchema(t, "./platform/services/onestop")
}

// worksOnTheNextSchema runs tests of the tree with nothing but the next release's migrations laid over it.
func worksOnTheNextSchema(t *testing.T, packages string) {
	t.Helper()
	c := exec.Command("go", "test", "-count=1", "-overlay="+trial.NextSchema(t), packages)
	c.Dir = "../.."
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
