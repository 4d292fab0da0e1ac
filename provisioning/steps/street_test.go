// Package steps_test is the inspection of the whole street: every step on it, the same questions to each.
package steps_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"egovctl/provisioning/engine/enginetest"
)

// inspections has a line for every folder of this street: how to make a host that the step knows nothing of yet.
var inspections = map[string]func(*testing.T) enginetest.Fixture{
	"account":   accountFixture,
	"layout":    layoutFixture,
	"answers":   answersFixture,
	"release":   releaseFixture,
	"current":   currentFixture,
	"ballast":   ballastFixture,
	"staged":    stagedFixture,
	"swap":      swapFixture,
	"tidy":      tidyFixture,
	"units":     unitsFixture,
	"cluster":   clusterFixture,
	"server":    serverFixture,
	"postgres":  postgresFixture,
	"database":  databaseFixture,
	"external":  externalFixture,
	"schema":    schemaFixture,
	"seed":      seedFixture,
	"merge":     mergeFixture,
	"mergebase": mergebaseFixture,
	"once":      onceFixture,
	"platform":  platformFixture,
	"retain":    retainFixture,
	"recover":   recoverFixture,
	"discard":   discardFixture,
	"exchange":  exchangeFixture,
	"aside":     asideFixture,
	"set":       setFixture,
	"archive":   archiveFixture,
	"base":      baseFixture,
}

func TestEveryStepPassesItsInspection(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	folders := map[string]bool{}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		folders[e.Name()] = true
		fresh, ok := inspections[e.Name()]
		if !ok {
			t.Errorf("the step %s has no inspection: add a line to inspections", e.Name())
			continue
		}
		t.Run(e.Name(), func(t *testing.T) { enginetest.Inspect(t, fresh) })
	}
	for name := range inspections {
		if !folders[name] {
			t.Errorf("the inspection %s is of no step", name)
		}
	}
}

// A step that no sequence names is never done, and one from elsewhere is never inspected.
func TestTheSequencesAreMadeOfThisStreet(t *testing.T) {
	files, err := filepath.Glob("../sequence/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no sequence found: %v", err)
	}
	named := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range parsed.Imports {
			if step, ok := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), "egovctl/provisioning/steps/"); ok {
				named[step] = true
			}
		}
	}
	for step := range named {
		if inspections[step] == nil {
			t.Errorf("a sequence has the step %s, which is no folder of this street", step)
		}
	}
	for step := range inspections {
		if !named[step] {
			t.Errorf("no sequence has the step %s", step)
		}
	}
}
