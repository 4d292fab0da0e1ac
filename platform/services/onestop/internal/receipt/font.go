package receipt

import (
	"io/fs"
	"path"
	"strings"

	"egovctl/platform/kernel/fault"
)

// Fonts are the two TrueType files of a print. They must have every Vietnamese letter: a missing one is drawn as an
// empty box without an error.
type Fonts struct{ Regular, Bold []byte }

// LoadFonts takes the regular and bold faces among the *.ttf files at the root of files, by their names and by what
// they can write. Without a bold one the regular serves for both; without any it returns fault.Unavailable.
func LoadFonts(files fs.FS) (Fonts, error) {
	var f Fonts
	names, err := fs.Glob(files, "*.ttf")
	if err != nil {
		return f, fault.Wrap(err, fault.Unavailable, "onestop.receipt.font")
	}
	for _, n := range names {
		regular, bold := isFace(n, "regular", "400"), isFace(n, "bold", "700")
		if regular && f.Regular == nil || bold && f.Bold == nil {
			raw, err := fs.ReadFile(files, n)
			if err != nil {
				return f, fault.Wrap(err, fault.Unavailable, "onestop.receipt.font")
			}
			switch {
			case !covers(raw, vietnamese):
			case regular:
				f.Regular = raw
			default:
				f.Bold = raw
			}
		}
	}
	if f.Regular == nil {
		return f, fault.New(fault.Unavailable, "onestop.receipt.font")
	}
	if f.Bold == nil {
		f.Bold = f.Regular
	}
	return f, nil
}

// isFace recognises the upright face of a weight: "BeVietnamPro-Bold.ttf" or "be-vietnam-pro-700.ttf".
func isFace(name, word, weight string) bool {
	low := strings.NewReplacer("semibold", "", "extrabold", "").Replace(strings.ToLower(path.Base(name)))
	return !strings.Contains(low, "italic") && !strings.Contains(low, "condensed") &&
		(strings.Contains(low, word) || strings.Contains(low, weight))
}
