package cluster

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"egovctl/platform/kernel/fault"
)

// Proof is what a passage leaves in the new data folder.
type Proof struct {
	From      string    `json:"from"` // versions, "15.18"
	To        string    `json:"to"`
	At        time.Time `json:"at"`
	Tables    int       `json:"tables"`
	Rows      int64     `json:"rows"`
	Reindexed []string  `json:"reindexed"` // databases whose order of letters is another one by now
	NextXID   string    `json:"next_xid"`  // the first transaction that is not the passage's own
}

// Stages is how many stages Carry tells.
const Stages = 7

// proofFile is its name.
const proofFile = "egov-passage.json"

// Carry copies the stopped cluster, proves the copy (its checksums, and that the old programs start on it), lets
// pg_upgrade make the new cluster of it, and proves that one: as many rows in every table and the same place of every
// sequence, indexes rebuilt whose collation has changed, statistics, amcheck over everything. Then Exchange may follow.
// say is told the number of each stage. Faults: conflict "postgres.runs", findings "pgupgrade.refused", "pgupgrade.counts"
// and "pgupgrade.failed".
func (p *Passage) Carry(ctx context.Context, at time.Time, say func(stage int64)) (Proof, error) {
	if pid, running := p.from.Running(); running {
		return Proof{}, fault.New(fault.Conflict, "postgres.runs", "path", p.from.o.Data, "pid", pid)
	}
	proof, err := p.carry(ctx, at, say)
	var told *fault.Error
	if err != nil && !errors.As(err, &told) {
		err = fault.Wrap(err, fault.Finding, "pgupgrade.failed", "why", reason(err), "log", p.log)
	}
	return proof, err
}

func (p *Passage) carry(ctx context.Context, at time.Time, say func(stage int64)) (Proof, error) {
	say(1) // the copy
	if _, err := p.from.runIn(ctx, "/", p.from.o.Binaries.Env(), "/bin/cp", "-a", "--reflink=auto", p.from.o.Data, p.copy.o.Data); err != nil {
		return Proof{}, err
	}
	say(2) // its proof
	if _, err := p.with(ctx, p.copy.o.Binaries, "pg_checksums", "--check", "-D", p.copy.o.Data); err != nil {
		return Proof{}, err
	}
	before, err := p.counted(ctx, p.copy)
	if err != nil {
		return Proof{}, err
	}
	say(3) // pg_upgrade
	if err := p.upgrade(ctx, p.copy, "--link"); err != nil {
		return Proof{}, err
	}
	if err := p.next.Start(ctx); err != nil {
		return Proof{}, err
	}
	proof := Proof{From: p.from.o.Binaries.Version, To: p.next.o.Binaries.Version, At: at, Tables: len(before)}
	if proof.Reindexed, err = p.settle(ctx, say); err != nil {
		return Proof{}, err
	}
	say(7)                               // the proof of the new one
	after, err := p.counted(ctx, p.next) // stops it as well
	if err != nil {
		return Proof{}, err
	}
	if differ := different(before, after); differ != "" {
		return Proof{}, fault.New(fault.Finding, "pgupgrade.counts", "where", differ)
	}
	for name, n := range after {
		if !strings.HasPrefix(name, sequencePrefix) {
			proof.Rows += n
		}
	}
	return proof, p.seal(ctx, proof)
}

// settle does on the new cluster what pg_upgrade leaves to do.
func (p *Passage) settle(ctx context.Context, say func(stage int64)) (reindexed []string, err error) {
	say(4) // indexes
	if err := p.next.updateExtensions(ctx, p.pass); err != nil {
		return nil, err
	}
	if reindexed, err = p.next.Recollate(ctx, p.pass, false); err != nil {
		return nil, err
	}
	say(5) // statistics
	if _, err := p.tool(ctx, "vacuumdb", "--port", strconv.Itoa(nextPort), "--all", "--analyze-in-stages"); err != nil {
		return nil, err
	}
	say(6) // structure
	return reindexed, p.amcheck(ctx)
}

