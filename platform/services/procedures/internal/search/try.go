package search

import "math/bits"

// stage is how loosely a word of the query may be met.
type stage int

const (
	asWritten stage = iota // itself; the last word may go on
	nearly                 // and one edit away, and in the field's name; every word must be met
	mostly                 // as nearly, but some words may be missing
)

// What a meeting is worth, as a share of the word's weight. A pair that stands side by side as in the query adds a share
// of the weights of both, so that a phrase with one wrong letter beats the same words scattered.
const (
	worthPrefix   = 0.80
	worthEdit     = 0.55
	worthField    = 0.45
	worthAccent   = 0.12 // added for the very same accents
	worthPair     = 0.32
	brokenPenalty = 0.03 // off the whole when the query does not stand in one piece
	weightUnknown = 3.0  // of a word that no name has: enough to count, too little to decide
	least         = 0.45 // of the query's weight, below which a name is no answer
	besideBest    = 0.62 // of the best score, below which a name is noise beside it
)

// outcome of a try: the best score as a share of the possible, and whether some name has the whole query side by side.
type outcome struct {
	top    float32
	phrase bool
}

// try fills s.hits with the names that meet p at this stage, scored.
func (x *Index) try(s *scratch, p plan, st stage) outcome {
	s.hits = s.hits[:0]
	s.forget()
	if !x.mark(s, p, st) {
		return outcome{}
	}
	n := len(p.words)
	full := ^uint64(0) >> (64 - n)
	pairs := full &^ 1
	var got outcome
	s.found.each(func(d uint16) {
		m := x.meet(s, d)
		score := s.ideal
		if m.exact&full != full || m.pairs&pairs != pairs {
			score = s.score(m)
		}
		whole := m.run>>(n-1)&1 == 1
		share := score/s.ideal - p.penalty
		if !whole {
			share -= brokenPenalty
		}
		if share < least {
			return
		}
		got.phrase = got.phrase || whole
		got.top = max(got.top, share)
		s.hits = append(s.hits, x.ranked(s, p, d, share))
	})
	return got
}

// met says by bits which positions of the query a name meets, and how; run has bit i when the
// first i+1 words of the query stand somewhere in one piece.
type met struct{ exact, prefix, edit, field, pairs, run uint64 }

// meet reads a document's words once.
func (x *Index) meet(s *scratch, d uint16) met {
	var m met
	var before, run uint64
	words := x.text[x.start[d]:x.start[d+1]]
	for i, w := range words {
		if w == gap {
			if s.fields {
				for _, w := range words[i+1:] {
					m.field |= s.marks[w].exact
				}
			}
			break
		}
		k := &s.marks[w]
		m.exact |= k.exact
		m.prefix |= k.prefix
		m.edit |= k.edit
		here := k.exact | k.prefix | k.edit
		m.pairs |= before << 1 & here
		before = here
		run = (run<<1 | 1) & here
		m.run |= run
	}
	return m
}

// score of a meeting that is not perfect.
func (s *scratch) score(m met) float32 {
	var t float32
	add := func(set uint64, worth float32, of []float32) {
		for ; set != 0; set &= set - 1 {
			t += worth * of[bits.TrailingZeros64(set)]
		}
	}
	add(m.exact, 1, s.weight)
	add(m.prefix&^m.exact, worthPrefix, s.weight)
	add(m.edit&^(m.exact|m.prefix), worthEdit, s.weight)
	add(m.field&^(m.exact|m.prefix|m.edit), worthField, s.weight)
	add(m.pairs, 1, s.pair)
	return t
}

// accents is what the same accents add.
func (x *Index) accents(s *scratch, d uint16) float32 {
	var same uint64
	for _, f := range x.forms[x.start[d]:x.start[d+1]] {
		if f == gap {
			break
		}
		same |= s.spelt[f]
	}
	var t float32
	for ; same != 0; same &= same - 1 {
		t += worthAccent * s.weight[bits.TrailingZeros64(same)]
	}
	return t
}

// mark gives every word that may stand for a position its bit, and leaves in s.found the documents worth reading. It
// reports whether there are any.
func (x *Index) mark(s *scratch, p plan, st stage) bool {
	copy(s.found, s.allowed)
	s.fields = st != asWritten
	s.ideal = 0
	for i, w := range p.words {
		bit := uint64(1) << i
		s.union.clear()
		weight := float32(weightUnknown)
		if n, ok := x.lex.number[w]; ok {
			s.touch(n).exact |= bit
			s.union.add(x.lex.names[n])
			weight = x.lex.weight[n]
			if s.fields {
				s.union.add(x.lex.fields[n])
			}
		}
		if i == len(p.words)-1 {
			from, to := x.lex.completions(w)
			for n := from; n < to; n++ {
				s.touch(uint16(n)).prefix |= bit
				s.union.add(x.lex.names[n])
			}
		}
		if st != asWritten {
			x.lex.neighbours(w, func(n uint16) {
				if k := s.touch(n); k.edit&bit == 0 {
					k.edit |= bit
					s.union.add(x.lex.names[n])
				}
			})
		}
		s.weight[i], s.pair[i] = weight, 0
		s.ideal += weight
		if i > 0 {
			s.pair[i] = worthPair * (s.weight[i-1] + weight)
			s.ideal += s.pair[i]
		}
		if i < len(p.forms) {
			s.spell(x, p.forms[i], bit)
		}
		if st != mostly && !s.found.and(s.union) {
			return false
		}
	}
	return true
}
