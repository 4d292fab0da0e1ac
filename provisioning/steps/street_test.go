// Package steps_test is the inspection of the whole street: every step on it, as HOUSE.md §5 asks.
package steps_test

import (
	"os"
	"testing"

	"egovctl/provisioning/engine/enginetest"
)

// inspections has a line for every folder of this street: how to make a host that the step knows nothing of yet.
var inspections = map[string]func(*testing.T) enginetest.Fixture{
	"account":  accountFixture,
	"layout":   layoutFixture,
	"answers":  answersFixture,
	"release":  releaseFixture,
	"units":    unitsFixture,
	"cluster":  clusterFixture,
	"server":   serverFixture,
	"database": databaseFixture,
	"schema":   schemaFixture,
	"seed":     seedFixture,
	"once":     onceFixture,
	"platform": platformFixture,
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