// amcheck looks at every table and index. The extension that it needs goes again where it was not wanted before.
func (p *Passage) amcheck(ctx context.Context) error {
	without, err := p.next.lacking(ctx, p.pass, "amcheck")
	if err != nil {
		return err
	}
	if _, err := p.tool(ctx, "pg_amcheck", "--port", strconv.Itoa(nextPort), "--all", "--install-missing"); err != nil {
		return err
	}
	return p.next.inEach(ctx, p.pass, without, "drop extension amcheck")
}

// counted starts a cluster, counts, and stops it again.
func (p *Passage) counted(ctx context.Context, c *Cluster) (map[string]int64, error) {
	if err := c.Start(ctx); err != nil {
		return nil, err
	}
	n, err := c.Counts(ctx, p.pass)
	return n, errors.Join(err, c.Stop(ctx, Fast))
}

// different names the first tables or sequences that do not hold the same, at most three.
func different(before, after map[string]int64) string {
	var out []string
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		b, there := before[name]
		a, still := after[name]
		if len(out) < 3 && (a != b || there != still) {
			out = append(out, fmt.Sprintf("%s %d/%d", name, b, a))
		}
	}
	return strings.Join(out, ", ")
}

// seal writes the proof down and makes the new folder durable; the copy, whose files it took over, goes.
func (p *Passage) seal(ctx context.Context, proof Proof) (err error) {
	if proof.NextXID, err = p.next.nextXID(ctx); err != nil {
		return err
	}
	text, err := json.MarshalIndent(proof, "", "  ")
	if err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(p.next.o.Data, "pg_upgrade_output.d")); err != nil {
		return err
	}
	if err := p.next.write(filepath.Join(p.next.o.Data, proofFile), string(text)+"\n"); err != nil {
		return err
	}
	if err := p.copy.Discard(ctx); err != nil {
		return err
	}
	if err := os.RemoveAll(p.work); err != nil {
		return err
	}
	return p.next.sync(p.next.o.Data)
}

// Untouched reports whether nobody has written to a cluster since the passage that made it. The server is stopped for the
// answer to hold. fault.NotFound when no passage made it.
func (c *Cluster) Untouched(ctx context.Context) (bool, error) {
	text, err := os.ReadFile(filepath.Join(c.o.Data, proofFile))
	if err != nil {
		return false, fault.Wrap(err, fault.NotFound, "postgres.data.unreadable", "path", c.o.Data)
	}
	var proof Proof
	if err := json.Unmarshal(text, &proof); err != nil {
		return false, fault.Wrap(err, fault.Finding, "postgres.data.unreadable", "path", c.o.Data)
	}
	now, err := c.nextXID(ctx)
	return err == nil && now == proof.NextXID, err
}

// nextXID is the transaction that would come next, of a stopped cluster.
func (c *Cluster) nextXID(ctx context.Context) (string, error) {
	said, err := c.runIn(ctx, "/", c.o.Binaries.Env(), c.o.Binaries.Path("pg_controldata"), "-D", c.o.Data)
	if err != nil {
		return "", err
	}
	lines := bufio.NewScanner(strings.NewReader(said))
	for lines.Scan() {
		if _, xid, ok := strings.Cut(lines.Text(), "Latest checkpoint's NextXID:"); ok {
			return strings.TrimSpace(xid), nil
		}
	}
	return "", fmt.Errorf("pg_controldata names no NextXID: %s", said)
}

// Exchange lets two folders change places in one step: at no moment is there no data folder. Durable when it returns.
// Fault: finding "pgupgrade.exchange" where the file system cannot do that.
func Exchange(a, b string) error {
	err := unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
	if err == nil {
		var dir *os.File
		if dir, err = os.Open(filepath.Dir(a)); err == nil {
			err = errors.Join(dir.Sync(), dir.Close())
		}
	}
	if err != nil {
		return fault.Wrap(err, fault.Finding, "pgupgrade.exchange", "path", a, "why", err)
	}
	return nil
}
