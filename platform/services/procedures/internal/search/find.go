package search

import (
	"strings"

	"egovctl/platform/kernel/fold"
)

// enough is how many results settle a query: with fewer, words that are nearly right are looked at as well.
const enough = 10

// Find answers q.
func (x *Index) Find(q Query) Result {
	if q.Limit <= 0 {
		q.Limit = DefaultLimit
	}
	q.Limit = min(q.Limit, MaxLimit)
	if len(x.docs) == 0 {
		return Result{}
	}
	s := x.scratch.Get().(*scratch)
	defer x.scratch.Put(s)
	s.hits, s.more = s.hits[:0], 0
	x.allow(s.allowed, q)
	text, exact := folded(q.Text)
	switch words := strings.Fields(text); {
	case x.byCode(s, q.Text):
	case len(words) == 0 && strings.TrimSpace(q.Text) == "":
		s.allowed.each(func(d uint16) { s.hits = append(s.hits, hit{doc: d}) })
	case len(words) > 0:
		p := x.plan(words, exact, text)
		x.ask(s, p, q)
	}
	return x.page(s, q)
}

// folded gives the text without and with accents. Most queries have none, and are spared the tables of Unicode.
func folded(text string) (plain, exact string) {
	var b strings.Builder
	b.Grow(len(text))
	space := false
	for i := range len(text) {
		c := text[i]
		switch {
		case c >= 0x80:
			return fold.Text(text), fold.Exact(text)
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case c < '0' || c > '9' && c < 'a' || c > 'z':
			space = true
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteByte(c)
	}
	return b.String(), b.String()
}

// allow makes the set of documents that q's filters let through.
func (x *Index) allow(set bitset, q Query) {
	set.fill(len(x.docs))
	if q.Published {
		set.and(x.published)
	}
	if q.Level != "" {
		set.and(x.level[q.Level])
	}
	if q.Online != "" {
		set.and(x.online[q.Online])
	}
	if q.Field != "" {
		set.and(x.listed(x.field[q.Field]))
	}
	if q.Agency != 0 {
		set.and(x.listed(x.agency[q.Agency]))
	}
}

func (x *Index) listed(list []uint16) bitset {
	b := newBitset(len(x.docs))
	b.addAll(list)
	return b
}

// byCode takes a query that is a code, the beginning of one (1.0011) or the six digits after its dot.
func (x *Index) byCode(s *scratch, text string) bool {
	text = strings.TrimSpace(text)
	dotted := strings.Count(text, ".") == 1
	if strings.Trim(text, "0123456789.") != "" || !(dotted && len(text) >= 4) && len(text) != 6 {
		return false
	}
	s.allowed.each(func(d uint16) {
		if strings.Contains(x.docs[d].Code, text) {
			s.hits = append(s.hits, hit{doc: d})
		}
	})
	return len(s.hits) > 0
}

// ask goes through the three stages.
func (x *Index) ask(s *scratch, p plan, q Query) {
	if x.phrase(s, p, q) {
		return
	}
	best := x.try(s, p, asWritten)
	if len(p.words) == 1 && len(s.hits) > 0 || best.phrase {
		return
	}
	best = x.try(s, p, nearly)
	if !best.phrase {
		for _, r := range x.readings(p) {
			best = x.tryInstead(s, r, best)
		}
	}
	if len(s.hits) == 0 {
		best = x.try(s, p, mostly)
	}
	s.cut(best.top)
}

// tryInstead reads the query another way and keeps whichever reading meets a name better.
func (x *Index) tryInstead(s *scratch, p plan, best outcome) outcome {
	s.hits, s.kept = s.kept[:0], s.hits
	got := x.try(s, p, nearly)
	if got.top <= best.top {
		s.hits, s.kept = s.kept, s.hits
		return best
	}
	return got
}
