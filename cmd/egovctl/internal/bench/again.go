package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
)

// again measures a second installation: nothing is to be done, and nothing may be touched.
func again(ctx context.Context, b *bench) (rows []Row, err error) {
	in := b.instance("bench")
	if _, err := in.install(ctx, 0); err != nil {
		return nil, err
	}
	defer removeAfter(ctx, in, &err)
	var sample []float64
	for range b.pairs {
		took, err := in.install(ctx, 0)
		if err != nil {
			return nil, err
		}
		if in.result.Changes != 0 {
			return nil, fmt.Errorf("the second installation made %d changes", in.result.Changes)
		}
		sample = append(sample, took.Seconds()*1000)
	}
	rows = append(rows, timed("second install", "ms", sample, &Limit{AtMost: 1000}))
	got, err := traced(ctx, b, strings.Join([]string{syncCalls, changeCalls, writeCalls}, ","), nil, append([]string{in.binary}, in.args(0)...)...)
	if err != nil {
		return append(rows, missing("second install: fsyncs, bytes written", err)), nil
	}
	left := footprint(got, in.root)
	rows = append(rows, counted("second install: fsyncs", "", float64(left.syncs), &Limit{Count: true}),
		counted("second install: bytes written below ROOT", "", float64(left.bytes), &Limit{Count: true}).noted("%s", left),
		counted("second install: files made, renamed, removed", "", float64(left.changes), &Limit{Count: true}))
	log, err := in.logged(ctx, func() error { _, err := in.install(ctx, 0); return err })
	if err != nil {
		return rows, err
	}
	return append(rows, counted("second install: statements", "", float64(log.statements("")), nil)), nil
}

// trail is what a run has done to the files below a folder. The file of the lock is left out: who holds it is written
// there while it is held, and it is empty again afterwards.
type trail struct {
	syncs, changes int
	bytes          int64
	what           []string
}

func (t trail) String() string {
	if len(t.what) == 0 {
		return "only the lock's own file was written, and emptied again"
	}
	return strings.Join(t.what, ", ")
}

func footprint(all calls, root string) trail {
	var t trail
	for _, c := range all {
		below := strings.HasPrefix(c.path, root+string(filepath.Separator)) || c.path == root
		switch {
		case strings.Contains(","+syncCalls+",", ","+c.name+","):
			t.syncs++
		case c.result < 0 || !below || c.path == filepath.Join(root, "journal", "lock"):
			continue
		case strings.Contains(","+changeCalls+",", ","+c.name+","):
			t.changes++
		default:
			t.bytes += c.result
		}
		t.what = append(t.what, c.name+" "+c.path)
	}
	return t
}

// removeAfter takes an instance down when its section ends, and tells of it if nothing worse is to be told.
func removeAfter(ctx context.Context, in *instance, err *error) {
	if removed := in.remove(ctx); *err == nil {
		*err = removed
	}
}
