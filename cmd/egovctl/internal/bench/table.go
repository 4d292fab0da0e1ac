package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"

	"golang.org/x/sys/unix"
)

const figuresFile = "architecture-docs/figures.md"

// Run is one run, with all that its figures depend on.
type Run struct {
	Host    string `json:"host"`
	Version string `json:"version"` // of egovctl and of PostgreSQL
	Pairs   int    `json:"pairs"`
	Took    string `json:"took"`
	Rows    []Row  `json:"rows"`
}

var columns = []string{"operation", "floor", "ours", "ratio", "interval", "limit", "verdict"}

func (r Row) cells() []string {
	ratio, interval := "", ""
	if e := r.Ratio; e != nil {
		ratio, interval = number(e.Median), number(e.Low)+" to "+number(e.High)
	} else if e := r.Spread; e != nil {
		interval = number(e.Low) + " to " + number(e.High)
	}
	return []string{r.Operation, r.quantity(r.Floor), r.quantity(r.Ours), ratio, interval, r.limit(), string(r.Verdict)}
}

func (r Row) quantity(n *float64) string {
	if n == nil {
		return ""
	}
	return strings.TrimSpace(number(*n) + " " + r.Unit)
}

func (r Row) limit() string {
	if r.Limit == nil {
		return ""
	}
	sign, n := "≤ ", r.Limit.AtMost
	if r.Limit.AtLeast > 0 {
		sign, n = "≥ ", r.Limit.AtLeast
	}
	if r.Ratio != nil {
		return sign + number(n) + " x"
	}
	return strings.TrimSpace(sign + number(n) + " " + r.Unit)
}

// number writes three figures of what has fractions, and whole numbers whole.
func number(n float64) string {
	if n == math.Trunc(n) || math.Abs(n) >= 1000 {
		return strconv.FormatFloat(n, 'f', 0, 64)
	}
	digits := 2 - int(math.Floor(math.Log10(math.Abs(n))))
	return strconv.FormatFloat(n, 'f', max(digits, 0), 64)
}

func (r Run) print(w io.Writer, format string) error {
	if format == "json" {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	if _, err := fmt.Fprintf(w, "%s; %s; %d rounds; took %s\n\n", r.Version, r.Host, r.Pairs, r.Took); err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(cells []string) { fmt.Fprintln(t, strings.Join(cells, "\t")) } //nolint:errcheck // told by Flush
	line(columns)
	for _, row := range r.Rows {
		line(row.cells())
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return r.notes(w, "\n%s: %s\n")
}

func (r Run) notes(w io.Writer, format string) error {
	for _, row := range r.Rows {
		if row.Note == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, format, row.Operation, row.Note); err != nil {
			return err
		}
	}
	return nil
}

const (
	tableBegin = "<!-- table: written by `go run ./cmd/egovctl/internal/bench -write` -->\n"
	tableEnd   = "<!-- end of table -->\n"
)

// write puts the table between the two marks of the document.
func (r Run) write() error {
	text, err := os.ReadFile(figuresFile)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(text), tableBegin)
	_, after, closed := strings.Cut(rest, tableEnd)
	if !ok || !closed {
		return errors.New(figuresFile + " has lost the marks of its table")
	}
	return os.WriteFile(figuresFile, []byte(before+tableBegin+r.markdown()+tableEnd+after), 0o644)
}

func (r Run) markdown() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "\n%s; %s; %d rounds; took %s.\n\n", r.Version, r.Host, r.Pairs, r.Took)
	fmt.Fprintf(&b, "| %s |\n|%s\n", strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
	for _, row := range r.Rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row.cells(), " | "))
	}
	b.WriteString("\n")
	_ = r.notes(&b, "- %s: %s\n") // a buffer takes everything
	b.WriteString("\n")
	return b.String()
}

// failed names the rows that fail the run.
func (r Run) failed() error {
	var names []string
	for _, row := range r.Rows {
		if row.fails() {
			names = append(names, row.Operation)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return errors.New("over the limit or not measured: " + strings.Join(names, "; "))
}

// thisHost describes what a figure depends on, and nothing by which the machine could be recognised.
func thisHost() string {
	var info unix.Sysinfo_t
	memory := "?"
	if unix.Sysinfo(&info) == nil {
		memory = strconv.FormatUint(info.Totalram*uint64(info.Unit)>>30, 10)
	}
	system := runtime.GOOS
	if f, err := os.Open("/etc/os-release"); err == nil {
		for s := bufio.NewScanner(f); s.Scan(); {
			if name, ok := strings.CutPrefix(s.Text(), "PRETTY_NAME="); ok {
				system = strings.Trim(name, `"`)
			}
		}
		_ = f.Close() // only read
	}
	return fmt.Sprintf("%d cores, %s GiB, %s", runtime.NumCPU(), memory, system)
}
