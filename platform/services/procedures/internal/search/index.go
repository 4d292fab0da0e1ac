package search

import (
	"context"
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"egovctl/platform/kernel/unit"
)

// Index is immutable and safe for any number of readers.
type Index struct {
	docs      []Doc // in alphabetical order of folded name, so that equal ranks read well
	place     map[string]uint16
	lex       *lexicon
	spelt     map[string]uint16 // accented forms of words
	start     []uint32          // where the words of a document begin in text; one more at the end
	text      []uint16          // words of the name, gap, words of the field
	forms     []uint16          // accented forms beside text
	length    []uint8           // words in the name, at most 255
	whole     []uint64          // hash of the folded name
	seed      maphash.Seed
	published bitset
	level     map[unit.Level]bitset
	online    map[string]bitset
	field     map[string][]uint16
	agency    map[int32][]uint16
	scratch   sync.Pool
}

const gap = 0xFFFF // between name and field: nothing stands side by side across it

// Build makes an index of docs, which it sorts and keeps. At most 65,000 documents and as many distinct words.
func Build(docs []Doc) *Index {
	x := &Index{docs: docs, place: make(map[string]uint16, len(docs)), spelt: map[string]uint16{}, seed: maphash.MakeSeed(),
		level: map[unit.Level]bitset{}, online: map[string]bitset{}, field: map[string][]uint16{}, agency: map[int32][]uint16{}}
	keys, folded := make(map[string]key, len(docs)), folding{}
	for i := range docs {
		keys[docs[i].Code] = folded.fold(docs[i].Name)
	}
	slices.SortFunc(x.docs, func(a, b Doc) int {
		ka, kb := keys[a.Code], keys[b.Code]
		if c := strings.Compare(ka.text, kb.text); c != 0 {
			return c
		}
		if c := strings.Compare(ka.exact, kb.exact); c != 0 {
			return c
		}
		return strings.Compare(a.Code, b.Code)
	})
	fieldText, fieldExact := map[string][]string{}, map[string][]string{}
	words := map[string]bool{}
	for i := range x.docs {
		d := &x.docs[i]
		if _, known := fieldText[d.FieldName]; !known {
			k := folded.fold(d.FieldName)
			fieldText[d.FieldName], fieldExact[d.FieldName] = strings.Fields(k.text), strings.Fields(k.exact)
			for _, w := range fieldText[d.FieldName] {
				words[strings.Clone(w)] = true
			}
		}
		for w := range strings.FieldsSeq(keys[d.Code].text) {
			if !words[w] {
				words[strings.Clone(w)] = true
			}
		}
	}
	x.lex = newLexicon(words)
	for i := range x.docs {
		d := &x.docs[i]
		k := keys[d.Code]
		x.whole = append(x.whole, maphash.String(x.seed, k.text))
		x.add(uint16(i), strings.Fields(k.text), strings.Fields(k.exact), fieldText[d.FieldName], fieldExact[d.FieldName])
		x.file(uint16(i), d)
	}
	x.start = append(x.start, uint32(len(x.text)))
	x.lex.weigh(len(x.docs))
	x.text, x.forms = slices.Clip(x.text), slices.Clip(x.forms)
	for k, l := range x.lex.pairs {
		x.lex.pairs[k] = slices.Clone(l)
	}
	x.scratch.New = func() any { return newScratch(x) }
	return x
}

// add writes a document's words and their postings.
func (x *Index) add(doc uint16, name, nameExact, field, fieldExact []string) {
	x.start = append(x.start, uint32(len(x.text)))
	x.length = append(x.length, uint8(min(len(name), 255)))
	post := func(list []bitset, words, exact []string) {
		for i, w := range words {
			n := x.lex.number[w]
			if list[n] == nil {
				list[n] = newBitset(len(x.docs))
			}
			list[n].set(doc)
			f, ok := x.spelt[exact[i]]
			if !ok {
				f = uint16(len(x.spelt))
				x.spelt[strings.Clone(exact[i])] = f
			}
			x.text, x.forms = append(x.text, n), append(x.forms, f)
		}
	}
	begin := len(x.text)
	post(x.lex.names, name, nameExact)
	for i := begin + 1; i < len(x.text); i++ {
		k := pairKey(x.text[i-1], x.text[i])
		if l := x.lex.pairs[k]; len(l) == 0 || l[len(l)-1] != doc {
			x.lex.pairs[k] = append(l, doc)
		}
	}
	x.text, x.forms = append(x.text, gap), append(x.forms, gap)
	post(x.lex.fields, field, fieldExact)
}

// file notes a document under everything that a query may filter by.
func (x *Index) file(doc uint16, d *Doc) {
	x.place[d.Code] = doc
	n := len(x.docs)
	if d.Published {
		if x.published == nil {
			x.published = newBitset(n)
		}
		x.published.set(doc)
	}
	for _, l := range d.Levels {
		if x.level[l] == nil {
			x.level[l] = newBitset(n)
		}
		x.level[l].set(doc)
	}
	if x.online[d.Online] == nil {
		x.online[d.Online] = newBitset(n)
	}
	x.online[d.Online].set(doc)
	x.field[d.Field] = append(x.field[d.Field], doc)
	for _, a := range d.Agencies {
		x.agency[a] = append(x.agency[a], doc)
	}
}

// Len is the number of documents.
func (x *Index) Len() int { return len(x.docs) }

// Doc returns a document by code.
func (x *Index) Doc(code string) (*Doc, bool) {
	i, ok := x.place[code]
	if !ok {
		return nil, false
	}
	return &x.docs[i], true
}

// Search answers q. It never fails; the error is there for other Searchers.
func (x *Index) Search(_ context.Context, q Query) (Result, error) { return x.Find(q), nil }

// Bytes is the size of the index without the records' own strings being counted twice: arenas, postings, lexicon.
func (x *Index) Bytes() int {
	n := len(x.docs)*int(unsafe.Sizeof(Doc{})) + 2*len(x.text) + 2*len(x.forms) + 4*len(x.start) + len(x.length) + 8*len(x.whole)
	for i := range x.docs {
		d := &x.docs[i]
		n += len(d.Code) + len(d.Name) + 16*len(d.Levels) + 4*len(d.Agencies) + len(d.Rendered)
	}
	for i, w := range x.lex.words {
		n += 2*(len(w)+16) + 8*len(x.lex.names[i]) + 8*len(x.lex.fields[i]) + 48 + 4
	}
	for _, l := range x.lex.pairs {
		n += 2*cap(l) + 40
	}
	n += 8*len(x.lex.deletes) + 40*len(x.spelt) + 40*len(x.place)
	for _, l := range x.field {
		n += 2*cap(l) + 48
	}
	for _, l := range x.agency {
		n += 2*cap(l) + 48
	}
	return n
}

// Offers reports whether an agency offers anything.
func (x *Index) Offers(agency int32) bool { return len(x.agency[agency]) > 0 }
