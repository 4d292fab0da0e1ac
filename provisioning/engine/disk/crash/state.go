package crash

import (
	"fmt"
	"iter"
	"math/rand/v2"
)

// State is one way in which a cut may leave the disk.
type State struct {
	Disk *Disk  // a disk of its own, everything on it durable, recording anew
	At   int    // the cut came after this many operations
	Torn bool   // an append survived in part or as zeros
	Says string // for a failing test: what was lost
}

// Mark returns how many operations were recorded so far: a cut at At >= Mark() comes after everything that was
// promised until now.
func (d *Disk) Mark() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.log)
}

// exhaustive is the number of unsynced operations up to which every subset is tried (2^10 of them).
const exhaustive = 10

// States goes through every legal state after every prefix of the record: each unsynced operation kept or lost, in
// every combination up to 10 of them (beyond that every prefix, every single loss, every lone survivor and 200 subsets
// drawn with seed), and, all else kept, the last unsynced append to a file cut at every byte and zeroed from every byte
// (at every Stride-th byte when that is set).
func (d *Disk) States(seed uint64) iter.Seq[State] {
	return func(yield func(State) bool) {
		draw := rand.New(rand.NewPCG(seed, seed))
		for at := 0; at <= len(d.log); at++ {
			if at > 0 && at < len(d.log) && d.log[at-1].kind == opNode {
				continue // an inode without a name: the same state as before
			}
			if !d.cutAt(at, draw, yield) {
				return
			}
		}
	}
}

func (d *Disk) cutAt(at int, draw *rand.Rand, yield func(State) bool) bool {
	open := unsynced(d.log[:at])
	for keep := range subsets(len(open), draw) {
		lost := map[int]bool{}
		for i, k := range keep {
			if !k {
				lost[open[i]] = true
			}
		}
		if !yield(State{Disk: d.build(at, lost), At: at, Says: d.says(at, lost)}) {
			return false
		}
	}
	last := -1
	for _, i := range open {
		if d.log[i].kind == opData {
			last = i
		}
	}
	if last < 0 {
		return true
	}
	whole := d.build(at, map[int]bool{last: true})
	for n := 0; n < len(d.log[last].data); n += max(1, d.Stride) {
		cut := d.log[last].data[:n]
		zeroed := make([]byte, len(d.log[last].data))
		copy(zeroed, cut)
		for _, v := range []struct {
			data []byte
			how  string
		}{{cut, "cut"}, {zeroed, "zeroed"}} {
			o := d.log[last]
			o.data = v.data
			s := State{Disk: whole.with(o), At: at, Torn: true,
				Says: fmt.Sprintf("cut after operation %d of %d; append to %s %s at byte %d", at, len(d.log), o.path, v.how, n)}
			if !yield(s) {
				return false
			}
		}
	}
	return true
}

// unsynced lists the operations of log that no later sync made durable.
func unsynced(log []op) []int {
	flushed := -1
	synced := map[int]int{} // inode: index of its last sync
	for i, o := range log {
		switch o.kind {
		case opFlush:
			flushed = i
		case opSync:
			synced[o.node] = i
		}
	}
	safe := func(node, i int) bool { at, ok := synced[node]; return ok && at > i }
	var open []int
	for i, o := range log {
		if i <= flushed {
			continue
		}
		switch o.kind {
		case opData, opMode:
			if !safe(o.node, i) {
				open = append(open, i)
			}
		case opEntry:
			for _, m := range o.moves {
				if !safe(m.dir, i) {
					open = append(open, i)
					break
				}
			}
		}
	}
	return open
}

// build makes the disk on which the operations of log[:at] happened but for the lost ones.
func (d *Disk) build(at int, lost map[int]bool) *Disk {
	nodes := clone(d.start)
	for i, o := range d.log[:at] {
		switch {
		case o.kind == opNode:
			n := &node{mode: o.mode, target: o.link}
			if o.mode.IsDir() {
				n.names = map[string]int{}
			}
			nodes = append(nodes, n)
		case lost[i]:
		default:
			apply(nodes, o)
		}
	}
	return durable(nodes)
}

// with returns a copy of d on which o happened too.
func (d *Disk) with(o op) *Disk {
	nodes := clone(d.nodes)
	apply(nodes, o)
	return durable(nodes)
}

func durable(nodes []*node) *Disk {
	return &Disk{nodes: nodes, start: clone(nodes), locked: map[string]bool{}}
}

func (d *Disk) says(at int, lost map[int]bool) string {
	s := fmt.Sprintf("cut after operation %d of %d", at, len(d.log))
	for i := range d.log[:at] {
		if lost[i] {
			s += fmt.Sprintf("; lost %s of %s", [...]string{"node", "name", "bytes", "mode", "sync", "flush"}[d.log[i].kind], d.log[i].path)
		}
	}
	return s
}

// subsets yields which of n things are kept.
func subsets(n int, draw *rand.Rand) iter.Seq[[]bool] {
	return func(yield func([]bool) bool) {
		keep := make([]bool, n)
		if n <= exhaustive {
			for bits := 0; bits < 1<<n; bits++ {
				for i := range keep {
					keep[i] = bits>>i&1 == 1
				}
				if !yield(keep) {
					return
				}
			}
			return
		}
		fill := func(f func(i int) bool) bool {
			for i := range keep {
				keep[i] = f(i)
			}
			return yield(keep)
		}
		for k := 0; k <= n; k++ {
			if !fill(func(i int) bool { return i < k }) {
				return
			}
		}
		for k := 0; k < n; k++ {
			if !fill(func(i int) bool { return i != k }) || !fill(func(i int) bool { return i == k }) {
				return
			}
		}
		for range 200 {
			if !fill(func(int) bool { return draw.IntN(2) == 0 }) {
				return
			}
		}
	}
}

// Kill lets go of every lock, as the kernel does when a process is killed. What was written stays to be seen, and nothing
// more of it is durable than before.
func (d *Disk) Kill() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.locked)
}
