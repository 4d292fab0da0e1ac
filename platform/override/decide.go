package override

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/threeway"
)

// Decide is what the province's file becomes when chosen holds at the path of a conflict; nil when the file goes, because
// what it would say is shipped. chosen nil is the absent value. Faults: Conflict "merge.resolve.by_hand" for a place that the
// file does not have any more, or that cannot be written without touching what stands around it.
func (f File) Decide(at []string, chosen any) ([]byte, error) {
	says, isText := chosen.(string)
	byHand := fault.New(fault.Conflict, "merge.resolve.by_hand", "file", f.Path)
	switch {
	case chosen != nil && !isText:
		return nil, fault.New(fault.Invalid, "merge.resolve.value").At("take")
	case len(at) == 0 && threeway.Equal(chosen, value(f.New)):
		return nil, nil
	case len(at) == 0 && threeway.Equal(chosen, value(f.Own)):
		return f.Own, nil
	case len(at) == 0 && f.lines():
		return []byte(says), nil
	case len(at) != 1:
		return nil, byHand
	case f.Sentences():
		return f.say(at[0], says, chosen != nil, byHand)
	}
	_, hunks := threeway.Text(string(f.Base), string(f.Own), string(f.New))
	for _, h := range hunks {
		if hunkName(h) == at[0] {
			return []byte(h.Take(string(f.Own), says)), nil
		}
	}
	return nil, byHand
}

// say puts another sentence into the province's file, or takes it out where it is as shipped or gone. All other lines stay as they are.
func (f File) say(key, says string, there bool, byHand error) ([]byte, error) {
	want, err := locale.Sentences(f.Path, f.Own)
	if err != nil {
		return nil, byHand
	}
	now, _ := locale.Sentences(f.Path, f.New)
	line := ""
	if shipped, known := now[key]; there && says != shipped {
		if !known {
			return nil, byHand // nothing asks for it
		}
		if err := locale.Fits(shipped, says); err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "merge.resolve.value").At("take")
		}
		want[key], line = says, string(flat(map[string]string{key: says}))
	} else {
		delete(want, key)
	}
	out := withLine(string(f.Own), key, line)
	got, err := locale.Sentences(f.Path, []byte(out))
	if err != nil || !maps.Equal(got, want) {
		return nil, byHand // such as a nested file
	}
	return []byte(out), nil
}

// withLine puts a line in the place of the key's, with the indented ones below it.
func withLine(own, key, line string) string {
	lines := strings.SplitAfter(own, "\n")
	begin := slices.IndexFunc(lines, func(l string) bool {
		return slices.ContainsFunc([]string{key, `"` + key + `"`, `'` + key + `'`}, func(k string) bool { return strings.HasPrefix(l, k+":") })
	})
	if begin < 0 {
		return own + line
	}
	end := begin + 1
	for end < len(lines) && (strings.HasPrefix(lines[end], " ") || strings.TrimSpace(lines[end]) == "" && lines[end] != "") {
		end++
	}
	return strings.Join(lines[:begin], "") + line + strings.Join(lines[end:], "")
}

// Decided reports whether the province has edited its file at the place of a conflict, or has said that it began from what is
// new there; now is what it says. A rollback decides nothing: what is shipped now does not count.
func (f File) Decided(c threeway.Conflict) (now any, decided bool) {
	own, base := value(f.Own), value(f.Base)
	if len(c.Path) == 0 {
		return own, !threeway.Equal(own, c.Ours) || f.Base != nil && threeway.Equal(base, c.Theirs)
	}
	if f.Sentences() {
		says, err := locale.Sentences(f.Path, f.Own)
		began, errB := locale.Sentences(f.Path, f.Base)
		if err != nil || errB != nil {
			return c.Ours, false
		}
		now, was := sentence(says, c.Path[0]), sentence(began, c.Path[0])
		return now, !threeway.Equal(now, c.Ours) || c.Theirs != nil && threeway.Equal(was, c.Theirs)
	}
	ours, _ := c.Ours.(string)
	theirs, _ := c.Theirs.(string)
	was, _ := c.Base.(string)
	holds := strings.Contains(string(f.Own), ours)
	if ours == "" { // lines that the province took out
		holds = was == "" || !strings.Contains(string(f.Own), was)
	}
	if !holds {
		return nil, true
	}
	return c.Ours, theirs != "" && strings.Contains(string(f.Base), theirs)
}

// Differences are the places at which what is served says something else than what is shipped now.
func (f File) Differences() []threeway.Conflict {
	served := f.Merge().Content
	switch {
	case served == nil || bytes.Equal(served, f.New):
		return nil
	case f.New == nil:
		return []threeway.Conflict{{Ours: value(served)}}
	case f.Sentences():
		says, errS := locale.Sentences(f.Path, served)
		shipped, errN := locale.Sentences(f.Path, f.New)
		if errS != nil || errN != nil {
			return []threeway.Conflict{f.whole()}
		}
		var out []threeway.Conflict
		for _, key := range slices.Sorted(maps.Keys(says)) {
			if is := sentence(shipped, key); !threeway.Equal(is, says[key]) {
				out = append(out, threeway.Conflict{Path: []string{key}, Base: is, Ours: says[key], Theirs: is})
			}
		}
		return out
	case !f.lines():
		return []threeway.Conflict{f.whole()}
	}
	var out []threeway.Conflict
	for _, h := range threeway.Changes(string(f.New), string(served)) {
		h.Theirs = h.Ours // a difference is named by both its sides
		out = append(out, threeway.Conflict{Path: []string{hunkName(h)}, Base: text(h.Base), Ours: text(h.Ours), Theirs: text(h.Base)})
	}
	return out
}
