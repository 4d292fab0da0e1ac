package audit

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/binary"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

// Report tells what Verify saw. Rows after the last head are not covered yet: they are counted as Unsealed.
type Report struct {
	Rows     int64  // links recomputed
	Heads    int64  // heads checked
	Unsealed int64  // rows still without a link
	Last     Head   // newest head in the database
	Broken   *Break // the first thing that does not fit, nil when everything does
}

// Break is one thing that does not fit. Kind is edited, missing, link, inserted, head, signature, unsigned, truncated or
// rewritten; each is a message "audit.broken.<kind>".
type Break struct {
	Kind string
	Seq  int64 // link, 0 when the row has none
	Row  int64 // audit row, 0 when unknown
}

func (b *Break) Error() string { return "audit log broken: " + b.Kind }

// Verify recomputes the whole chain in one pass with constant memory, checks each head's signature against the key in
// publicKeyFile (public or private PEM), and compares with copies of heads that were kept outside the database. What
// does not fit is in Report.Broken and comes back as a finding as well. Other faults: "audit.key", "db.unreachable".
func Verify(ctx context.Context, pool *db.Pool, publicKeyFile string, copies ...Head) (Report, error) {
	key, err := ReadPublicKey(publicKeyFile)
	if err != nil {
		return Report{}, err
	}
	v := verifier{key: key, copies: copies, chain: newChain(0, nil)}
	err = pool.Read(ctx, who.Program("audit verify"), func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "set local statement_timeout = 0"); err != nil {
			return err
		}
		if err := v.checkCopies(); err != nil {
			return err
		}
		if err := v.walk(ctx, tx); err != nil {
			return err
		}
		return v.after(ctx, tx)
	})
	v.report.Broken = v.broken
	return v.report, err
}

type verifier struct {
	key    ed25519.PublicKey
	copies []Head
	chain  *chain
	report Report
	broken *Break
}

func (v *verifier) fail(kind string, seq, row int64) error {
	v.broken = &Break{Kind: kind, Seq: seq, Row: row}
	return fault.Wrap(v.broken, fault.Finding, "audit.broken."+kind, "seq", seq, "row", row)
}

// checkCopies: a copy that the instance's key did not sign proves nothing, and says that something is wrong.
func (v *verifier) checkCopies() error {
	for _, c := range v.copies {
		if !c.valid(v.key) {
			return v.fail("signature", c.LastSeq, 0)
		}
	}
	return nil
}

const walkSQL = `select ` + columns + `, l.seq, l.entry, l.hash, h.number, h.hash, h.sealed_at, h.key, h.signature
	from platform.audit_link l
	left join platform.audit a on a.id = l.entry
	left join platform.audit_head h on h.last_seq = l.seq
	order by l.seq`

// atLink is the column of l.seq in walkSQL.
const atLink = 3 + texts

// walk goes along the links. It reads the columns where they lie in the network buffer: four fifths of the time would
// otherwise go into copies.
func (v *verifier) walk(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, walkSQL, binaryFormat)
	if err != nil {
		return err
	}
	defer rows.Close()
	var r row
	for rows.Next() {
		raw := rows.RawValues()
		seq, entry := int64(binary.BigEndian.Uint64(raw[atLink])), int64(binary.BigEndian.Uint64(raw[atLink+1]))
		if seq != v.chain.seq+1 {
			return v.fail("link", v.chain.seq+1, 0)
		}
		if raw[0] == nil {
			return v.fail("missing", seq, entry)
		}
		if err := r.decode(raw); err != nil {
			return err
		}
		if !bytes.Equal(v.chain.add(&r), raw[atLink+2]) {
			return v.fail("edited", seq, entry)
		}
		v.report.Rows++
		if raw[atLink+3] == nil {
			continue
		}
		h := Head{LastSeq: seq}
		skip := make([]any, atLink+3)
		if err := rows.Scan(append(skip, &h.Number, &h.Hash, &h.SealedAt, &h.Key, &h.Signature)...); err != nil {
			return err
		}
		if err := v.head(h); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (v *verifier) head(h Head) error {
	switch {
	case h.Number != v.report.Last.Number+1, !bytes.Equal(h.Hash, v.chain.last[:]):
		return v.fail("head", h.LastSeq, 0)
	case !h.valid(v.key):
		return v.fail("signature", h.LastSeq, 0)
	}
	for _, c := range v.copies {
		if c.Number == h.Number && (c.LastSeq != h.LastSeq || !bytes.Equal(c.Hash, h.Hash)) {
			return v.fail("rewritten", c.LastSeq, 0)
		}
	}
	v.report.Heads++
	v.report.Last = h
	return nil
}

// after looks for what the walk along the links cannot see: an end that is missing, and rows without a link.
func (v *verifier) after(ctx context.Context, tx pgx.Tx) error {
	if v.report.Rows > v.report.Last.LastSeq {
		return v.fail("unsigned", v.report.Last.LastSeq+1, 0)
	}
	var beyond int64
	if err := tx.QueryRow(ctx, `select coalesce(max(last_seq), 0) from platform.audit_head`).Scan(&beyond); err != nil {
		return err
	}
	for _, c := range v.copies {
		if c.Number > v.report.Last.Number {
			beyond = max(beyond, c.LastSeq)
		}
	}
	if beyond > v.report.Rows {
		return v.fail("truncated", beyond, 0)
	}
	var inserted int64
	err := tx.QueryRow(ctx, `select count(*), coalesce(min(a.id) filter (where a.xact < h.horizon and h.cluster = s.system_identifier), 0)
		from platform.audit a cross join pg_control_system() s
		left join (select horizon, cluster from platform.audit_head order by number desc limit 1) h on true
		where not exists (select from platform.audit_link l where l.entry = a.id)`).Scan(&v.report.Unsealed, &inserted)
	if err == nil && inserted != 0 {
		return v.fail("inserted", 0, inserted)
	}
	return err
}
