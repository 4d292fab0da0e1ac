package search

import "slices"

// phrase is the short way for the common case: more names than the first page holds have the whole query side by side.
// They all rank above the names that have the words scattered, so those are only counted. It reports false when the long
// way is needed: a later page, a word that is not known, too few names.
func (x *Index) phrase(s *scratch, p plan, q Query) bool {
	if q.Cursor != "" {
		return false
	}
	copy(s.found, s.allowed)
	var last uint16
	for i, w := range p.words {
		n, ok := x.lex.number[w]
		if !ok || x.lex.names[n] == nil {
			return false
		}
		if i == 0 {
			s.found.and(x.lex.names[n])
		} else {
			s.union.clear()
			s.union.addAll(x.lex.pairs[pairKey(last, n)])
			s.found.and(s.union)
		}
		last, s.query[i] = n, n
	}
	whole := s.found.count()
	if whole <= max(q.Limit, enough) {
		return false
	}
	s.more = x.scattered(s, p) - whole
	s.ideal = 0
	for i, w := range p.words {
		s.weight[i] = x.lex.weight[x.lex.number[w]]
		s.ideal += s.weight[i]
		if i > 0 {
			s.ideal += worthPair * (s.weight[i-1] + s.weight[i])
		}
	}
	s.forget()
	for i, form := range p.forms {
		s.spell(x, form, 1<<i)
	}
	s.found.each(func(d uint16) {
		share := float32(1)
		if len(p.words) > 2 && !x.onePiece(d, s.query[:len(p.words)]) {
			share -= brokenPenalty
		}
		s.hits = append(s.hits, x.ranked(s, p, d, share))
	})
	return true
}

// scattered counts the documents that have every word of the query anywhere in their names, the last one perhaps going on.
func (x *Index) scattered(s *scratch, p plan) int {
	copy(s.rest, s.allowed)
	for i, w := range p.words {
		if i < len(p.words)-1 {
			s.rest.and(x.lex.names[x.lex.number[w]])
			continue
		}
		s.union.clear()
		for n, to := x.lex.completions(w); n < to; n++ {
			s.union.add(x.lex.names[n])
		}
		s.rest.and(s.union)
	}
	return s.rest.count()
}

// ranked is a document's place in the order, for a share of the possible score.
func (x *Index) ranked(s *scratch, p plan, d uint16, share float32) hit {
	h := hit{doc: d, share: uint16(share * 10000)}
	if p.forms != nil { // accents order the answers; which names answer does not hang on them
		share += x.accents(s, d) / s.ideal
	}
	if x.whole[d] == p.whole {
		share++
	}
	h.rank = int32(share*10000)<<8 | int32(255-x.length[d])
	return h
}

// onePiece reports whether the words stand in the document's name one after the other. That each pair does is known, so it
// rarely looks far.
func (x *Index) onePiece(d uint16, words []uint16) bool {
	text := x.text[x.start[d]:x.start[d+1]]
	for i := 0; i+len(words) <= len(text); i++ {
		if text[i] == words[0] && slices.Equal(text[i:i+len(words)], words) {
			return true
		}
	}
	return false
}
