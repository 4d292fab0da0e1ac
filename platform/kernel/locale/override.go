package locale

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
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
	theirs, err := Sentences(file, raw)
	if err != nil {
		return err
	}
	ours, err := Sentences(file, shipped)
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(theirs)) {
		was, known := ours[key]
		if !known {
			return fmt.Errorf("the shipped file has no message %q", key)
		}
		if err := Fits(was, theirs[key]); err != nil {
			return fmt.Errorf("message %q %w", key, err)
		}
	}
	for key, text := range theirs {
		c.messages[l][key] = text
	}
	return nil
}

// Sentences are those of one file, by their keys.
func Sentences(file string, raw []byte) (map[string]string, error) {
	const l = Vietnamese // one of them: the file is read alone
	c := &Catalog{messages: map[Lang]map[string]string{l: {}}}
	err := c.read(l, file, raw)
	return c.messages[l], err
}

// Fits says what keeps text from standing in the place of the shipped sentence; nil when nothing does.
func Fits(shipped, text string) error {
	if text == "" {
		return errors.New("is empty")
	}
	need, has := blanks(shipped), blanks(text)
	for _, b := range need {
		if !slices.Contains(has, b) {
			return fmt.Errorf("lacks {%s}", b)
		}
	}
	for _, b := range has {
		if !slices.Contains(need, b) {
			return fmt.Errorf("asks for {%s}, which it is not given", b)
		}
	}
	return nil
}

var hole = regexp.MustCompile(`\{([a-z_]+)[|}]`)

// blanks names what a sentence is filled with.
func blanks(text string) (names []string) {
	for _, m := range hole.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}
