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
	syncs, bytes, changes := footprint(got, in.root)
	rows = append(rows, counted("second install: fsyncs", "", float64(syncs), &Limit{Count: true}),
		counted("second install: bytes written below ROOT", "", float64(bytes), &Limit{Count: true}),
		counted("second install: files made, renamed, removed", "", float64(changes), &Limit{Count: true}))
	log, err := in.logged(ctx, func() error { _, err := in.install(ctx, 0); return err })
	if err != nil {
		return rows, err
	}
	return append(rows, counted("second install: statements", "", float64(log.statements("")), nil)), nil
}

// footprint is what a run has done to the files below root.
func footprint(all calls, root string) (syncs int, bytes int64, changes int) {
	for _, c := range all {
		below := strings.HasPrefix(c.path, root+string(filepath.Separator)) || c.path == root
		switch {
		case strings.Contains(","+syncCalls+",", ","+c.name+","):
			syncs++
		case c.result < 0 || !below:
		case strings.Contains(","+changeCalls+",", ","+c.name+","):
			changes++
		default:
			bytes += c.result
		}
	}
	return syncs, bytes, changes
}

// removeAfter takes an instance down when its section ends, and tells of it if nothing worse is to be told.
func removeAfter(ctx context.Context, in *instance, err *error) {
	if removed := in.remove(ctx); *err == nil {
		*err = removed
	}
}
