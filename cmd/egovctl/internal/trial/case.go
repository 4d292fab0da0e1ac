package trial

import (
	"bufio"
	"encoding/json"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"egovctl/provisioning/drill"
)

// tried is a line of the ledger of a long drill.
type tried struct {
	Case    string `json:"case"`
	Seed    uint64 `json:"seed"`
	Outcome string `json:"outcome"` // passed, failed
	MS      int64  `json:"ms"`
}

// began is when this process was started, near enough: the budget is counted from there.
var began = time.Now()

// Long reports whether this is a long drill: one with a budget of time.
func Long() bool { return os.Getenv("DRILL_BUDGET") != "" }

// Case runs one case of a drill as a subtest and reports whether there is time for more. With DRILL_LEDGER=FILE its outcome is
// written down in that file, one line of JSON each, and what has passed there with the same seed is not run again: a long
// drill that was cut goes on where it was. With DRILL_BUDGET=2h no case is begun after that time, and no test takes more than a
// quarter of what was left of it at its first case: every kind of fault has its turn.
func Case(t *testing.T, name string, seed uint64, run func(t *testing.T)) bool {
	t.Helper()
	if !turns.still(t) {
		drill.Tell(t, "its part of the budget is used up before %s", name)
		return false
	}
	path, c := os.Getenv("DRILL_LEDGER"), tried{Case: t.Name() + "/" + name, Seed: seed, Outcome: "passed"}
	if path != "" && c.passed(t, path) {
		return true
	}
	start := time.Now()
	if !t.Run(name, run) {
		c.Outcome = "failed"
	}
	c.MS = time.Since(start).Milliseconds()
	if path != "" {
		c.note(t, path)
	}
	return true
}

// Cases runs a case for each name, two at a time: each has an instance of its own. It returns how many were run, with those that
// had passed before.
func Cases(t *testing.T, names []string, seed uint64, run func(t *testing.T, i int)) int {
	t.Helper()
	var next, done atomic.Int64
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(names); i = int(next.Add(1)) - 1 {
				if !Case(t, names[i], seed, func(t *testing.T) { run(t, i) }) {
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	return int(done.Load())
}

// turns are the ends of the time of each test that has begun a case.
var turns = turn{ends: map[string]time.Time{}}

type turn struct {
	sync.Mutex
	ends map[string]time.Time
}

// still reports whether a test may begin one more case.
func (u *turn) still(t *testing.T) bool {
	t.Helper()
	budget := os.Getenv("DRILL_BUDGET")
	if budget == "" {
		return true
	}
	most, err := time.ParseDuration(budget)
	if err != nil {
		t.Fatal(err)
	}
	u.Lock()
	defer u.Unlock()
	end, ok := u.ends[t.Name()]
	if !ok {
		end = time.Now().Add((most - time.Since(began)) / 4)
		u.ends[t.Name()] = end
	}
	return time.Now().Before(end)
}

// passed reports whether the ledger knows that the case has passed.
func (c tried) passed(t *testing.T, path string) bool {
	t.Helper()
	file, err := os.Open(path)
	if os.IsNotExist(err) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }() // only read
	for s := bufio.NewScanner(file); s.Scan(); {
		var line tried
		if json.Unmarshal(s.Bytes(), &line) != nil {
			continue // the last line of a run that was cut
		}
		if line.Case == c.Case && line.Seed == c.Seed && line.Outcome == "passed" {
			return true
		}
	}
	return false
}

// note writes the line in one piece, so that two cases at a time do not mix theirs.
func (c tried) note(t *testing.T, path string) {
	t.Helper()
	raw, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = file.Write(append(raw, '\n'))
	}
	if err == nil {
		err = file.Sync()
	}
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}
