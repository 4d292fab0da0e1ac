// Package script reads the SQL of a migration file: where its statements begin and end, past comments, strings and
// dollar quotes. It knows no grammar beyond that.
package script

import (
	"fmt"
	"regexp"
	"strings"
)

// Statement is one statement without its semicolon.
type Statement struct {
	Text  string // as written, comments inside included
	Bare  string // lower case, one space between words, comments gone, the content of strings and quotes blanked
	Start int    // byte offset of its first character that is neither space nor comment
	End   int    // byte offset of its semicolon, or the end of the text
}

// Split cuts sql into statements; empty ones are left out.
func Split(sql string) []Statement {
	var out []Statement
	var bare strings.Builder
	start := -1
	flush := func(end int) {
		if start >= 0 {
			out = append(out, Statement{Text: sql[start:end], Bare: strings.Join(strings.Fields(bare.String()), " "), Start: start, End: end})
		}
		start = -1
		bare.Reset()
	}
	for i := 0; i < len(sql); {
		skip, comment := token(sql[i:])
		switch {
		case skip > 0 && comment:
			bare.WriteByte(' ')
		case skip > 0:
			if start < 0 {
				start = i
			}
			bare.WriteString(blank(sql[i : i+skip]))
		case sql[i] == ';':
			flush(i)
			skip = 1
		default:
			if start < 0 && !strings.ContainsRune(" \t\r\n", rune(sql[i])) {
				start = i
			}
			bare.WriteString(strings.ToLower(sql[i : i+1]))
			skip = 1
		}
		i += skip
	}
	flush(len(sql))
	return out
}

var dollarTag = regexp.MustCompile(`^\$[A-Za-z_]*[A-Za-z_0-9]*\$`)

// token returns the length of the comment, string, quoted name or dollar-quoted body at the beginning of s, 0 if there is
// none. What is not closed runs to the end.
func token(s string) (length int, comment bool) {
	upTo := func(from int, mark string) int {
		if i := strings.Index(s[from:], mark); i >= 0 {
			return from + i + len(mark)
		}
		return len(s)
	}
	switch {
	case strings.HasPrefix(s, "--"):
		return upTo(2, "\n"), true
	case strings.HasPrefix(s, "/*"):
		return upTo(2, "*/"), true
	case s[0] == '\'', s[0] == '"':
		return upTo(1, s[:1]), false // a doubled quote is two tokens side by side, which is as good
	case s[0] == '$':
		if tag := dollarTag.FindString(s); tag != "" {
			return upTo(len(tag), tag), false
		}
	}
	return 0, false
}

func blank(token string) string {
	if token[0] == '"' {
		return token
	}
	return "''"
}

// Shape is how a migration file keeps itself whole.
type Shape int

// Transaction: the file is "begin; ... commit;" and nothing else ends a transaction in between. Concurrent: the file is one
// statement that PostgreSQL runs outside transactions (create or drop index concurrently).
const (
	Transaction Shape = iota
	Concurrent
)

// ShapeOf tells the shape of a file and, for Transaction, the byte offsets just after "begin;" and before "commit".
func ShapeOf(sql string) (shape Shape, begin, commit int, err error) {
	st := Split(sql)
	if len(st) == 1 && strings.Contains(st[0].Bare, " index concurrently ") {
		return Concurrent, 0, 0, nil
	}
	if len(st) < 2 || st[0].Bare != "begin" || st[len(st)-1].Bare != "commit" {
		return 0, 0, 0, fmt.Errorf("it does not begin with \"begin;\" and end with \"commit;\"")
	}
	for _, s := range st[1 : len(st)-1] {
		first, _, _ := strings.Cut(s.Bare, " ")
		switch first {
		case "begin", "commit", "rollback", "end", "abort", "start":
			return 0, 0, 0, fmt.Errorf("%q in the middle of the transaction", s.Bare)
		}
		if strings.Contains(s.Bare, " concurrently ") {
			return 0, 0, 0, fmt.Errorf("%q inside a transaction", s.Bare)
		}
	}
	return Transaction, st[0].End + 1, st[len(st)-1].Start, nil
}
