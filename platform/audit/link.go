package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"time"
)

// row is an audit row as the chain sees it.
type row struct {
	id      int64
	at      time.Time
	kind    string
	account string
	login   string
	service string
	action  string
	object  string
	agency  int32
	detail  string // as PostgreSQL writes jsonb
}

const columns = `a.id, a.at, a.kind, a.account, a.login, a.service, a.action, a.object, coalesce(a.agency_id, 0), a.detail::text`

func (r *row) targets() []any {
	return []any{&r.id, &r.at, &r.kind, &r.account, &r.login, &r.service, &r.action, &r.object, &r.agency, &r.detail}
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
	b = binary.BigEndian.AppendUint64(b, uint64(r.at.UnixMicro()))
	b = binary.BigEndian.AppendUint32(b, uint32(r.agency))
	for _, s := range []string{r.kind, r.account, r.login, r.service, r.action, r.object, r.detail} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	c.buf = b
	c.h.Reset()
	c.h.Write(b)
	c.h.Sum(c.last[:0])
	return c.last[:]
}
