package engine

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine/disk"
)

var journalFile = regexp.MustCompile(`^(\d{4,})-([a-z][a-z0-9-]*)\.jsonl$`)

func historyOn(d disk.FS, root string) ([]Run, error) {
	entries, err := d.ReadDir(FolderOf(root))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list journal: %w", err)
	}
	var runs []Run
	head, number := "", 0
	for _, e := range byNumber(entries) {
		raw, err := d.ReadFile(filepath.Join(FolderOf(root), e.name))
		if err != nil {
			return nil, fmt.Errorf("read journal: %w", err)
		}
		run := readRun(e.number, e.op, raw, head)
		if e.number != number+1 {
			run.Damage = append(run.Damage, damage("engine.damage.gap", "before", e.number-1))
		}
		runs = append(runs, run)
		head, number = run.Head, e.number
	}
	return runs, nil
}

type journalName struct {
	name   string
	number int
	op     string
}

// byNumber picks the journal's files; their names sort by number up to 9999, and the numbers decide beyond.
func byNumber(entries []fs.DirEntry) []journalName {
	var out []journalName
	for _, e := range entries {
		m := journalFile.FindStringSubmatch(e.Name())
		if m == nil {
			continue
		}
		n, err := strconv.Atoi(m[1])
		if err != nil {
			continue
		}
		at := len(out)
		for at > 0 && out[at-1].number > n {
			at--
		}
		out = append(out[:at], append([]journalName{{e.Name(), n, m[2]}}, out[at:]...)...)
	}
	return out
}

// readRun reads one file. Bytes after the last whole line are torn when no whole line follows them and the run has no
// last word; anything else that does not fit is damage.
func readRun(number int, op string, raw []byte, head string) Run {
	r := Run{Number: number, Operation: op, State: Cut, Head: head}
	for at := 0; len(raw) > 0; at++ {
		line, rest, whole := bytes.Cut(raw, []byte("\n"))
		l, sum, err := unseal(line)
		if !whole && err == nil {
			err = errTorn // whole but for its newline: it was never promised, and the next run does not append here
		}
		if err != nil && !anyWhole(rest) && r.State == Cut {
			r.Torn = len(raw)
			break
		}
		if err != nil {
			r.Damage = append(r.Damage, fault.Wrap(err, fault.Finding, "engine.damage.line", "line", at+1))
			raw = rest
			continue
		}
		r.take(l, sum, at)
		raw = rest
	}
	return r
}

func damage(key string, args ...any) *fault.Error { return fault.New(fault.Finding, key, args...) }

func anyWhole(raw []byte) bool {
	for len(raw) > 0 {
		line, rest, whole := bytes.Cut(raw, []byte("\n"))
		if _, _, err := unseal(line); err == nil && whole {
			return true
		}
		raw = rest
	}
	return false
}

func (r *Run) take(l Line, sum string, at int) {
	switch {
	case l.Prev != r.Head:
		r.Damage = append(r.Damage, damage("engine.damage.order", "line", at+1))
	case l.Run != r.Number || l.Op != r.Operation || l.Seq != len(r.Lines)+1:
		r.Damage = append(r.Damage, damage("engine.damage.elsewhere", "line", at+1, "run", l.Run, "op", l.Op, "seq", l.Seq))
	}
	if len(r.Lines) == 0 {
		r.Started, r.Release, r.Root, r.Resumes = l.At, l.Release, l.Root, l.Resumes
		r.By, r.From, r.To, r.Risks = l.By, l.From, l.To, l.Risks
	}
	r.Lines, r.Head, r.Ended = append(r.Lines, l), sum, l.At
	switch l.Event {
	case ChangeDone:
		r.Changes++
	case RunDone:
		r.State = Done
	case RunUndone:
		r.State = Undone
	case RunStopped:
		r.State = Stopped
	case RunFailed:
		r.State = Failed
	default:
		r.State = Cut
	}
}
