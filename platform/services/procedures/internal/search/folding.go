package search

import (
	"strings"

	"egovctl/platform/kernel/fold"
)

// key is a name without and with accents, its words apart by single spaces.
type key struct{ text, exact string }

// folding folds names word by word and remembers the words: a catalogue has few, and its index is rebuilt at every change.
type folding map[string]key

func (f folding) fold(name string) key {
	var text, exact strings.Builder
	text.Grow(len(name))
	exact.Grow(len(name) + len(name)/2)
	for w := range strings.FieldsSeq(name) {
		k, known := f[w]
		if !known {
			k = key{fold.Text(w), fold.Exact(w)}
			f[strings.Clone(w)] = k
		}
		if k.text == "" {
			continue
		}
		if text.Len() > 0 {
			text.WriteByte(' ')
			exact.WriteByte(' ')
		}
		text.WriteString(k.text)
		exact.WriteString(k.exact)
	}
	return key{text.String(), exact.String()}
}
