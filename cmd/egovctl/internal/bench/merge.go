package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"egovctl/cmd/egovctl/internal/trial"
)

// edits is how many procedures the province has changed before it is merged.
const edits = 500

// Every procedure says something else than the next release packages, and the province's own word stands in some of them.
const (
	older = `update procedures.procedure set base = jsonb_set(base, '{name}', to_jsonb((base ->> 'name') || ' (bản cũ)')),
		base_hash = sha256(convert_to(code, 'UTF8')), edit = null where not coalesce(base -> 'withdrawn' = 'true', false)`
	edited = `update procedures.procedure set edit = jsonb_set(base, '{field}', (select base -> 'field' from procedures.procedure where base ? 'field' order by code desc limit 1))
		where code in (select code from procedures.procedure where base ? 'field' order by code limit $1)`
	unmerged = `update platform.seed set digest = sha256('')`
)

// merging measures the step of an upgrade that merges: each procedure is another one in the release, and 500 are the
// province's as well. The time is the program's own, of the whole step.
func merging(ctx context.Context, b *bench) (rows []Row, err error) {
	next, err := trial.NextRelease()
	defer trial.End()
	if err != nil {
		return nil, err
	}
	t := &traveller{instance: b.instance("bench"), next: next}
	if err := t.settle(ctx, 0); err != nil {
		return nil, err
	}
	defer removeAfter(ctx, t.instance, &err)
	var sample []float64
	var procedures int64
	for range max(5, b.pairs/3) {
		if procedures, err = t.disagree(ctx); err != nil {
			return nil, err
		}
		took, err := t.merge(ctx)
		if err != nil {
			return nil, err
		}
		sample = append(sample, took)
	}
	return []Row{timed(fmt.Sprintf("merge of %d procedures, all changed, with %d local edits", procedures, edits), "ms", sample, &Limit{AtMost: 2000}).
		noted("the whole step, of every kind of record; longest: %s ms", number(longest(sample)))}, nil
}

// disagree makes an older release of the rows, and the province's edits in it. It tells how many procedures there are.
func (t *traveller) disagree(ctx context.Context) (int64, error) {
	conn, err := t.connect(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close(ctx) }()
	all, err := conn.Exec(ctx, older)
	if err != nil {
		return 0, err
	}
	some, err := conn.Exec(ctx, edited, edits)
	if err != nil {
		return 0, err
	}
	if some.RowsAffected() != edits {
		return 0, fmt.Errorf("%d procedures were edited, not %d", some.RowsAffected(), edits)
	}
	for _, sql := range []string{unmerged, "vacuum analyze procedures.procedure"} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return 0, err
		}
	}
	return all.RowsAffected(), nil
}

// merge goes to the next release and comes back; the answer is the milliseconds of the step that merges.
func (t *traveller) merge(ctx context.Context) (float64, error) {
	if _, err := t.command(ctx, "upgrade", t.next.Kit, "--root-fingerprint", t.next.Fingerprint, "--stage", "--root", t.root, "--yes"); err != nil {
		return 0, err
	}
	quiet()
	raw, failed := t.command(ctx, "upgrade", "commit", "--root", t.root, "--yes", "-o", "json")
	took, err := mergedIn(raw)
	if err != nil {
		return 0, errors.Join(err, failed) // that rows were changed behind its back is a finding, and it goes all the same
	}
	if _, err := t.command(ctx, "rollback", "--root", t.root, "--yes"); err != nil {
		return 0, err
	}
	return took, nil
}

// mergedIn reads the milliseconds of the merge from the events of an upgrade.
func mergedIn(events []byte) (float64, error) {
	lines := bufio.NewScanner(bytes.NewReader(events))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e struct {
			Event, Step, Change string
			MS                  float64
		}
		if json.Unmarshal(lines.Bytes(), &e) == nil && e.Event == "change_done" && e.Step == "merge" && e.Change == "rows" {
			return e.MS, nil
		}
	}
	return 0, errors.New("the upgrade merged nothing")
}
