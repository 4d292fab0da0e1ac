package secret_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"egovctl/platform/kernel/printtest"
	"egovctl/platform/kernel/secret"
)

const canary = "con-meo-uong-tra"

type closed struct{ password secret.String }

// However a careless line prints a secret, alone or within something, it comes out as stars.
func TestSecretsNeverShowThemselves(t *testing.T) {
	s := secret.New(canary)
	for name, v := range map[string]any{
		"a secret": s, "a pointer": &s, "an exported field": struct{ Password secret.String }{s}, "an unexported field": closed{s},
		"a pointer in a field": struct{ Password *secret.String }{&s}, "a slice": []secret.String{s}, "a slice of any": []any{s},
		"a map's value": map[string]secret.String{"x": s}, "a map's key": map[secret.String]int{s: 1},
	} {
		for how, text := range printtest.Every(v) {
			if strings.Contains(text, canary) || strings.Contains(strings.ToLower(text), fmt.Sprintf("%x", canary)) {
				t.Errorf("%s by %s shows %s", name, how, text)
			}
		}
	}
	if got := fmt.Sprintf("%v %+v %s", s, s, s); got != "******** ******** ********" {
		t.Errorf("it prints as %s", got)
	}
}

func TestSecretsAreKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.String().Draw(t, "content")
		if s := secret.New(v); s.Reveal() != v || s.Empty() != (v == "") {
			t.Fatalf("%q comes back as %q", v, s.Reveal())
		}
	})
	var none secret.String
	if !none.Empty() || none.Reveal() != "" || none.String() == "" {
		t.Error("no secret is not told as one that is empty")
	}
}

func TestRandomSecretsAreLongAndDiffer(t *testing.T) {
	a, b := secret.Random(32), secret.Random(32)
	if a == b || len(a.Reveal()) != 43 || strings.ContainsAny(a.Reveal(), "+/=") {
		t.Errorf("%q and %q", a.Reveal(), b.Reveal())
	}
}
