package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
)

// texts are the text columns of a row, in the order in which the chain reads them; detail is as PostgreSQL writes jsonb.
const texts = 7

// row is an audit row as the chain sees it.
type row struct {
	id     int64
	at     int64 // microseconds since 2000, as PostgreSQL counts
	agency int32 // 0 for none
	text   [texts][]byte
}

const columns = `a.id, a.at, coalesce(a.agency_id, 0), a.kind, a.account, a.login, a.service, a.action, a.object, a.detail::text`

// decode reads the columns in PostgreSQL's binary format. The texts stay where they are, so the row is good until the
// next one is fetched.
func (r *row) decode(v [][]byte) error {
	if len(v[0]) != 8 || len(v[1]) != 8 || len(v[2]) != 4 {
		return errors.New("decode audit row: not in binary format")
	}
	r.id = int64(binary.BigEndian.Uint64(v[0]))
	r.at = int64(binary.BigEndian.Uint64(v[1]))
	r.agency = int32(binary.BigEndian.Uint32(v[2]))
	copy(r.text[:], v[3:3+texts])
	return nil
}

// clone gives the texts a place of their own.
func (r row) clone() row {
	for i := range r.text {
		r.text[i] = bytes.Clone(r.text[i])
	}
	return r
}

// chain computes links. A link's hash covers the link before it, its own number and every field of its row, each
// text with its length before it, so that no two rows have the same bytes.
type chain struct {
	seq  int64
	last [sha256.Size]byte
	h    hash.Hash
	buf  []byte
}

func newChain(seq int64, last []byte) *chain {
	c := &chain{seq: seq, h: sha256.New()}
	copy(c.last[:], last)
	return c
}

func (c *chain) add(r *row) []byte {
	c.seq++
	b := append(c.buf[:0], c.last[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(c.seq))
	b = binary.BigEndian.AppendUint64(b, uint64(r.id))
	b = binary.BigEndian.AppendUint64(b, uint64(r.at))
	b = binary.BigEndian.AppendUint32(b, uint32(r.agency))
	for _, s := range r.text {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	c.buf = b
	c.h.Reset()
	c.h.Write(b)
	c.h.Sum(c.last[:0])
	return c.last[:]
}
