package id_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"egovctl/platform/kernel/id"
)

func TestIdentifiersSortByTheTimeOfTheirMaking(t *testing.T) {
	made := make([]string, 1000)
	for i := range made {
		made[i] = id.New()
		if u, err := uuid.Parse(made[i]); err != nil || u.Version() != 7 || u.String() != made[i] {
			t.Fatalf("%s is no UUID of version 7 in canonical form: %v", made[i], err)
		}
	}
	if !slices.IsSorted(made) || len(slices.Compact(made)) != 1000 {
		t.Error("they do not sort by the time of their making, or one came twice")
	}
}
