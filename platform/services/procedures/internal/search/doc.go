// Package search finds procedures by name, code or field while the person is still typing: without accents, with a
// wrong letter, with a missing space. It is an inverted index in memory, rebuilt aside and swapped whole; nothing here
// knows SQL or HTTP.
//
// How a query is answered: every word of the query is a position, and every word of the lexicon that may stand for
// it (itself, a longer word when it is the last and still being typed, a neighbour by one edit) carries that position's
// bit. One pass over a name's words then gives, in a few machine words, which positions it meets and which of them
// stand side by side. Three stages, each only when the one before did not settle it: the words as written; the words with
// one edit each, a missing or surplus space, and words of the field; the names that meet most of the query's weight.
package search

import (
	"context"

	"egovctl/platform/kernel/unit"
)

// Doc is one procedure as the index knows it.
type Doc struct {
	Code        string
	Name        string
	Field       string
	FieldName   string
	Levels      []unit.Level
	Online      string // packaged.OnlineFull, OnlinePartial, OnlineInformation
	Published   bool
	FiledOnline bool
	Agencies    []int32 // who offers it
	Rendered    []byte  // the document as answers carry it, made once for each index by whoever answers; may be nil
}

// Query asks. Zero values do not filter.
type Query struct {
	Text      string
	Field     string     // code
	Agency    int32      // id
	Level     unit.Level // administrative
	Online    string     // full, partial, information
	Published bool       // only what the province announces
	Limit     int        // 1-100, 0 means 20
	Cursor    string     // Next of the page before
}

// Result is one page, best first.
type Result struct {
	Hits  []*Doc // shared with the index: read-only
	Total int    // how many there are on all pages
	Next  string // "" after the last page
}

// Searcher answers queries. The index is one; the benchmark puts PostgreSQL behind the same door.
type Searcher interface {
	Search(ctx context.Context, q Query) (Result, error)
}

// DefaultLimit and MaxLimit bound a page.
const (
	DefaultLimit = 20
	MaxLimit     = 100
)

// maxWords is how many words of a query count: positions are bits.
const maxWords = 64
