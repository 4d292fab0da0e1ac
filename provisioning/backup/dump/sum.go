package dump

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
)

// Table is what one table holds.
type Table struct {
	Name   string `json:"name"` // "schema.table", unquoted
	Rows   int64  `json:"rows"`
	Digest string `json:"digest"` // of the rows in any order, hex
}

// end is the line that closes the rows in a dump.
const end = `\.`

// Sum adds up rows as COPY writes them: one line each. The digest is the sum of the rows' SHA-256 in four lanes of 64 bits,
// so the order of the rows, which a restored table need not keep, does not count. A row may be of any length and is never
// held whole. The zero value is ready.
type Sum struct {
	rows  int64
	lanes [4]uint64
	part  hash.Hash // of a line that has begun
	open  bool
	tail  []byte // the first bytes of that line, to know the closing one
	done  bool
}

// Write takes the next bytes of the rows.
func (s *Sum) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 && !s.done {
		at := bytes.IndexByte(p, '\n')
		if at < 0 {
			s.begin(p)
			break
		}
		if s.open {
			s.begin(p[:at])
			s.finish()
		} else {
			s.line(p[:at])
		}
		p = p[at+1:]
	}
	return n, nil
}

func (s *Sum) line(l []byte) {
	if string(l) == end {
		s.done = true
		return
	}
	s.add(sha256.Sum256(l))
}

func (s *Sum) begin(p []byte) {
	if s.part == nil {
		s.part = sha256.New()
	}
	s.open = true
	s.tail = append(s.tail, p[:min(len(p), len(end)+1-len(s.tail))]...)
	_, _ = s.part.Write(p) // a hash takes everything
}

func (s *Sum) finish() {
	if string(s.tail) == end {
		s.done = true
		return
	}
	var sum [sha256.Size]byte
	s.part.Sum(sum[:0])
	s.add(sum)
	s.part.Reset()
	s.open, s.tail = false, s.tail[:0]
}

func (s *Sum) add(sum [sha256.Size]byte) {
	s.rows++
	for i := range s.lanes {
		s.lanes[i] += binary.BigEndian.Uint64(sum[8*i:])
	}
}

// Table is the result under a name.
func (s *Sum) Table(name string) Table {
	var raw [sha256.Size]byte
	for i, v := range s.lanes {
		binary.BigEndian.PutUint64(raw[8*i:], v)
	}
	return Table{Name: name, Rows: s.rows, Digest: hex.EncodeToString(raw[:])}
}
