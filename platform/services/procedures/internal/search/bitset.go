package search

import "math/bits"

// bitset is a set of documents.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) set(i uint16) { b[i>>6] |= 1 << (i & 63) }

func (b bitset) clear() { clear(b) }

func (b bitset) addAll(list []uint16) {
	for _, i := range list {
		b.set(i)
	}
}

// add puts o's members into b.
func (b bitset) add(o bitset) {
	for i := range o {
		b[i] |= o[i]
	}
}

// and keeps what is in o too and reports whether anything is left. A nil o is empty.
func (b bitset) and(o bitset) bool {
	if o == nil {
		b.clear()
		return false
	}
	var any uint64
	for i := range b {
		b[i] &= o[i]
		any |= b[i]
	}
	return any != 0
}

// fill makes b the first n documents.
func (b bitset) fill(n int) {
	for i := range b {
		b[i] = ^uint64(0)
	}
	if r := n & 63; r != 0 && len(b) > 0 {
		b[len(b)-1] = 1<<r - 1
	}
}

func (b bitset) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// each calls yield for every member, ascending.
func (b bitset) each(yield func(uint16)) {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			yield(uint16(i<<6 + bits.TrailingZeros64(w)))
		}
	}
}
