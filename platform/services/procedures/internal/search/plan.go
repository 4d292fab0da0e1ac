package search

import (
	"hash/maphash"
	"strings"
)

// plan is a query made ready: one position per word.
type plan struct {
	words   []string
	forms   []string // as typed, with accents; nil when nothing was accented
	whole   uint64   // hash of the folded query
	penalty float32  // share of the score that this reading costs
}

// spacePenalty is for reading a space where none is, or none where one is: about as one wrong letter.
const spacePenalty = 0.06

func (x *Index) plan(words []string, exact, text string) plan {
	p := plan{words: words, whole: maphash.String(x.seed, text)}
	if exact != text {
		p.forms = strings.Fields(exact)
	}
	if len(p.words) > maxWords {
		p.words = p.words[:maxWords]
		p.forms = p.forms[:min(len(p.forms), maxWords)]
	}
	return p
}

// readings are other ways to cut the query into words: "dangky" is "dang ky", "kh ai" is "khai", "dangxky" has a letter
// where the space should be. Only words that the lexicon knows make a reading.
func (x *Index) readings(p plan) []plan {
	var out []plan
	with := func(from, to int, words ...string) {
		q := plan{penalty: spacePenalty}
		q.words = append(append(append(q.words, p.words[:from]...), words...), p.words[to:]...)
		if len(q.words) <= maxWords && len(out) < 24 {
			out = append(out, q)
		}
	}
	for i, w := range p.words {
		if i+1 < len(p.words) {
			joined := w + p.words[i+1]
			if x.near(joined, !x.known(w) || !x.known(p.words[i+1])) {
				with(i, i+2, joined)
			}
		}
		for cut := 1; cut < len(w) && len(w) <= 16; cut++ {
			switch {
			case x.known(w[:cut]) && x.known(w[cut:]):
				with(i, i+1, w[:cut], w[cut:])
			case !x.known(w) && cut+1 < len(w) && x.known(w[:cut]) && x.known(w[cut+1:]):
				with(i, i+1, w[:cut], w[cut+1:])
			}
		}
	}
	return out
}

func (x *Index) known(w string) bool { _, ok := x.lex.number[w]; return ok }

// near reports whether w is a word or, when loose, one edit away from one.
func (x *Index) near(w string, loose bool) bool {
	found := x.known(w)
	if !found && loose && len(w) > 2 {
		x.lex.neighbours(w, func(uint16) { found = true })
	}
	return found
}
