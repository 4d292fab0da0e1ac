package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// installing measures an installation without dossiers and without the probe against the floor, seed and schema by
// themselves, and what both ask of the disk.
func installing(ctx context.Context, b *bench) ([]Row, error) {
	in := b.instance("bench")
	if _, err := in.install(ctx, 0); err != nil {
		return nil, err
	}
	dir := filepath.Join(b.root, "floor")
	_, rows, err := newFloor(ctx, dir, in)
	if err != nil {
		return nil, err
	}
	if err := in.remove(ctx); err != nil {
		return nil, err
	}
	var schema, seed pairs
	var parts pair // of schema and seed in the round under way: each side fills in its half
	var partsSeed pair
	round := 0
	finish := func() {
		if round++; round%2 == 0 {
			schema, seed = append(schema, parts), append(seed, partsSeed)
		}
	}
	whole, err := turns(b.pairs, func() (float64, error) {
		took, at, err := floorRound(ctx, dir)
		if err != nil {
			return 0, err
		}
		parts.floor, partsSeed.floor = (at[1]-at[0])*1000, (at[2]-at[1])*1000
		finish()
		return took.Seconds() * 1000, nil
	}, func() (float64, error) {
		quiet()
		took, err := in.install(ctx, 0)
		if err != nil {
			return 0, err
		}
		parts.ours, partsSeed.ours = in.step("schema"), in.step("seed")
		finish()
		return took.Seconds() * 1000, in.remove(ctx)
	})
	if err != nil {
		return nil, err
	}
	out := []Row{
		compared("install --demo --samples 0 --no-probe", "ms", whole, &Limit{AtMost: 1.5}).
			noted("floor: initdb, start, psql of the same migrations, COPY of the same %d rows; the account, release, journal, demo accounts and the start of the platform are in ours only", rows),
		compared("  of it: schema", "ms", schema, nil),
		compared("  of it: seed against COPY into the same indexed tables", "ms", seed, &Limit{AtMost: 1.5}),
	}
	synced, err := installSyncs(ctx, b, in, dir)
	return append(out, synced...), err
}

// floorRound runs the floor once and takes it down again.
func floorRound(ctx context.Context, dir string) (time.Duration, []float64, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, nil, err
	}
	quiet()
	began := time.Now()
	out, err := output(exec.CommandContext(ctx, self, floorCommand, dir))
	took := time.Since(began)
	if err != nil {
		return 0, nil, err
	}
	at := moments(out)
	if len(at) != 3 {
		return 0, nil, fmt.Errorf("the floor told %d moments, not 3", len(at))
	}
	return took, at, stopFloor(ctx, dir)
}

// installSyncs counts what reaches for the disk in one installation and in one floor.
func installSyncs(ctx context.Context, b *bench, in *instance, dir string) ([]Row, error) {
	ours, err := traced(ctx, b, syncCalls, func() error { return in.remove(ctx) }, append([]string{in.binary}, in.args(0)...)...)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	theirs, err := traced(ctx, b, syncCalls, func() error { return stopFloor(ctx, dir) }, self, floorCommand, dir)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(in.root, "data")
	postgres := func(c call) bool { return strings.HasPrefix(c.path, data) }
	kit := func(c call) bool { return strings.HasPrefix(c.path, in.root) && !postgres(c) }
	return []Row{
		counted("install: fsyncs in all", "", float64(ours.count(every)), nil).beside(float64(theirs.count(every))).
			noted("fsync, fdatasync, sync_file_range, syncfs; ours: %d in PostgreSQL's data folder, %d in the rest of ROOT, %d elsewhere (the account)",
				ours.count(postgres), ours.count(kit), ours.count(every)-ours.count(postgres)-ours.count(kit)),
	}, nil
}
