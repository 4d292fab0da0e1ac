package person_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"egovctl/platform/kernel/person"
	"egovctl/platform/kernel/printtest"
)

const (
	number = "048203001234"
	phone  = "0905123456"
)

type open struct {
	Number person.Number
	Phone  *person.Phone
}

type closed struct {
	number person.Number
	phone  person.Phone
}

// However a careless line prints people's digits, alone or within something, they come out masked.
func TestDigitsNeverShowThemselves(t *testing.T) {
	n, p := person.NumberOf(number), person.PhoneOf(phone)
	for name, v := range map[string]any{
		"a number": n, "a telephone": p, "a pointer": &n, "exported fields": open{n, &p}, "a pointer to a struct": &open{n, &p},
		"unexported fields": closed{n, p}, "a slice": []person.Number{n}, "an array": [1]person.Phone{p}, "a slice of any": []any{n, p},
		"a map's values": map[string]person.Number{"x": n}, "a map's keys": map[person.Number]person.Phone{n: p},
		"a struct in a map in a slice": []any{map[string]any{"x": open{n, &p}}},
	} {
		for how, text := range printtest.Every(v) {
			if strings.Contains(text, number[2:]) || strings.Contains(text, phone[2:]) || strings.Contains(text, fmt.Sprintf("%x", number[2:])) {
				t.Errorf("%s by %s shows %s", name, how, text)
			}
		}
	}
	if got := fmt.Sprintf("%v %s %q", n, p, n); got != `0482*****234 0905***456 "0482*****234"` {
		t.Errorf("they print as %s", got)
	}
	if raw, _ := json.Marshal(open{n, &p}); string(raw) != `{"Number":"0482*****234","Phone":"0905***456"}` {
		t.Errorf("they marshal as %s", raw)
	}
}

func TestDigitsAreKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[0-9]{0,13}`).Draw(t, "digits")
		a, b := person.NumberOf(s), person.NumberOf(s)
		if a.Reveal() != s || a != b || (a == person.Number{}) != (s == "") {
			t.Fatalf("%q comes back as %q", s, a.Reveal())
		}
		if m := a.Masked(); len(m) != len(s) || strings.Count(m, "*") < min(len(s), max(len(s)-7, 0)) || len(s) <= 7 && strings.Trim(m, "*") != "" {
			t.Fatalf("%q is masked as %q", s, m)
		}
	})
}
