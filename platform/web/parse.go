package web

import (
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"sort"

	"egovctl/platform/kernel/locale"
)

// parse reads the layout, then every page on top of it, in both languages.
func (p *Pages) parse() error {
	base, err := p.layout()
	if err != nil {
		return err
	}
	return fs.WalkDir(p.shipped, portalsDir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		page := pageName(file)
		if page == "" {
			return nil
		}
		text, err := fs.ReadFile(p.shipped, file)
		if err != nil {
			return fmt.Errorf("read page %s: %w", page, err)
		}
		shipped, err := parsePage(base, file, text)
		if err != nil {
			return fmt.Errorf("parse page %s: %w", page, err)
		}
		chain := []map[locale.Lang]*template.Template{}
		for _, own := range p.overrides(file) {
			changed, err := parsePage(base, file, own)
			if err != nil {
				p.refuse(file, err)
				continue
			}
			chain = append(chain, changed)
		}
		chain = append(chain, shipped)
		p.pages[page], p.behind[page] = chain[0], chain[1:]
		return nil
	})
}

func parsePage(base map[locale.Lang]*template.Template, file string, text []byte) (map[locale.Lang]*template.Template, error) {
	out := map[locale.Lang]*template.Template{}
	for l, b := range base {
		t, err := b.Clone()
		if err != nil {
			return nil, err
		}
		if _, err := t.New(file).Parse(string(text)); err != nil {
			return nil, err
		}
		for _, block := range []string{"title", "main"} {
			if t.Lookup(block) == nil {
				return nil, fmt.Errorf("the block %q is not defined", block)
			}
		}
		out[l] = t
	}
	return out, nil
}

// layout parses the files of the layout, each local one in the shipped one's place if the layout as a whole still
// parses with it.
func (p *Pages) layout() (map[locale.Lang]*template.Template, error) {
	files, err := fs.Glob(p.shipped, path.Join(layoutDir, "*.html"))
	if err != nil || len(files) == 0 {
		return nil, errors.Join(errors.New("no layout among the templates"), err)
	}
	sort.Strings(files)
	texts := map[string]string{}
	for _, file := range files {
		raw, err := fs.ReadFile(p.shipped, file)
		if err != nil {
			return nil, fmt.Errorf("read layout: %w", err)
		}
		texts[file] = string(raw)
	}
	base, err := p.assemble(files, texts)
	if err != nil {
		return nil, fmt.Errorf("parse layout: %w", err)
	}
	for _, file := range files {
		shipped := texts[file]
		for _, own := range p.overrides(file) {
			texts[file] = string(own)
			changed, err := p.assemble(files, texts)
			if err == nil {
				err = p.tryLayout(changed)
			}
			if err == nil {
				base = changed
				break
			}
			p.refuse(file, err)
			texts[file] = shipped
		}
	}
	return base, nil
}

func (p *Pages) assemble(files []string, texts map[string]string) (map[locale.Lang]*template.Template, error) {
	out := map[locale.Lang]*template.Template{}
	for _, l := range []locale.Lang{locale.Vietnamese, locale.English} {
		t := template.New("layout").Funcs(p.functions(l))
		for _, file := range files {
			if _, err := t.New(file).Parse(texts[file]); err != nil {
				return nil, err
			}
		}
		if t.Lookup("base") == nil {
			return nil, errors.New(`the block "base" is not defined`)
		}
		out[l] = t
	}
	return out, nil
}

// tryLayout shows an empty page in a changed layout, once as a visitor's and once as an official's.
func (p *Pages) tryLayout(base map[locale.Lang]*template.Template) error {
	set, err := parsePage(base, "sample", []byte(`{{define "title"}}x{{end}}{{define "main"}}x{{end}}`))
	if err != nil {
		return err
	}
	for l, t := range set {
		for _, r := range samplePeople(l) {
			if err := t.ExecuteTemplate(discard{}, "base", p.view(r, "sample", nil)); err != nil {
				return err
			}
		}
	}
	return nil
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

// overrides are what may stand in a shipped file's place, the best first: the province's merged with what the release
// brought, then the province's as it wrote it.
func (p *Pages) overrides(file string) [][]byte {
	if p.local == nil {
		return nil
	}
	raw, err := fs.ReadFile(p.local, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		p.refuse(file, err)
		return nil
	}
	all := [][]byte{raw}
	if merged, ok := p.local.(interface{ Unmerged(string) ([]byte, bool) }); ok {
		if own, other := merged.Unmerged(file); other {
			all = append(all, own)
		}
	}
	return all
}

// refuse notes that a local file was put aside.
func (p *Pages) refuse(file string, cause error) {
	p.findings = append(p.findings, refusal(file, cause))
}
