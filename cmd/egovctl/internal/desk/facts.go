package desk

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"egovctl/cmd/egovctl/internal/wire"
)

// Fact is a labelled value; one without a value is left out.
type Fact struct{ Label, Value string }

// Facts prints labelled values in two columns; on a screen a long value goes on below itself.
func Facts(env *wire.Env, facts []Fact) error {
	labels := 0
	for _, f := range facts {
		if f.Value != "" {
			labels = max(labels, utf8.RuneCountInString(norm.NFC.String(f.Label)))
		}
	}
	for _, f := range facts {
		if f.Value == "" {
			continue
		}
		label := norm.NFC.String(f.Label)
		first := label + strings.Repeat(" ", labels-utf8.RuneCountInString(label)+2)
		if err := Paragraph(env, first, labels+2, f.Value); err != nil {
			return err
		}
	}
	return nil
}

// Paragraph prints text after first; on a screen it goes on in lines that begin with indent spaces.
func Paragraph(env *wire.Env, first string, indent int, text string) error {
	lines := []string{strings.Join(strings.Fields(text), " ")}
	if screen := width(env); screen > 0 {
		lines = wrap(text, max(screen-indent, 2*narrowest))
	}
	for i, line := range lines {
		if i > 0 {
			first = strings.Repeat(" ", indent)
		}
		if _, err := fmt.Fprintln(env.Out, first+line); err != nil {
			return err
		}
	}
	return nil
}

// wrap breaks text between words into lines of at most n columns; a longer word stands alone.
func wrap(text string, n int) []string {
	lines := []string{""}
	taken := 0
	for _, word := range strings.Fields(norm.NFC.String(text)) {
		size := utf8.RuneCountInString(word)
		last := len(lines) - 1
		switch {
		case taken == 0:
			lines[last], taken = word, size
		case taken+1+size <= n:
			lines[last], taken = lines[last]+" "+word, taken+1+size
		default:
			lines, taken = append(lines, word), size
		}
	}
	return lines
}
