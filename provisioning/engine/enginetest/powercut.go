package enginetest

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/disk"
	"egovctl/provisioning/engine/disk/crash"
	"egovctl/provisioning/host"
)

// PowerCut tries steps that only write files against every state in which a power cut may leave the disk.
type PowerCut struct {
	Root  string
	Op    string
	Steps []engine.Step
	Seed  uint64
	// Through may put another disk in front of the recording one: the broken twins of the tests do.
	Through func(*crash.Disk) disk.FS
	// NoSync forgets the fsync of the paths for which it is true: another kind of broken twin.
	NoSync func(path string) bool
	// KillAt kills the run (kill -9, what the disk has in memory stays) before the disk operation of this number and
	// resumes it, before the power cuts are tried; -1 for none.
	KillAt int
	Stride int // of the bytes at which an append is torn; 0 for every byte
	// Undo tries the way back instead: the steps are done undisturbed, and their undo is cut.
	Undo bool
	// Before lays out what is there, durably, before the steps begin; nil for an empty disk.
	Before func(disk.FS) error
	// Check, when set, judges each state before the next run, for a step whose one change goes through several forms; without
	// it, every file must have a form that it had at some journal line.
	Check func(engine.Reader) error
	// Seen is shared by tries whose states are to be counted together: none is tried twice. nil for a set of its own.
	Seen *Seen
}

// Seen are the states that were tried: what was on the disk, and how many lines had been told.
type Seen struct {
	mu  sync.Mutex
	all map[[2]uint64]bool
}

// fresh notes a state and reports whether it is a new one.
func (s *Seen) fresh(st crash.State, told int) bool {
	key := [2]uint64{st.Disk.Digest(), uint64(told)} //nolint:gosec // a count
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[[2]uint64]bool{}
	}
	if s.all[key] {
		return false
	}
	s.all[key] = true
	return true
}

// TryAll is Try without a kill, and with one before each operation in turn, on all processors; stride is that of the killed
// runs, of which there are many.
func (p PowerCut) TryAll(stride int) (all Result, err error) {
	if p.Seen == nil {
		p.Seen = &Seen{}
	}
	p.KillAt = -1
	if all, err = p.Try(); err != nil {
		return all, err
	}
	type tried struct {
		at  int
		res Result
		err error
	}
	points, next, done := all.Points, make(chan int), make(chan tried)
	for range runtime.GOMAXPROCS(0) {
		go func() {
			for at := range next {
				q := p
				q.KillAt, q.Stride = at, stride
				res, err := q.Try()
				done <- tried{at, res, err}
			}
		}()
	}
	go func() {
		for at := range points {
			next <- at
		}
		close(next)
	}()
	for range points {
		one := <-done
		if one.err != nil {
			err = fmt.Errorf("killed before operation %d: %w", one.at, one.err)
		}
		all.States, all.Resumed = all.States+one.res.States, all.Resumed+one.res.Resumed
		for _, f := range one.res.Failures {
			all.Failures = append(all.Failures, fmt.Sprintf("killed before operation %d: %s", one.at, f))
		}
	}
	return all, err
}

// Result counts what was tried. Failures are at most ten, each naming its state.
type Result struct {
	States   int // legal states of the disk, each counted once
	Resumed  int // of them, run again to the end
	Points   int // operations at which KillAt may kill
	Failures []string
	torn     int
}

func (p PowerCut) options(d *crash.Disk) engine.Options {
	var fsys disk.FS = d
	if p.Through != nil {
		fsys = p.Through(d)
	}
	return engine.Options{Root: p.Root, Release: "0.0.0-test", Host: host.NewOn(fsys), Disk: fsys, Clock: clock.Fixed(moment)}
}

// moment is the time of every line: two states that differ in nothing else are one.
var moment = time.Date(2026, time.July, 1, 8, 0, 0, 0, time.UTC)

// promise is a journal line that was told to the outside, and how much of the record lay before it then.
type promise struct {
	mark int
	e    engine.Event
}

// Try runs the steps once on a recording disk, then goes through every state that a cut may leave: the journal must read
// without damage and hold every line that was told; every file is absent, or whole in a form that it had at some journal
// line; a step that was told as done must need nothing; and the next run must end with the same files as an undisturbed
// one.
func (p PowerCut) Try() (Result, error) {
	var res Result
	d := crash.New()
	d.NoSync, d.Stride = p.NoSync, p.Stride
	from := 0
	if p.Seen == nil {
		p.Seen = &Seen{}
	}
	if p.Before != nil {
		if err := p.Before(d); err != nil {
			return res, fmt.Errorf("lay out: %w", err)
		}
		if err := d.Flush("/"); err != nil {
			return res, err
		}
		from = d.Mark()
	}
	if p.Undo {
		if _, err := engine.New(p.options(d)).Run(context.Background(), p.Op, p.Steps); err != nil {
			return res, fmt.Errorf("run before the undo: %w", err)
		}
		if err := d.Flush("/"); err != nil {
			return res, err
		}
		from = d.Mark()
	}
	seen := forms{}
	promises, kill, err := p.record(d, seen, &res)
	if err != nil {
		return res, fmt.Errorf("undisturbed run: %w", err)
	}
	want, err := p.picture(d)
	if err != nil {
		return res, err
	}
	for s := range d.States(p.Seed) {
		if s.At < max(from, kill) {
			continue // tried without the kill
		}
		told := promises[:countBefore(promises, s.At)]
		if !p.Seen.fresh(s, len(told)) {
			continue
		}
		res.States++
		if err := p.holds(s, told, seen, want, &res); err != nil {
			res.Failures = append(res.Failures, fmt.Sprintf("%s: %v", s.Says, err))
			if len(res.Failures) == 10 {
				return res, nil
			}
		}
	}
	return res, nil
}

