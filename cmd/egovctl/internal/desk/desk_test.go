package desk

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestWrapBreaksBetweenWords(t *testing.T) {
	for _, c := range []struct {
		name, text string
		n          int
		want       []string
	}{
		{"a short text is one line", "Sở Xây dựng", 20, []string{"Sở Xây dựng"}},
		{"a Vietnamese letter is one column", "Đường Đường Đường", 11, []string{"Đường Đường", "Đường"}},
		{"letters written in two parts count once", "Đu\u031bo\u031b\u0300ng nay", 9, []string{"Đường nay"}},
		{"a word longer than the line stands alone", "a bcdefghij k", 5, []string{"a", "bcdefghij", "k"}},
		{"white space is folded", " a \n b ", 9, []string{"a b"}},
		{"nothing is one empty line", "", 9, []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, wrap(c.text, c.n)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Wrapping loses no word, keeps their order, and no line of two words is too long.
func TestWrapLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(rapid.StringMatching(`[a-zđăơ]{1,12}`)).Draw(t, "words")
		n := rapid.IntRange(1, 40).Draw(t, "n")
		lines := wrap(strings.Join(words, " "), n)
		if got := strings.Fields(strings.Join(lines, " ")); !slices.Equal(got, words) {
			t.Fatalf("%q became %q", words, got)
		}
		for _, l := range lines {
			if strings.Contains(l, " ") && utf8.RuneCountInString(l) > n {
				t.Fatalf("%q is longer than %d", l, n)
			}
		}
	})
}

func TestFitCutsOnlyTheColumnThatGives(t *testing.T) {
	columns := []Column{{Key: "a"}, {Key: "b", Gives: true}, {Key: "c"}}
	rows := [][]string{{"1.000001", strings.Repeat("ă", 60), "đúng"}, {"2", "ngắn", "-"}}
	fit(columns, []string{"A", "B", "C"}, rows, 40)
	want := [][]string{{"1.000001", strings.Repeat("ă", 23) + "…", "đúng"}, {"2", "ngắn", "-"}}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
}
