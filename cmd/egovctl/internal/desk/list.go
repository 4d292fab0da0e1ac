package desk

import (
	"fmt"
	"maps"
	"os"
	"unicode/utf8"

	xterm "golang.org/x/term"

	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
)

// Column of a table. Key names the message of its header; the one that Gives is cut when the table would be wider than
// the screen.
type Column struct {
	Key   string
	Gives bool
}

// List is what a command found.
type List[T any] struct {
	Items   []T
	Columns []Column
	Row     func(T) []string
	Empty   string         // message key, told when there are no items
	Beside  map[string]any // members beside "items" for programs
}

// narrowest is what is left of a column that gives, however wide the others are.
const narrowest = 16

// Show prints the list. A pipe gets whole cells; a screen gets lines that fit.
func (l List[T]) Show(env *wire.Env) error {
	if env.JSON() {
		items := l.Items
		if items == nil {
			items = []T{}
		}
		document := map[string]any{"items": items}
		maps.Copy(document, l.Beside)
		return env.Print(document)
	}
	if len(l.Items) == 0 {
		Note(env, l.Empty)
		return nil
	}
	header := make([]string, len(l.Columns))
	for i, c := range l.Columns {
		header[i] = env.T(c.Key)
	}
	rows := make([][]string, len(l.Items))
	for i, item := range l.Items {
		rows[i] = l.Row(item)
	}
	if screen := width(env); screen > 0 {
		fit(l.Columns, header, rows, screen)
	}
	return term.Table(env.Out, header, rows)
}

// fit cuts the cells of the column that gives to what the others leave of the screen.
func fit(columns []Column, header []string, rows [][]string, screen int) {
	gives, taken := -1, 2*(len(columns)-1)
	for i, c := range columns {
		if c.Gives {
			gives = i
			continue
		}
		widest := utf8.RuneCountInString(header[i])
		for _, r := range rows {
			widest = max(widest, utf8.RuneCountInString(r[i]))
		}
		taken += widest
	}
	if gives < 0 {
		return
	}
	for _, r := range rows {
		r[gives] = term.Cut(r[gives], max(screen-taken, narrowest))
	}
}

// width of the screen that stdout is, 0 when it is none.
func width(env *wire.Env) int {
	if f, ok := env.Out.(*os.File); ok && xterm.IsTerminal(int(f.Fd())) {
		return env.Width()
	}
	return 0
}

// Note tells a person something beside the result, on stderr; programs are not told.
func Note(env *wire.Env, key string, args ...any) {
	if !env.JSON() {
		fmt.Fprintln(env.Err, env.PaintErr(term.Faint, env.T(key, args...)))
	}
}
