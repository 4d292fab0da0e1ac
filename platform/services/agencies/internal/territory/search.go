package territory

import (
	"cmp"
	"slices"
	"strings"

	"egovctl/platform/kernel/fold"
)

// needle is a question prepared once: accents do not matter to find, but exact ones come first.
type needle struct {
	words         []string
	folded, exact string
	code          string
}

func newNeedle(q string) needle {
	return needle{words: fold.Words(q), folded: fold.Text(q), exact: fold.Exact(q), code: strings.TrimSpace(q)}
}

// match tells whether every word begins a word of t, and how well: lower is better. An empty question matches all.
func (n needle) match(t text, code string) (score int, ok bool) {
	if len(n.words) == 0 {
		return 0, n.code == ""
	}
	if code == n.code {
		return 0, true
	}
	for _, w := range n.words {
		if !strings.Contains(t.folded, " "+w) {
			return 0, false
		}
	}
	switch {
	case strings.Contains(t.exact+" ", " "+n.exact+" "):
		return 1, true
	case strings.Contains(t.folded+" ", " "+n.folded+" "):
		return 2, true
	case strings.Contains(t.folded, " "+n.folded):
		return 3, true
	}
	return 4, true
}

type hit struct{ at, score int }

// ranked sorts by score and keeps the given order among equals.
func ranked(hits []hit) []hit {
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.score, b.score) })
	return hits
}
