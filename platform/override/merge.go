package override

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/threeway"
)

// Merged is what a file of the province's and the shipped one become.
type Merged struct {
	Content   []byte              // what is served in the shipped file's place; nil when that itself is
	Conflicts []threeway.Conflict // values are texts; the path is a sentence's key, a hunk, or none for the whole file
}

// Conflict paths of files that are no sentences begin so; what follows tells runs of lines apart.
const hunkMark = "hunk-"

// longestMerged is up to which size, in bytes, files are merged by lines; a larger one is one value.
const longestMerged = 1 << 20

// Merge is the file as it is served. The province's content holds where both sides changed the same.
func (f File) Merge() Merged {
	switch {
	case f.Own == nil: // what the province took away stays away
		return Merged{}
	case f.State != Marked, same(f.Base, f.New):
		return Merged{Content: f.Own}
	case f.New == nil:
		if same(f.Base, f.Own) {
			return Merged{}
		}
		return Merged{Conflicts: []threeway.Conflict{f.whole()}}
	case f.Sentences():
		return f.sentences()
	case f.Base == nil || !f.lines():
		return f.one()
	}
	content, hunks := threeway.Text(string(f.Base), string(f.Own), string(f.New))
	m := Merged{Content: []byte(content)}
	for _, h := range hunks {
		m.Conflicts = append(m.Conflicts, threeway.Conflict{Path: []string{hunkName(h)}, Base: text(h.Base), Ours: text(h.Ours), Theirs: text(h.Theirs)})
	}
	return m
}

// same reports whether two contents are one; nil is an absent one.
func same(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }

// Sentences reports whether the file holds sentences by key.
func (f File) Sentences() bool {
	return strings.HasPrefix(f.Path, "text/") && path.Ext(f.Path) == ".yaml"
}

// lines reports whether all three contents are text of a size to be merged by lines.
func (f File) lines() bool {
	for _, c := range [][]byte{f.Base, f.Own, f.New} {
		if len(c) > longestMerged || bytes.IndexByte(c, 0) >= 0 || !utf8.Valid(c) {
			return false
		}
	}
	return true
}

// one merges the file as one value.
func (f File) one() Merged {
	switch {
	case same(f.Own, f.New):
		return Merged{Content: f.Own}
	case same(f.Base, f.Own):
		return Merged{}
	}
	return Merged{Content: f.Own, Conflicts: []threeway.Conflict{f.whole()}}
}

func (f File) whole() threeway.Conflict {
	return threeway.Conflict{Base: value(f.Base), Ours: value(f.Own), Theirs: value(f.New)}
}

// value is a content as people are shown it: its text, or the hash of what is none.
func value(content []byte) any {
	if content == nil {
		return nil
	}
	if len(content) > longestMerged || bytes.IndexByte(content, 0) >= 0 || !utf8.Valid(content) {
		return "sha256:" + Hash(content)
	}
	return string(content)
}

func text(lines string) any {
	if lines == "" {
		return nil
	}
	return lines
}

// hunkName tells a run of lines from others of its file by what it was and becomes, wherever it stands.
func hunkName(h threeway.Hunk) string {
	return hunkMark + Hash([]byte(h.Base + "\x00" + h.Theirs))[:10]
}

// sentences merges key by key. A sentence that the province's file leaves out is as shipped. One that cannot stand in the
// place of the shipped sentence any more, because that is given other {blanks} or is gone, gives way and is told.
func (f File) sentences() Merged {
	own, err := locale.Sentences(f.Path, f.Own)
	if err != nil {
		return Merged{Content: f.Own} // the catalogue of texts refuses it by name
	}
	base, errB := locale.Sentences(f.Path, f.Base)
	now, errN := locale.Sentences(f.Path, f.New)
	if errB != nil || errN != nil {
		return Merged{Content: f.Own}
	}
	var m Merged
	served := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(own)) {
		was, is := sentence(base, key), sentence(now, key)
		if threeway.Equal(was, is) {
			served[key] = own[key]
			continue
		}
		merged, told := threeway.Record(nil, was, own[key], is)
		says, _ := merged.(string)
		fits := is != nil && locale.Fits(now[key], says) == nil
		if fits {
			served[key] = says
		}
		if len(told) > 0 || !fits && own[key] != base[key] {
			m.Conflicts = append(m.Conflicts, threeway.Conflict{Path: []string{key}, Base: was, Ours: own[key], Theirs: is})
		}
	}
	m.Content = flat(served)
	return m
}

func sentence(all map[string]string, key string) any {
	if s, ok := all[key]; ok {
		return s
	}
	return nil
}

// flat writes sentences as a file of them, in the order of their keys.
func flat(sentences map[string]string) []byte {
	var b bytes.Buffer
	for _, key := range slices.Sorted(maps.Keys(sentences)) {
		raw, _ := json.Marshal(sentences[key]) // a string always has a form, and YAML reads it
		fmt.Fprintf(&b, "%q: %s\n", key, raw)
	}
	return b.Bytes()
}