// record carries the steps out on d, killed and resumed if that is asked for. It returns what was promised on the way and
// the mark of the kill, 0 without one.
func (p PowerCut) record(d *crash.Disk, seen forms, res *Result) (promises []promise, kill int, err error) {
	o := p.options(d)
	o.Events = func(e engine.Event) {
		if e.Seq > 0 {
			promises = append(promises, promise{d.Mark(), e})
			seen.add(p.picture(d))
		}
	}
	count := 0
	d.Fail = func(kind, path string) error {
		if count++; count-1 == p.KillAt {
			panic(cut{kind + " " + path})
		}
		return nil
	}
	at, err := cutRun(o, &cutter{at: -1}, p.do)
	res.Points = count
	d.Fail = nil
	if err == nil && at != "" {
		kill = d.Mark()
		d.Kill()
		err = p.do(o)
	}
	seen.add(p.picture(d))
	return promises, kill, err
}

func (p PowerCut) do(o engine.Options) (err error) {
	if p.Undo {
		_, err = engine.New(o).Undo(context.Background(), "undo-"+p.Op, p.Steps)
	} else {
		_, err = engine.New(o).Run(context.Background(), p.Op, p.Steps)
	}
	return err
}

// forms are the contents and modes that each path had at some journal line of the undisturbed run.
type forms map[string]map[string]bool

func (f forms) add(picture map[string]string, err error) {
	for path, form := range picture {
		if f[path] == nil {
			f[path] = map[string]bool{}
		}
		f[path][form] = true
	}
}

// foreign returns a path of picture in a form that it never had, temporary files aside.
func (f forms) foreign(picture map[string]string) error {
	for path, form := range picture {
		if !f[path][form] && !strings.HasSuffix(path, ".egov-new") {
			return fmt.Errorf("%s is %s, and was so at no time", path, form)
		}
	}
	return nil
}

func countBefore(ps []promise, at int) int {
	n := 0
	for n < len(ps) && ps[n].mark <= at {
		n++
	}
	return n
}

func (p PowerCut) holds(s crash.State, told []promise, seen forms, want map[string]string, res *Result) error {
	o := p.options(s.Disk)
	runs, err := engine.HistoryOn(o)
	if err != nil {
		return err
	}
	if err := keeps(runs, told); err != nil {
		return err
	}
	if res.torn++; s.Torn && res.torn%50 != 0 {
		return nil // what a resumed run does about a torn append is tried on a fiftieth of them
	}
	now, err := p.picture(s.Disk)
	if err != nil {
		return err
	}
	if p.Check == nil {
		err = seen.foreign(now)
	} else {
		err = p.Check(o.Host)
	}
	if err != nil {
		return err
	}
	if err := p.doneStays(o, told); err != nil {
		return err
	}
	res.Resumed++
	if err := p.do(o); err != nil {
		return fmt.Errorf("the next run: %w", err)
	}
	got, err := p.picture(s.Disk)
	if err != nil {
		return err
	}
	if !maps.Equal(got, want) {
		return fmt.Errorf("the next run ended with %v, an undisturbed one with %v", got, want)
	}
	if runs, err = engine.HistoryOn(o); err != nil {
		return err
	}
	if err := keeps(runs, told); err != nil {
		return fmt.Errorf("after the next run: %w", err)
	}
	return nil
}

// keeps checks that every line that was told is in the journal, and that the journal is sound.
func keeps(runs []engine.Run, told []promise) error {
	have := map[string]string{}
	for _, r := range runs {
		if len(r.Damage) > 0 {
			return fmt.Errorf("run %d of the journal is damaged: %v", r.Number, r.Damage)
		}
		for _, l := range r.Lines {
			have[l.Ref()] = l.Event
		}
	}
	for _, t := range told {
		if ref := fmt.Sprintf("%d:%d", t.e.Run, t.e.Seq); have[ref] != t.e.Event {
			return fmt.Errorf("the line %s (%s) was told and is lost", ref, t.e.Event)
		}
	}
	return nil
}

// doneStays checks that a step which was told as done needs nothing.
func (p PowerCut) doneStays(o engine.Options, told []promise) error {
	if p.Undo {
		return nil
	}
	for _, st := range p.Steps {
		name := st.Info().Name
		if !slices.ContainsFunc(told, func(t promise) bool { return t.e.Event == engine.StepDone && t.e.Step == name }) {
			continue
		}
		left, err := st.Plan(context.Background(), engine.ReadOnly(o.Host))
		if err != nil {
			return err
		}
		if len(left) > 0 {
			return fmt.Errorf("the step %s was told as done and now needs %v", name, left)
		}
	}
	return nil
}

func (p PowerCut) picture(d *crash.Disk) (map[string]string, error) {
	skip := func(path string) bool { return path == engine.FolderOf(p.Root) }
	return Picture(host.NewOn(d), p.Root, []string{p.Root}, skip, nil)
}
