package locale

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
)

// Refused is a file of the province's that was put aside, and why: one line, for the operator.
type Refused struct {
	File string
	Why  error
}

// override puts the sentences of own's file in the place of the shipped ones, all or none. It may leave sentences out:
// those stay as shipped, so that a file of an older release lacks nothing. It may not have a key that is not shipped,
// an empty sentence, or other {blanks} than the shipped sentence, which would be shown as they are.
func (c *Catalog) override(l Lang, file string, shipped []byte, own fs.FS) error {
	raw, err := fs.ReadFile(own, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	theirs, ours := single(l), single(l)
	if err := theirs.read(l, file, raw); err != nil {
		return err
	}
	if err := ours.read(l, file, shipped); err != nil {
		return err
	}
	for _, key := range theirs.Keys(l) {
		text := theirs.messages[l][key]
		was, known := ours.messages[l][key]
		switch {
		case !known:
			return fmt.Errorf("the shipped file has no message %q", key)
		case text == "":
			return fmt.Errorf("message %q is empty", key)
		}
		need, has := blanks(was), blanks(text)
		for _, b := range need {
			if !slices.Contains(has, b) {
				return fmt.Errorf("message %q lacks {%s}", key, b)
			}
		}
		for _, b := range has {
			if !slices.Contains(need, b) {
				return fmt.Errorf("message %q asks for {%s}, which it is not given", key, b)
			}
		}
	}
	for key, text := range theirs.messages[l] {
		c.messages[l][key] = text
	}
	return nil
}

func single(l Lang) *Catalog {
	return &Catalog{messages: map[Lang]map[string]string{l: {}}}
}

var hole = regexp.MustCompile(`\{([a-z_]+)[|}]`)

// blanks names what a sentence is filled with.
func blanks(text string) (names []string) {
	for _, m := range hole.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}
