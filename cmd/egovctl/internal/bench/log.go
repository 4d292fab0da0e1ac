package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// serverLog is what PostgreSQL logged while something ran: one entry a statement or plan.
type serverLog []logEntry

type logEntry struct {
	pid  string // of the server's process: a connection
	user string
	text string // "statement: begin", "execute ...: select ..."; a plan with its lines
}

// logged runs do with every statement in the server's log and returns them.
func (in *instance) logged(ctx context.Context, do func() error) (serverLog, error) {
	return in.during(ctx, map[string]string{"log_statement": "all"}, do)
}

// during runs do with settings of the database, which new connections take; they are put back afterwards. Plan of the
// installer does not look at them, so nothing is found changed.
func (in *instance) during(ctx context.Context, settings map[string]string, do func() error) (serverLog, error) {
	var set, reset []string
	for name, value := range settings {
		set = append(set, "alter database egov set "+name+" = "+"'"+value+"'")
		reset = append(reset, "alter database egov reset "+name)
	}
	slices.Sort(set)
	slices.Sort(reset)
	slices.Reverse(reset)
	if err := in.exec(ctx, set...); err != nil {
		return nil, err
	}
	before := in.logSizes()
	if err := do(); err != nil {
		return nil, err
	}
	if err := in.exec(ctx, append(reset, "do $$ begin raise log '"+endOfLog+"'; end $$")...); err != nil {
		return nil, err
	}
	for began := time.Now(); time.Since(began) < 10*time.Second; time.Sleep(50 * time.Millisecond) {
		log := in.readLog(before)
		end := slices.IndexFunc(log, func(e logEntry) bool { return strings.HasPrefix(e.text, endOfLog) })
		if end >= 0 {
			return log[:end], nil
		}
	}
	return nil, errors.New("the server's log does not come to its end")
}

// endOfLog is written last: the log's collector is a process of its own.
const endOfLog = "end of what the bench measures"

func (in *instance) logFiles() []string {
	files, _ := filepath.Glob(filepath.Join(in.root, "log", "postgresql-[0-9]*.log")) // the pattern is sound
	return files
}

func (in *instance) logSizes() map[string]int64 {
	sizes := map[string]int64{}
	for _, f := range in.logFiles() {
		if info, err := os.Stat(f); err == nil {
			sizes[f] = info.Size()
		}
	}
	return sizes
}

// The line prefix is "%m [%p] %q%u@%d ".
var logLine = regexp.MustCompile(`^\d{4}-\d\d-\d\d \S+ \S+ \[(\d+)\] (?:(\S+)@\S+ )?(\w+):  ?(.*)$`)

func (in *instance) readLog(from map[string]int64) serverLog {
	var out serverLog
	for _, f := range in.logFiles() {
		raw, err := os.ReadFile(f)
		if err != nil || int64(len(raw)) <= from[f] {
			continue
		}
		more := false
		for line := range strings.Lines(string(raw[from[f]:])) {
			line = strings.TrimSuffix(line, "\n")
			m := logLine.FindStringSubmatch(line)
			switch {
			case m != nil && m[3] == "LOG":
				out = append(out, logEntry{pid: m[1], user: m[2], text: m[4]})
				more = true
			case m != nil:
				more = false
			case more:
				out[len(out)-1].text += "\n" + line
			}
		}
	}
	return out
}

var spoken = regexp.MustCompile(`^(?:statement|execute [^:]*): (?s:(.*))$`)

// spokenBy is one statement of a connection.
type spokenBy struct{ pid, sql string }

// said lists the statements of a role, "" for every one.
func (l serverLog) said(user string) []spokenBy {
	var out []spokenBy
	for _, e := range l {
		if m := spoken.FindStringSubmatch(e.text); m != nil && (user == "" || e.user == user) {
			out = append(out, spokenBy{e.pid, m[1]})
		}
	}
	return out
}

func (l serverLog) statements(user string) int { return len(l.said(user)) }

// plan is what auto_explain tells of one statement.
type plan struct {
	pid     string
	sql     string
	buffers int64 // shared ones, found or read, in execution
}

var planned = regexp.MustCompile(`^duration: \S+ ms  plan:\n(?s:(.*))$`)

// plans lists the plans of a role's statements.
func (l serverLog) plans(user string) []plan {
	var out []plan
	for _, e := range l {
		m := planned.FindStringSubmatch(e.text)
		if m == nil || e.user != user {
			continue
		}
		var p struct {
			SQL  string `json:"Query Text"`
			Plan struct {
				Hit  int64 `json:"Shared Hit Blocks"`
				Read int64 `json:"Shared Read Blocks"`
			}
		}
		if json.Unmarshal([]byte(m[1]), &p) == nil {
			out = append(out, plan{e.pid, p.SQL, p.Plan.Hit + p.Plan.Read})
		}
	}
	return out
}
