package dossier

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/unit"
)

func TestCode(t *testing.T) {
	day := time.Date(2026, 3, 12, 9, 0, 0, 0, clock.Vietnam)
	for _, c := range []struct {
		name       string
		identifier string
		at         time.Time
		n          int
		want       string
	}{
		{"the seventh of the day", "H17.08", day, 7, "H17.08-260312-0007"},
		{"an identifier of the old style", "000.00.21.H17", day, 1, "000.00.21.H17-260312-0001"},
		{"the sequence widens after 9,999", "H17.08", day, 10000, "H17.08-260312-10000"},
		{"18:30 UTC is already the next day in Việt Nam", "H17", time.Date(2026, 3, 11, 18, 30, 0, 0, time.UTC), 1, "H17-260312-0001"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Code(c.identifier, c.at, c.n)
			if got != c.want || !unit.ValidDossierCode(got) {
				t.Fatalf("got %s, want %s, valid %v", got, c.want, unit.ValidDossierCode(got))
			}
		})
	}
	if unit.ValidDossierCode(Code("PROBE", day, 1)) {
		t.Fatal("a code of the probe must not pass for an official one")
	}
}

func TestNormalise(t *testing.T) {
	for _, c := range []struct {
		name, typed, want string
		ok                bool
	}{
		{"a code as printed", "H17.08-260312-0007", "H17.08-260312-0007", true},
		{"a code in lower case with spaces", " h17.08 - 260312-0007 ", "H17.08-260312-0007", true},
		{"a reference as given", "TK37-QXM9-4RDA", "TK37-QXM9-4RDA", true},
		{"a reference without hyphens in lower case", "tk37qxm94rda", "TK37-QXM9-4RDA", true},
		{"a letter that no reference has", "TK37-QXM9-4RDO", "", false},
		{"nothing", "", "", false},
		{"a probe", "PROBE-260312-0001", "", false},
		{"SQL", "' or 1=1 --", "", false},
		{"NUL", "TK37\x00QXM94RD", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := Normalise(c.typed)
			if got != c.want || ok != c.ok {
				t.Fatalf("got %q %v, want %q %v", got, ok, c.want, c.ok)
			}
		})
	}
}

func TestAReferenceSurvivesBeingTypedCarelessly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ref, err := NewReference(nil)
		if err != nil {
			t.Fatal(err)
		}
		typed := ref
		if rapid.Bool().Draw(t, "lower") {
			typed = strings.ToLower(typed)
		}
		if rapid.Bool().Draw(t, "bare") {
			typed = strings.ReplaceAll(typed, "-", " ")
		}
		if got, ok := Normalise(typed); !ok || got != ref {
			t.Fatalf("%q became %q, want %q", typed, got, ref)
		}
	})
}
