package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Line is one line of the journal.
//
// Each line ends with "sum", the SHA-256 of everything on the line before it, and carries in "prev" the sum of the line
// before (the first line of a file: of the last line of the file before). So an edit, a gap or a swap shows. Whoever may
// write the files can also recompute every sum: only a head that is kept elsewhere (backup, bundle, print-out) says more.
type Line struct {
	Seq     int       `json:"seq"` // from 1 in each file
	At      time.Time `json:"at"`
	Op      string    `json:"op"`
	Run     int       `json:"run"` // number of the file
	Release string    `json:"release,omitempty"`
	Root    string    `json:"root,omitempty"`  // run_started: where the instance lay
	By      string    `json:"by,omitempty"`    // run_started: who
	From    string    `json:"from,omitempty"`  // run_started: the release that ran before
	To      string    `json:"to,omitempty"`    // run_started: the release that is to run
	Risks   []string  `json:"risks,omitempty"` // run_started: the named ones that a person has accepted
	Event   string    `json:"event"`
	Step    string    `json:"step,omitempty"`
	Change  *Change   `json:"change,omitempty"`
	Of      []string  `json:"of,omitempty"` // undo_*: the change_started lines that this one reverses, as "run:seq"
	Count   int       `json:"count,omitempty"`
	MS      int64     `json:"ms,omitempty"`
	Try     int       `json:"try,omitempty"` // change_retried: which try comes next, from 2
	Resumes []int     `json:"resumes,omitempty"`
	Code    string    `json:"code,omitempty"`
	Key     string    `json:"key,omitempty"`
	Error   string    `json:"error,omitempty"` // for the log: secrets taken out, at most 500 bytes
	Prev    string    `json:"prev"`
}

// Ref names a line within one ROOT.
func (l Line) Ref() string { return fmt.Sprintf("%d:%d", l.Run, l.Seq) }

const (
	sumMark = `,"sum":"`
	sumLen  = 2 * sha256.Size
)

// seal renders l with its sum and a newline.
func seal(l Line) (raw []byte, sum string, err error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(l); err != nil {
		return nil, "", fmt.Errorf("write journal line: %w", err)
	}
	body := bytes.TrimSuffix(b.Bytes(), []byte("}\n"))
	sum = sumOf(body)
	return append(append(bytes.Clone(body), sumMark+sum...), "\"}\n"...), sum, nil
}

func sumOf(body []byte) string {
	h := sha256.Sum256(body)
	return hex.EncodeToString(h[:])
}

var (
	errTorn = errors.New("the line is not whole")
	errSum  = errors.New("the line does not match its sum")
)

// unseal reads a line without its newline and checks its sum.
func unseal(raw []byte) (l Line, sum string, err error) {
	tail := len(sumMark) + sumLen + len(`"}`)
	at := len(raw) - tail
	if at < 1 || !bytes.Equal(raw[at:at+len(sumMark)], []byte(sumMark)) || !bytes.HasSuffix(raw, []byte(`"}`)) {
		return Line{}, "", errTorn
	}
	body := raw[:at]
	sum = string(raw[at+len(sumMark) : at+len(sumMark)+sumLen])
	if sum != sumOf(body) {
		return Line{}, "", errSum
	}
	if err := json.Unmarshal(append(bytes.Clone(body), '}'), &l); err != nil {
		return Line{}, "", fmt.Errorf("read journal line: %w", err)
	}
	return l, sum, nil
}
