package search

// scratch is what one query needs for its time; scratches are pooled.
type scratch struct {
	allowed, found, union bitset // who may answer, who may meet, of one word
	rest                  bitset
	query                 []uint16
	marks                 []mark   // by word
	touched               []uint16 // words whose mark is not zero
	spelt                 []uint64 // by accented form: positions spelt just so
	spelled               []uint16
	weight, pair          []float32
	ideal                 float32
	fields                bool
	hits, kept            []hit
	more                  int // answers that no page up to this one needs: counted, not ranked
}

// mark says which positions of the query a word may stand for.
type mark struct{ exact, prefix, edit uint64 }

// hit is a document with its rank: the score above, the brevity of the name below. share is the score without accents,
// in ten-thousandths.
type hit struct {
	rank  int32
	doc   uint16
	share uint16
}

func newScratch(x *Index) *scratch {
	n := len(x.docs)
	return &scratch{allowed: newBitset(n), found: newBitset(n), union: newBitset(n), rest: newBitset(n), query: make([]uint16, maxWords), marks: make([]mark, len(x.lex.words)),
		spelt: make([]uint64, len(x.spelt)), weight: make([]float32, maxWords), pair: make([]float32, maxWords)}
}

func (s *scratch) touch(w uint16) *mark {
	s.touched = append(s.touched, w)
	return &s.marks[w]
}

func (s *scratch) spell(x *Index, form string, bit uint64) {
	if f, ok := x.spelt[form]; ok {
		s.spelt[f] |= bit
		s.spelled = append(s.spelled, f)
	}
}

// forget wipes what the try before has marked.
func (s *scratch) forget() {
	for _, w := range s.touched {
		s.marks[w] = mark{}
	}
	for _, f := range s.spelled {
		s.spelt[f] = 0
	}
	s.touched, s.spelled = s.touched[:0], s.spelled[:0]
}

// cut drops what is noise beside the best.
func (s *scratch) cut(top float32) {
	floor := uint16(top * besideBest * 10000)
	kept := s.hits[:0]
	for _, h := range s.hits {
		if h.share >= floor {
			kept = append(kept, h)
		}
	}
	s.hits = kept
}
