package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"egovctl/platform/kernel/health"
	"egovctl/platform/kernel/locale"
)

// Overrides are the province's own files: each stands in the place of the shipped one with the same path, and beside it
// x.html.from keeps the hash of the shipped one that it was made from.
type Overrides struct {
	Files    fs.FS
	Texts    *locale.Catalog // the shipped sentences with the province's over them
	Findings []health.Result // what was refused, what overrides nothing, what was made from an older release
}

// baseSuffix is what the name of the file with the hash has behind the name of the override.
const baseSuffix = ".from"

// OpenOverrides reads what the province keeps in dir (ROOT/local/templates), which need not be there. Where the hash of
// the shipped file is not kept yet, it is written, if this process may.
func OpenOverrides(shipped fs.FS, dir string) (*Overrides, error) {
	o := &Overrides{Files: os.DirFS(dir)}
	var refused []locale.Refused
	var err error
	if o.Texts, refused, err = locale.LoadOver(shipped, o.Files); err != nil {
		return nil, err
	}
	for _, r := range refused {
		o.Findings = append(o.Findings, refusal(r.File, r.Why))
	}
	err = fs.WalkDir(o.Files, ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && file == ".":
			return fs.SkipAll // there is nothing of the province's
		case err != nil:
			o.Findings = append(o.Findings, refusal(file, err))
		case !d.IsDir() && path.Ext(file) != baseSuffix:
			o.look(shipped, dir, file)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look at the province's files: %w", err)
	}
	return o, nil
}

// look compares the shipped file behind an override with the one that it was made from.
func (o *Overrides) look(shipped fs.FS, dir, file string) {
	base, err := fs.ReadFile(shipped, file)
	if err != nil {
		if ext := path.Ext(file); ext == ".html" || ext == ".yaml" { // not an editor's copy, nor a note
			o.find("web.override.stray", file)
		}
		return
	}
	sum := sha256.Sum256(base)
	now := hex.EncodeToString(sum[:])
	kept, err := fs.ReadFile(o.Files, file+baseSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		kept, err = []byte(now), writeNew(filepath.Join(dir, file+baseSuffix), now+"\n")
	}
	switch {
	case err != nil:
		o.find("web.override.unmarked", file)
	case strings.TrimSpace(string(kept)) != now:
		o.find("web.override.moved", file)
	}
}

// writeNew makes a file where nothing stands, not even a link.
func writeNew(path, text string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

func (o *Overrides) find(key, file string) {
	o.Findings = append(o.Findings, aboutFile(key, file, nil))
}

// refusal says that a file of the province's was put aside. The cause is one line of whoever read it: where it is wrong,
// and what.
func refusal(file string, cause error) health.Result {
	return aboutFile("web.override.refused", file, cause)
}

func aboutFile(key, file string, cause error) health.Result {
	r := health.Result{Code: "pages.override", Service: "web", Status: health.Warn, Severity: "warning", Key: key, Args: map[string]string{"file": file}}
	if cause != nil {
		r.Args["why"] = cause.Error()
	}
	return r
}
