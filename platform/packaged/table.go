package packaged

import (
	"errors"
	"slices"
	"strings"
)

var (
	errHeader = errors.New("the header is not the one that this release reads")
	errCells  = errors.New("the line has another number of cells than the header")
	errQuotes = errors.New("a quoted cell does not end on its line")
)

// table reads one packaged CSV file: comma, double quotes where needed, one record per line, a header. Cells are parts
// of the file's own text, so a megabyte is read without a megabyte of copies; they are good until the next call of next.
type table struct {
	path  string
	rest  string
	line  int
	cells []string
	err   error
}

func newTable(path, text string, columns ...string) *table {
	t := &table{path: path, rest: text, cells: make([]string, 0, len(columns))}
	t.read()
	if t.err == nil && !slices.Equal(t.cells, columns) {
		t.err = errHeader
	}
	t.cells = t.cells[:0:len(columns)]
	return t
}

// next reads a record into t.cells. It returns false at the end and at the first damaged line (then t.err is set).
func (t *table) next() bool {
	if t.err != nil || t.rest == "" {
		return false
	}
	want := cap(t.cells)
	t.read()
	if t.err == nil && len(t.cells) != want {
		t.err = errCells
	}
	return t.err == nil
}

func (t *table) read() {
	line, rest, _ := strings.Cut(t.rest, "\n")
	t.rest = rest
	t.line++
	t.cells = t.cells[:0]
	for {
		if !strings.HasPrefix(line, `"`) {
			cell, after, more := strings.Cut(line, ",")
			t.cells = append(t.cells, cell)
			if !more {
				return
			}
			line = after
			continue
		}
		cell, after, ok := quoted(line[1:])
		if !ok {
			t.err = errQuotes
			return
		}
		t.cells = append(t.cells, cell)
		if after == "" {
			return
		}
		if after[0] != ',' {
			t.err = errQuotes
			return
		}
		line = after[1:]
	}
}

// quoted reads up to the closing quote; a doubled quote stands for one.
func quoted(s string) (cell, after string, ok bool) {
	doubled := false
	for i := 0; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			doubled = true
			i++
			continue
		}
		cell, after = s[:i], s[i+1:]
		if doubled {
			cell = strings.ReplaceAll(cell, `""`, `"`)
		}
		return cell, after, true
	}
	return "", "", false
}
