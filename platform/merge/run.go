package merge

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/threeway"
	"egovctl/platform/kernel/who"
	"egovctl/platform/packaged"
)

// Report counts what a merge did to one service.
type Report struct {
	Service   string `json:"service"`
	Added     int    `json:"added"`     // packaged records that are new
	Changed   int    `json:"changed"`   // packaged records that say something else
	Withdrawn int    `json:"withdrawn"` // no longer packaged, and untouched by the province
	Kept      int    `json:"kept"`      // of those, rows in which something of the province's stands
	Conflicts int    `json:"conflicts"`
}

// found is a conflict of one row.
type found struct {
	key string
	threeway.Conflict
}

// Run merges what a release packages into the rows of an office, in the caller's transaction, and leaves one line in the
// audit log and one for its conflicts. Rows that somebody writes at the same moment make a transaction of repeatable read
// fail, and the caller tries again. Rows that say what is packaged already are left alone.
func Run(ctx context.Context, tx pgx.Tx, by who.Principal, o Office, set *packaged.Set, release string) (Report, error) {
	report := Report{Service: o.Service}
	for _, k := range o.Kinds {
		if err := k.run(ctx, tx, o.Service, set, release, &report); err != nil {
			return report, fmt.Errorf("merge %s.%s: %w", o.Service, k.Name, err)
		}
	}
	if o.After != nil {
		if err := o.After(ctx, tx, set); err != nil {
			return report, fmt.Errorf("merge %s: %w", o.Service, err)
		}
	}
	err := audit.Write(ctx, tx, by, audit.Act{Service: o.Service, Action: "packaged.merge", Object: release, Detail: map[string]any{
		"added": report.Added, "changed": report.Changed, "withdrawn": report.Withdrawn, "kept": report.Kept}})
	if err == nil && report.Conflicts > 0 {
		err = audit.Write(ctx, tx, by, audit.Act{Service: o.Service, Action: "packaged.conflict", Object: release,
			Detail: map[string]any{"conflicts": report.Conflicts}})
	}
	return report, err
}

func (k Kind) run(ctx context.Context, tx pgx.Tx, service string, set *packaged.Set, release string, report *Report) error {
	rows, err := k.rows(ctx, tx)
	if err != nil {
		return err
	}
	records, err := k.Packaged(set)
	if err != nil {
		return err
	}
	var changes []Change
	var conflicts []found
	before := maps.Clone(rows)
	note := func(r row, theirs *Record) error {
		c, told, needed, err := k.settle(r, theirs)
		if err != nil || !needed {
			return err
		}
		changes = append(changes, c)
		for _, x := range told {
			conflicts = append(conflicts, found{r.key, x})
		}
		report.count(c, r)
		return nil
	}
	for i, t := range records {
		r, there := rows[t.Key]
		r.key, r.there = t.Key, there
		delete(rows, t.Key)
		if err := note(r, &records[i]); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		r := rows[key]
		r.there = true
		if err := note(r, nil); err != nil {
			return err
		}
	}
	if k.Sole != nil {
		clashes, err := k.Sole.settle(ctx, tx, before, changes)
		if err != nil {
			return err
		}
		conflicts = append(conflicts, clashes...)
	}
	report.Conflicts += len(conflicts)
	places, err := k.named(ctx, tx, conflicts)
	if err != nil {
		return err
	}
	if err := store(ctx, tx, service, release, places); err != nil {
		return err
	}
	return k.Write(ctx, tx, Changes{All: changes})
}

func (r *Report) count(c Change, was row) {
	switch {
	case c.New:
		r.Added++
	case c.Gone:
		r.Withdrawn++
	default:
		r.Changed++
	}
	if was.edit != nil {
		r.Kept++
	}
}

// settle decides about one row; theirs is nil when the release packages it no more. needed is false when the row says
// already what it should.
func (k Kind) settle(r row, theirs *Record) (c Change, told []threeway.Conflict, needed bool, err error) {
	c = Change{Key: r.key, New: !r.there, Moved: true}
	switch {
	case theirs == nil && (r.base == nil || r.withdrawn && r.edit == nil):
		return c, nil, false, nil
	case theirs != nil && r.base != nil && bytes.Equal(r.print, theirs.Print):
		return c, nil, false, nil
	case theirs == nil && r.edit == nil:
		c.Gone, c.Visible = true, true
		return c, nil, true, nil
	}
	if theirs != nil {
		c.Base, c.Print = theirs.JSON, theirs.Print
	}
	if r.edit == nil {
		c.Visible = r.there
		return c, nil, true, nil
	}
	var base, edit, news any
	for _, part := range []struct {
		raw []byte
		to  *any
	}{{r.base, &base}, {r.edit, &edit}, {c.Base, &news}} {
		if *part.to, err = threeway.Decode(part.raw); err != nil {
			return c, nil, false, fmt.Errorf("read %s: %w", r.key, err)
		}
	}
	merged, told := k.merged(base, edit, news)
	if c.Edit, err = k.edit(merged, news, r.edit); err != nil {
		return c, nil, false, err
	}
	c.Visible = !threeway.Equal(merged, edit)
	return c, told, true, nil
}

// merged is the record that holds from now on. What the province deleted or a release packages no more stays as the
// province left it; so does a record that would not be right when its fields are mixed, as one conflict.
func (k Kind) merged(base, edit, news any) (any, []threeway.Conflict) {
	ours := edit
	if withdrawn(edit) {
		ours = nil
	}
	old := base
	if withdrawn(base) {
		old = nil
	}
	merged, told := threeway.Record(k.Shape, old, ours, news)
	if ours == nil {
		return edit, told
	}
	if merged == nil { // the same as the packaged record was, and packaged no more
		return edit, nil
	}
	raw, err := json.Marshal(merged)
	if k.Check != nil && !threeway.Equal(merged, edit) && (err != nil || k.Check(raw) != nil) {
		return edit, []threeway.Conflict{{Base: base, Ours: edit, Theirs: news}}
	}
	return merged, told
}

func withdrawn(record any) bool {
	o, _ := record.(map[string]any)
	return o["withdrawn"] == true
}

// edit is what is stored as the province's record: nothing when it says what is packaged.
func (k Kind) edit(merged, news any, was []byte) ([]byte, error) {
	if news != nil && threeway.Equal(merged, news) {
		return nil, nil
	}
	raw, err := json.Marshal(merged)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "internal")
	}
	if string(raw) == "null" {
		return was, nil
	}
	return raw, nil
}
