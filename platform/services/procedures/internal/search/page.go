package search

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// page takes from s.hits the best that come after the cursor.
func (x *Index) page(s *scratch, q Query) Result {
	after, resume := x.resume(q.Cursor)
	best := make([]hit, 0, q.Limit+2)
	for _, h := range s.hits {
		if resume && !before(after, h) || len(best) > q.Limit && !before(h, best[q.Limit]) {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, h, func(a, b hit) int {
			if before(a, b) {
				return -1
			}
			return 1
		})
		best = slices.Insert(best, at, h)
		if len(best) > q.Limit+1 {
			best = best[:q.Limit+1]
		}
	}
	r := Result{Total: len(s.hits) + s.more}
	if len(best) > q.Limit {
		best = best[:q.Limit]
		last := best[q.Limit-1]
		r.Next = fmt.Sprintf("%d_%s", last.rank, x.docs[last.doc].Code)
	}
	r.Hits = make([]*Doc, len(best))
	for i, h := range best {
		r.Hits[i] = &x.docs[h.doc]
	}
	return r
}

// before is the order of results: the better rank, then the alphabet.
func before(a, b hit) bool {
	if a.rank != b.rank {
		return a.rank > b.rank
	}
	return a.doc < b.doc
}

// resume reads a cursor. It outlives a swap of the index: a code that is gone lets its equals come again rather than be
// passed over.
func (x *Index) resume(cursor string) (hit, bool) {
	rank, code, ok := strings.Cut(cursor, "_")
	n, err := strconv.ParseInt(rank, 10, 32)
	if !ok || err != nil {
		return hit{}, false
	}
	if doc, known := x.place[code]; known {
		return hit{rank: int32(n), doc: doc}, true
	}
	return hit{rank: int32(n) + 1, doc: gap}, true
}

// ValidCursor reports whether s is empty or was made by a page of results.
func ValidCursor(s string) bool {
	if s == "" {
		return true
	}
	rank, code, ok := strings.Cut(s, "_")
	_, err := strconv.ParseInt(rank, 10, 32)
	return ok && err == nil && len(code) > 0 && len(code) <= 32 && strings.Trim(code, "0123456789.") == ""
}
