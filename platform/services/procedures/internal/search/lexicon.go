package search

import (
	"hash/fnv"
	"math"
	"slices"
	"sort"
	"strings"
)

// lexicon holds the distinct folded words of all names, in alphabetical order: a word's number is its place, so the
// words that begin alike are neighbours.
type lexicon struct {
	words   []string
	number  map[string]uint16
	names   []bitset            // documents whose name has the word; nil for a word of fields only
	fields  []bitset            // documents whose field's name has it; mostly nil
	pairs   map[uint32][]uint16 // documents in which two words stand side by side, by pairKey
	weight  []float32           // inverse document frequency
	deletes []variant           // every word with none or one letter left out, by hash
}

type variant struct {
	hash uint32
	word uint16
}

func newLexicon(words map[string]bool) *lexicon {
	l := &lexicon{number: make(map[string]uint16, len(words))}
	for w := range words {
		l.words = append(l.words, w)
	}
	slices.Sort(l.words)
	for i, w := range l.words {
		l.number[w] = uint16(i)
		if editable(w) {
			leaveOut(w, func(h uint32) { l.deletes = append(l.deletes, variant{h, uint16(i)}) })
		}
	}
	slices.SortFunc(l.deletes, func(a, b variant) int {
		if a.hash != b.hash {
			return int(int64(a.hash) - int64(b.hash))
		}
		return int(a.word) - int(b.word)
	})
	l.deletes = slices.Compact(slices.Clip(l.deletes))
	l.names = make([]bitset, len(l.words))
	l.fields = make([]bitset, len(l.words))
	l.pairs = map[uint32][]uint16{}
	return l
}

func pairKey(first, second uint16) uint32 { return uint32(first)<<16 | uint32(second) }

// weigh gives rare words more weight; docs is the size of the catalogue.
func (l *lexicon) weigh(docs int) {
	l.weight = make([]float32, len(l.words))
	for i := range l.words {
		n := max(l.names[i].count(), 1)
		l.weight[i] = float32(math.Log(1 + float64(docs)/float64(n)))
	}
}

// completions returns the range of words that begin with prefix.
func (l *lexicon) completions(prefix string) (from, to int) {
	from = sort.SearchStrings(l.words, prefix)
	to = from
	for to < len(l.words) && strings.HasPrefix(l.words[to], prefix) {
		to++
	}
	return from, to
}

// neighbours calls yield for every word that is exactly one edit away from w: a letter wrong, missing, surplus, or two
// side by side swapped. Numbers have no neighbours: 2015 is not 2025. A word may come more than once.
func (l *lexicon) neighbours(w string, yield func(uint16)) {
	if !editable(w) {
		return
	}
	leaveOut(w, func(h uint32) {
		i := sort.Search(len(l.deletes), func(i int) bool { return l.deletes[i].hash >= h })
		for ; i < len(l.deletes) && l.deletes[i].hash == h; i++ {
			if v := l.deletes[i].word; l.words[v] != w && oneEdit(w, l.words[v]) {
				yield(v)
			}
		}
	})
}

func editable(w string) bool {
	return len(w) > 0 && len(w) <= 32 && strings.Trim(w, "0123456789") != ""
}

// leaveOut yields the hash of w and of w without each of its letters.
func leaveOut(w string, yield func(uint32)) {
	h := fnv.New32a()
	var buf [32]byte
	_, _ = h.Write([]byte(w))
	yield(h.Sum32())
	for i := range len(w) {
		if i > 0 && w[i] == w[i-1] {
			continue // the same rest again
		}
		h.Reset()
		_, _ = h.Write(append(append(buf[:0], w[:i]...), w[i+1:]...))
		yield(h.Sum32())
	}
}

// oneEdit reports whether a and b, which differ, are one edit or one swap of neighbours apart.
func oneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if i == len(a) || a[i+1:] == b[i+1:] {
		return true
	}
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
