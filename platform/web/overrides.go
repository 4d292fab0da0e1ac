package web

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"

	"egovctl/platform/kernel/health"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/override"
)

// Overrides are the province's own files: each stands in the place of the shipped one with the same path, merged with it
// where a release brought another since x.html.from was written.
type Overrides struct {
	Files    fs.FS
	Texts    *locale.Catalog // the shipped sentences with the province's over them
	Findings []health.Result // what was refused, what overrides nothing, what waits for a decision
}

// OpenOverrides reads what the province keeps, which need not be there. Where the hash of the shipped file is not kept yet, it
// is written, if this process may.
func OpenOverrides(shipped fs.FS, in override.Folders) (*Overrides, error) {
	files, unread, err := in.Scan(shipped)
	if err != nil {
		return nil, err
	}
	o := &Overrides{Files: in.Serve(files)}
	var refused []locale.Refused
	if o.Texts, refused, err = locale.LoadOver(shipped, o.Files); err != nil {
		return nil, err
	}
	for _, r := range refused {
		o.Findings = append(o.Findings, refusal(r.File, r.Why))
	}
	for _, r := range unread {
		o.Findings = append(o.Findings, refusal(r.Path, r.Why))
	}
	for _, f := range files {
		o.look(in.Own, f)
	}
	return o, nil
}

// look tells what is to be said of a file.
func (o *Overrides) look(dir string, f override.File) {
	conflicts := len(f.Merge().Conflicts)
	switch {
	case conflicts > 0:
		o.find("web.override.conflict", f.Path)
		o.Findings[len(o.Findings)-1].Args["n"] = strconv.Itoa(conflicts)
	case f.New == nil:
		if ext := path.Ext(f.Path); (ext == ".html" || ext == ".yaml") && f.Base == nil { // not an editor's copy, nor a note
			o.find("web.override.stray", f.Path)
		}
	case f.State == override.Unmarked:
		if err := writeNew(filepath.Join(dir, f.Path+override.From), override.Hash(f.New)+"\n"); err != nil {
			o.find("web.override.unmarked", f.Path)
		}
	case f.State == override.Lost:
		o.find("web.override.moved", f.Path)
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
