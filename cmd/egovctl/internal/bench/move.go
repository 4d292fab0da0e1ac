package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"egovctl/cmd/egovctl/internal/trial"
)

// moving measures an upgrade and a rollback while people file and read, and again with ten times as many dossiers. The next
// release is this tree with a real change of the schema laid over it.
func moving(ctx context.Context, b *bench) (rows []Row, err error) {
	next, err := trial.NextRelease()
	defer trial.End()
	if err != nil {
		return nil, err
	}
	few, many := &traveller{instance: b.instance("bench"), next: next}, &traveller{instance: b.instance("benchfull"), next: next}
	for t, n := range map[*traveller]int{few: b.dossiers / 10, many: b.dossiers} {
		if err := t.settle(ctx, n); err != nil {
			return nil, err
		}
		defer removeAfter(ctx, t.instance, &err)
	}
	var up, down pairs
	log, err := many.during(ctx, map[string]string{"log_lock_waits": "on", "deadlock_timeout": "100ms"}, func() error {
		if _, err := many.command(ctx, "restart", "--root", many.root); err != nil { // connections that know the settings
			return err
		}
		for range max(5, b.pairs/4) {
			one, err := many.thereAndBack(ctx)
			if err != nil {
				return err
			}
			other, err := few.thereAndBack(ctx)
			if err != nil {
				return err
			}
			up, down = append(up, pair{other[0], one[0]}), append(down, pair{other[1], one[1]})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	waits := 0
	for _, e := range log {
		if strings.Contains(e.text, "still waiting for") {
			waits++
		}
	}
	who := fmt.Sprintf(" with %d dossiers, under load", b.dossiers)
	return []Row{
		timed("upgrade commit"+who, "ms", up.ours(), nil).noted("schema, merge, exchange and probe; the release was staged and a backup of the day was there"),
		timed("rollback"+who, "ms", down.ours(), &Limit{AtMost: 2000}),
		compared(fmt.Sprintf("upgrade commit: %d dossiers against %d", b.dossiers, b.dossiers/10), "ms", up, &Limit{AtMost: 1.2}),
		compared(fmt.Sprintf("rollback: %d dossiers against %d", b.dossiers, b.dossiers/10), "ms", down, &Limit{AtMost: 1.2}),
		counted("upgrade and rollback: requests that failed", "", float64(many.failed+few.failed), &Limit{Count: true}).
			noted("of %d, filed and read by 4 clients", many.asked+few.asked),
		timed("upgrade and rollback: longest request less the median before", "ms", append(many.added, few.added...), &Limit{AtMost: 250}).
			noted("the longest of all: %s ms", number(longest(append(many.added, few.added...)))),
		counted("upgrade and rollback: waits of over 100 ms for a lock", "", float64(waits), &Limit{Count: true}),
	}, nil
}

// traveller is an instance that goes to the next release and back.
type traveller struct {
	*instance
	next  trial.Release
	token string
	body  []byte

	asked, failed int
	added         []float64 // ms, one for each move
}

// settle installs the instance with n dossiers and a backup of the day.
func (t *traveller) settle(ctx context.Context, n int) error {
	if _, err := t.install(ctx, n); err != nil {
		return err
	}
	if err := t.holds(ctx, n); err != nil {
		return err
	}
	var err error
	if t.token, err = t.signInAs(ctx, "citizen"); err != nil {
		return err
	}
	if t.body, err = t.dossier(ctx); err != nil {
		return err
	}
	_, err = t.command(ctx, "backup", "create", "--root", t.root, "--yes")
	return err
}

// thereAndBack stages the next release, goes there and comes back; the answer is the milliseconds of both as the program
// tells them.
func (t *traveller) thereAndBack(ctx context.Context) (ms [2]float64, err error) {
	if _, err := t.command(ctx, "upgrade", t.next.Kit, "--root-fingerprint", t.next.Fingerprint, "--stage", "--root", t.root, "--yes"); err != nil {
		return ms, err
	}
	quiet()
	for i, args := range [][]string{{"upgrade", "commit"}, {"rollback"}} {
		if ms[i], err = t.move(ctx, args...); err != nil {
			return ms, err
		}
	}
	return ms, nil
}

func (t *traveller) move(ctx context.Context, args ...string) (float64, error) {
	l := startLoad(ctx, t)
	time.Sleep(time.Second)
	l.mark()
	raw, err := output(exec.CommandContext(ctx, t.root+"/current/bin/egovctl", append(args, "--root", t.root, "--yes", "-o", "json")...))
	time.Sleep(200 * time.Millisecond) // what was on its way
	l.end(t)
	if err != nil {
		return 0, err
	}
	var r struct{ MS float64 }
	return r.MS, json.Unmarshal(lastLine(raw), &r)
}
