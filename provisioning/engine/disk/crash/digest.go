package crash

import (
	"hash/fnv"
	"strconv"
)

// Digest tells two disks apart by what can be seen on them: names, modes, contents and links, not how they came to be.
func (d *Disk) Digest() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.digest(root, "")
}

// digest sums over the names of a folder, so that their order does not count.
func (d *Disk) digest(i int, path string) uint64 {
	n, h := d.nodes[i], fnv.New64a()
	_, _ = h.Write([]byte(path + "\x00" + strconv.FormatUint(uint64(n.mode), 8) + "\x00" + n.target + "\x00")) // a hash takes everything
	_, _ = h.Write(n.data)
	sum := h.Sum64()
	for name, c := range n.names {
		sum += d.digest(c, path+"/"+name)
	}
	return sum
}
