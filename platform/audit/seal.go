package audit

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

// batch is how many rows one transaction seals.
const batch = 5000

// sealLock keeps sealers of several nodes apart ("egovseal").
const sealLock int64 = 0x65676f767365616c

// Sealer binds committed rows into the chain.
type Sealer struct {
	pool     *db.Pool
	key      ed25519.PrivateKey
	headFile string
	clock    clock.Clock
}

// NewSealer reads the signing key. headFile, outside the database, takes the newest head; "" for none (tests).
// Fault: finding "audit.key".
func NewSealer(pool *db.Pool, keyFile, headFile string, now clock.Clock) (*Sealer, error) {
	key, err := ReadKey(keyFile)
	if err != nil {
		return nil, err
	}
	return &Sealer{pool: pool, key: key, headFile: headFile, clock: now}, nil
}

// Seal binds every row that is certain to have no earlier companion still to come, and returns how many it bound. While
// another node seals it does nothing. The head file is written after the commit; should a cut come between, the next
// Seal writes it.
//
// Which rows are certain: each carries the id of its transaction. A transaction below pg_snapshot_xmin has ended, so its
// rows are all to be seen now or never; those of a later one wait for the next time, even if their row ids are lower.
// Every batch records that horizon, and the next one looks from there on. Rows that came out of a dump carry ids of
// another server's transactions: when the server is not the one of the last head, every row without a link is looked at,
// and ids of its future count as ended, since no running transaction can have them.
func (s *Sealer) Seal(ctx context.Context) (int, error) {
	total, from := 0, start
	for {
		n, head, last, err := s.sealBatch(ctx, from)
		if err != nil {
			return total, err
		}
		total += n
		switch {
		case n == batch:
			from = last
			continue
		case from != start:
			from = start // what came below while we went up
			continue
		case head.Number == 0 || s.headFile == "":
			return total, nil
		}
		return total, s.publish(head)
	}
}

// start is the transaction id below all others.
const start = "0"

// publish writes the head file unless it is there already.
func (s *Sealer) publish(head Head) error {
	have, err := ReadHead(s.headFile)
	if err == nil && have.Number >= head.Number {
		return nil // a newer one means that the database went back: Verify's to tell, not ours to cover up
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return writeHead(s.headFile, head)
}

// binaryFormat asks for every column as row.decode reads it.
var binaryFormat = pgx.QueryResultFormats{pgx.BinaryFormatCode}

// place is where the chain stands.
type place struct {
	head    Head
	horizon string // xid8 as text
	foreign bool   // the last head was sealed on another server
	more    bool   // and old rows may be left: the next look begins as on a foreign server again
}

// walking is for the planner, which cannot know how few rows lie past the horizon and would read the whole chain to find
// those without a link. Walking the index from the horizon on, and looking each row up, costs the same with ten million rows.
const walking = `set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_seqscan = off; set local enable_bitmapscan = off`

// sealBatch seals up to batch rows. from matters on a foreign server only, where no horizon is known: transaction ids
// below it were looked at a moment ago.
func (s *Sealer) sealBatch(ctx context.Context, from string) (n int, head Head, last string, err error) {
	err = s.pool.Tx(ctx, who.Program("seal"), func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, walking+`; set local statement_timeout = 0`); err != nil {
			return err
		}
		var mine bool
		if err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock($1)`, sealLock).Scan(&mine); err != nil || !mine {
			return err
		}
		at, err := readPlace(ctx, tx)
		if err != nil {
			return err
		}
		head = at.head
		if at.foreign {
			at.horizon = from
		}
		rows, horizon, err := unsealed(ctx, tx, at)
		if err != nil || len(rows) == 0 {
			return err
		}
		n, last = len(rows), horizon
		at.more = at.foreign && (n == batch || from != start)
		head, err = s.bind(ctx, tx, at, rows, horizon)
		return err
	})
	return n, head, last, err
}

func readPlace(ctx context.Context, tx pgx.Tx) (place, error) {
	at := place{horizon: start}
	h := &at.head
	err := tx.QueryRow(ctx, `select number, last_seq, hash, sealed_at, key, signature, horizon::text,
		cluster <> (select system_identifier from pg_control_system())
		from platform.audit_head order by number desc limit 1`).
		Scan(&h.Number, &h.LastSeq, &h.Hash, &h.SealedAt, &h.Key, &h.Signature, &at.horizon, &at.foreign)
	if errors.Is(err, pgx.ErrNoRows) {
		at.foreign, err = true, nil
	}
	return at, err
}

// unsealed lists the next rows to bind, in the order of their transactions, and the horizon below which none is then left.
func unsealed(ctx context.Context, tx pgx.Tx, at place) ([]row, string, error) {
	certain := `a.xact >= $1::text::xid8 and a.xact < pg_snapshot_xmin(pg_current_snapshot())`
	if at.foreign {
		certain = `a.xact >= $1::text::xid8
			and (a.xact < pg_snapshot_xmin(pg_current_snapshot()) or a.xact >= pg_snapshot_xmax(pg_current_snapshot()))`
	}
	rows, err := tx.Query(ctx, `select `+columns+`, a.xact::text, pg_snapshot_xmin(pg_current_snapshot())::text
		from platform.audit a where `+certain+` and not exists (select from platform.audit_link l where l.entry = a.id)
		order by a.xact, a.id limit `+strconv.Itoa(batch), binaryFormat, at.horizon)
	if err != nil {
		return nil, "", err
	}
	var last, xmin string
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (row, error) {
		var x row
		v := r.RawValues()
		last, xmin = string(v[3+texts]), string(v[4+texts]) // casts to text, the same in either format
		err := x.decode(v)
		return x.clone(), err
	})
	if len(out) == batch {
		return out, last, err
	}
	return out, xmin, err
}

// bind adds a link for each row and the head over them.
func (s *Sealer) bind(ctx context.Context, tx pgx.Tx, at place, rows []row, horizon string) (Head, error) {
	c := newChain(at.head.LastSeq, at.head.Hash)
	seqs, entries, hashes := make([]int64, len(rows)), make([]int64, len(rows)), make([][]byte, len(rows))
	for i := range rows {
		hashes[i] = bytes.Clone(c.add(&rows[i]))
		seqs[i], entries[i] = c.seq, rows[i].id
	}
	// not COPY: PostgreSQL has none into a table with row-level security
	_, err := tx.Exec(ctx, `insert into platform.audit_link (seq, entry, hash)
		select * from unnest($1::bigint[], $2::bigint[], $3::bytea[])`, seqs, entries, hashes)
	if err != nil {
		return Head{}, err
	}
	head := Head{Number: at.head.Number + 1, LastSeq: c.seq, Hash: bytes.Clone(c.last[:]),
		SealedAt: s.clock.Now().Truncate(time.Microsecond)}.signed(s.key)
	// a server restored from a dump is another one until all of its old rows are bound
	_, err = tx.Exec(ctx, `insert into platform.audit_head (number, last_seq, hash, horizon, cluster, sealed_at, key, signature)
		select $1, $2, $3, case when $8 then '0'::xid8 else $4::text::xid8 end,
		       case when $8 then 0 else system_identifier end, $5, $6, $7 from pg_control_system()`,
		head.Number, head.LastSeq, head.Hash, horizon, head.SealedAt, head.Key, head.Signature, at.more)
	return head, err
}
