package threeway

import (
	"slices"
	"strings"
)

// Hunk is a run of lines that both sides changed, each to something else. The lines keep their line ends.
type Hunk struct {
	Line               int // of the province's text at which its lines begin, from 1
	Base, Ours, Theirs string
}

// Text merges three texts by runs of lines. Where both sides changed the same run, or runs that touch, the province's
// lines stay and the hunk is told; the merged text never holds marks.
func Text(base, ours, theirs string) (string, []Hunk) {
	switch {
	case ours == theirs, base == theirs:
		return ours, nil
	case base == ours:
		return theirs, nil
	}
	b, o, t := linesOf(base), linesOf(ours), linesOf(theirs)
	inOurs, inTheirs := shared(b, o), shared(b, t)
	var out []string
	var hunks []Hunk
	var atB, atO, atT int
	for {
		next := atB // the next line of base that both sides kept
		for next < len(b) && (inOurs[next] < atO || inTheirs[next] < atT) {
			next++
		}
		endO, endT := len(o), len(t)
		if next < len(b) {
			endO, endT = inOurs[next], inTheirs[next]
		}
		lines, conflict := chunk(b[atB:next], o[atO:endO], t[atT:endT])
		if conflict {
			hunks = append(hunks, Hunk{atO + 1, joined(b[atB:next]), joined(o[atO:endO]), joined(t[atT:endT])})
		}
		out = append(out, lines...)
		if next == len(b) {
			return joined(out), hunks
		}
		out = append(out, b[next])
		atB, atO, atT = next+1, endO+1, endT+1
	}
}

// chunk merges what lies between two lines that all three share.
func chunk(base, ours, theirs []string) (lines []string, conflict bool) {
	switch {
	case slices.Equal(ours, theirs), slices.Equal(base, theirs):
		return ours, false
	case slices.Equal(base, ours):
		return theirs, false
	}
	return ours, true
}

// Changes are the runs of lines in which ours says something else than base; Theirs is as Base.
func Changes(base, ours string) []Hunk {
	b, o := linesOf(base), linesOf(ours)
	in := shared(b, o)
	var out []Hunk
	atB, atO := 0, 0
	for next := 0; next <= len(b); next++ {
		end := len(o)
		if next < len(b) {
			if end = in[next]; end < 0 {
				continue
			}
		}
		if next > atB || end > atO {
			out = append(out, Hunk{atO + 1, joined(b[atB:next]), joined(o[atO:end]), joined(b[atB:next])})
		}
		atB, atO = next+1, end+1
	}
	return out
}

// Take puts other lines in the place of the province's lines of a hunk of this text.
func (h Hunk) Take(ours, lines string) string {
	all := linesOf(ours)
	return joined(all[:h.Line-1]) + lines + joined(all[h.Line-1+len(linesOf(h.Ours)):])
}

// linesOf cuts a text behind its line ends; all of it is in the lines.
func linesOf(text string) []string {
	if text == "" {
		return nil
	}
	lines := strings.SplitAfter(text, "\n")
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	}
	return lines
}

func joined(lines []string) string { return strings.Join(lines, "") }
