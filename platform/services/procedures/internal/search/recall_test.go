package search_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"egovctl/platform/kernel/fold"
	"egovctl/platform/services/procedures/internal/search"
)

// recallQueries is how many queries of each kind are asked.
const recallQueries = 500

// words takes 3 to 6 consecutive words of a real name, without accents.
func words(r *rand.Rand, folded []string) (query string, from int) {
	for {
		from = r.IntN(len(folded))
		w := strings.Fields(folded[from])
		if n := 3 + r.IntN(4); n <= len(w) {
			at := r.IntN(len(w) - n + 1)
			return strings.Join(w[at:at+n], " "), from
		}
	}
}

// mistype makes one typo anywhere, spaces included: a character left out, put in, replaced, or swapped with the next.
func mistype(r *rand.Rand, s string) string {
	for {
		i, c := r.IntN(len(s)), string(rune('a'+r.IntN(26)))
		out := s
		switch r.IntN(4) {
		case 0:
			out = s[:i] + s[i+1:]
		case 1:
			out = s[:i] + c + s[i:]
		case 2:
			out = s[:i] + c + s[i+1:]
		case 3:
			if i+1 < len(s) {
				out = s[:i] + s[i+1:i+2] + s[i:i+1] + s[i+2:]
			}
		}
		if strings.Join(strings.Fields(out), " ") != s {
			return out
		}
	}
}

// Three to six words may stand in hundreds of names ("cấp giấy phép"), and ten places cannot hold them all. So the answers
// to a query are the names that hold its words side by side; recall@10 is the share of them among the first ten, of ten at
// most. Beside it stands the stricter figure for the queries that ten procedures or fewer answer: there the very name from
// which the words were taken must be among the first ten. Names that fold alike are one answer.
func TestRecallAtTen(t *testing.T) {
	c := whole(t)
	for _, kind := range []struct {
		name   string
		figure string
		typed  func(*rand.Rand, string) string
	}{
		{"words of a name without accents", "recall.plain", func(_ *rand.Rand, s string) string { return s }},
		{"the same with one typo", "recall.typo", mistype},
	} {
		t.Run(kind.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(2014, 2026))
			recall, narrow, found := 0.0, 0, 0
			for range recallQueries {
				phrase, from := words(r, c.folded)
				answers := 0
				for _, f := range c.folded {
					if holds(f, phrase) {
						answers++
					}
				}
				got, same := 0, false
				for _, h := range c.index.Find(search.Query{Text: kind.typed(r, phrase), Limit: 10}).Hits {
					f := fold.Text(h.Name)
					same = same || f == c.folded[from]
					if holds(f, phrase) {
						got++
					}
				}
				recall += float64(got) / float64(min(10, answers))
				if answers <= 10 {
					narrow++
					if same {
						found++
					}
				}
			}
			recall /= recallQueries
			t.Logf("recall@10 %.4f; of %d queries that at most ten procedures answer, %d found the very name (%.4f)",
				recall, narrow, found, float64(found)/float64(narrow))
			t.Attr(kind.figure, strconv.FormatFloat(recall, 'f', 4, 64)) // for make bench
			if recall < 0.98 {
				t.Errorf("recall@10 is %.4f, want 0.98", recall)
			}
			if float64(found) < 0.98*float64(narrow) {
				t.Errorf("the very name was found for %d of %d narrow queries, want 0.98", found, narrow)
			}
		})
	}
}

func holds(folded, phrase string) bool { return strings.Contains(" "+folded+" ", " "+phrase+" ") }
