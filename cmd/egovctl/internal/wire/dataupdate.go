package wire

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/packaged"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/kit"
	"egovctl/provisioning/lineage"
	"egovctl/provisioning/steps/merge"
)

// stateData is the key of platform.state under which the newest data update is noted, in the transaction that merges it.
const stateData = "data.applied"

// applied is the newest data update, of which a later release must know.
type applied struct {
	Version string    `json:"version"`
	Date    time.Time `json:"date"`   // of its source
	Fits    string    `json:"fits"`   // the releases that read it, as a range
	Digest  string    `json:"digest"` // of the rows, as packaged.Set has it
}

// applied reads the note; ok is false where there is none, or nobody to ask.
func (d *Data) applied(ctx context.Context) (a applied, ok bool, err error) {
	if up, err := d.Running(); err != nil || !up {
		return a, false, err
	}
	var raw string
	err = d.Read(ctx, func(ctx context.Context, tx pgx.Tx, _ *platform.Offices) error {
		return tx.QueryRow(ctx, `select value #>> '{}' from platform.state where key = $1`, stateData).Scan(&raw)
	})
	if fault.Is(err, fault.NotFound) {
		return a, false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(raw), &a)
	}
	return a, err == nil, err
}

// NewDataUpdate is the move from the packaged data that are there to those of a data kit; newer is false when they are there
// already. Fault: refused "upgrade.other" while an upgrade was begun and is not done.
func (e *Env) NewDataUpdate(ctx context.Context, site instance.Site, k *Kit) (m *Move, newer bool, err error) {
	runs, err := e.history()
	if err != nil {
		return nil, false, err
	}
	if _, other, ok := lineage.Under(runs, lineage.Upgrade); ok {
		return nil, false, fault.New(fault.Refused, "upgrade.other", "version", other)
	}
	content, err := k.Release().Content()
	if err != nil {
		return nil, false, err
	}
	templates, err := fs.Sub(content, "templates")
	if err != nil {
		return nil, false, fault.Wrap(err, fault.Internal, "internal")
	}
	m = &Move{Operation: lineage.Data, To: k.Manifest().Version, env: e}
	if m.in, err = NewInstallation(ctx, e, site, InstallOptions{}); err != nil {
		return nil, false, err
	}
	was, _, err := m.in.data.applied(ctx)
	if err != nil {
		m.Close()
		return nil, false, err
	}
	m.From = cmp.Or(was.Version, site.Version) // without an update yet they are those of the release
	m.in.set = sync.OnceValues(func() (*packaged.Set, error) { return packaged.Load(templates, site.Answers.Province.Profile) })
	m.tally = &tally{in: m.in}
	m.in.Parts.Tally, m.in.Parts.Merge = m.tally, m.in.update(k.Manifest())
	return m, m.From != m.To, nil
}

// update is the merge of a data kit's rows, with the note of it.
func (in *Installation) update(of kit.Manifest) merge.Work {
	work := in.Merge(of.Version)
	into, noted, noteFiles := work.Into, work.Noted, work.Note
	put := func(ctx context.Context, tx pgx.Tx) error {
		set, err := in.set()
		if err != nil {
			return err
		}
		raw, err := json.Marshal(applied{Version: of.Version, Date: of.Date, Fits: of.Fits, Digest: set.Digest})
		if err != nil {
			return fault.Wrap(err, fault.Internal, "internal")
		}
		return note(ctx, tx, stateData, string(raw))
	}
	work.Into = func(ctx context.Context, tx pgx.Tx) error {
		if err := into(ctx, tx); err != nil {
			return err
		}
		return put(ctx, tx)
	}
	// An update with the very rows that are there merges nothing, and is noted all the same: else each run would begin it again.
	work.Noted = func(ctx context.Context, tx pgx.Tx) (bool, error) {
		var there bool
		err := tx.QueryRow(ctx, `select exists (select from platform.state where key = $1 and (value #>> '{}')::jsonb ->> 'version' = $2)`, stateData, of.Version).Scan(&there)
		if err != nil || !there {
			return false, err
		}
		return noted(ctx, tx)
	}
	work.Note = func(ctx context.Context, tx pgx.Tx) error {
		if err := noteFiles(ctx, tx); err != nil {
			return err
		}
		return put(ctx, tx)
	}
	return work
}

// forward is the merge of a release: rows go forward only, so where newer data were brought already they stay. Fault of its
// digest: refused "upgrade.data_newer" when the release does not read those.
func (in *Installation) forward() merge.Work {
	work := in.Merge(in.Parts.Site.Version)
	own := work.Digest
	work.Digest = func() ([]byte, error) {
		date, err := in.env.sourceDate()
		if err != nil {
			return nil, err
		}
		have, newer, err := in.data.newer(context.Background(), in.Parts.Site.Version, date)
		if err != nil {
			return nil, err
		}
		if !newer {
			return own()
		}
		return hex.DecodeString(have.Digest)
	}
	return work
}

// newer reports whether a data update is newer than a release of this date. Fault: refused "upgrade.data_newer" when it is, and
// the release does not read it.
func (d *Data) newer(ctx context.Context, release string, date time.Time) (applied, bool, error) {
	have, ok, err := d.applied(ctx)
	if err != nil || !ok || !have.Date.After(date) {
		return have, false, err
	}
	v, err := kit.ParseVersion(release)
	if err != nil || !kit.Range(have.Fits).Has(v) {
		return have, true, fault.Wrap(err, fault.Refused, "upgrade.data_newer", "version", release, "data", have.Version)
	}
	return have, true, nil
}
