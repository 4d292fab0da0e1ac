package merge

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/threeway"
	"egovctl/platform/override"
)

// The kinds of the province's files.
const (
	KindText     = "text"     // sentences of one room in one language
	KindTemplate = "template" // any other file
)

// Files is the office of the province's own files. all reads them as they are now; write stores one, nil for taking it away, and
// is itself nil where this process may not.
func Files(all func() ([]override.File, error), write func(path string, content []byte) error) Office {
	b := &Beside{
		Conflicts: func() ([]Place, error) {
			return places(all, func(f override.File) []threeway.Conflict { return f.Merge().Conflicts })
		},
		Differences: func(context.Context, pgx.Tx) ([]Place, error) {
			return places(all, override.File.Differences)
		},
		Decided: func(c Conflict) (Place, bool, error) { return decidedFile(all, c) },
	}
	if write != nil {
		b.Decide = func(c Conflict, chosen any) error { return decideFile(all, write, c, chosen) }
	}
	return Office{Service: "files", Beside: b}
}

func places(all func() ([]override.File, error), of func(override.File) []threeway.Conflict) ([]Place, error) {
	files, err := all()
	if err != nil {
		return nil, err
	}
	var out []Place
	for _, f := range files {
		kind := KindTemplate
		if f.Sentences() {
			kind = KindText
		}
		for _, c := range of(f) {
			at := f.At
			out = append(out, Place{kind, f.Path, c, f.By, &at})
		}
	}
	return out, nil
}

func decideFile(all func() ([]override.File, error), write func(string, []byte) error, c Conflict, chosen any) error {
	files, err := all()
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Path != c.Key {
			continue
		}
		content, err := f.Decide(c.Path, chosen)
		if err != nil {
			return err
		}
		return write(f.Path, content)
	}
	return fault.New(fault.NotFound, "merge.resolve.none", "name", c.Name())
}

func decidedFile(all func() ([]override.File, error), c Conflict) (now Place, decided bool, err error) {
	files, err := all()
	if err != nil {
		return Place{}, false, err
	}
	of := threeway.Conflict{Path: c.Path}
	for _, part := range []struct {
		raw []byte
		to  *any
	}{{c.Base, &of.Base}, {c.Province, &of.Ours}, {c.New, &of.Theirs}} {
		if *part.to, err = threeway.Decode(part.raw); err != nil {
			return Place{}, false, err
		}
	}
	for _, f := range files {
		if f.Path == c.Key {
			of.Ours, decided = f.Decided(of)
			return Place{c.Kind, c.Key, of, f.By, &f.At}, decided, nil
		}
	}
	of.Ours = nil
	return Place{c.Kind, c.Key, of, "", nil}, true, nil // the province took its file away
}
