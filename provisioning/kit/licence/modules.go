package licence

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// listedPackage is what `go list -deps -json` tells of one.
type listedPackage struct {
	Dir    string
	Module *struct {
		Path, Version, Dir string
		Main               bool
	}
}

// Modules are the modules that the program at pkg links on any of the architectures, and Go itself: each with the licences in
// its folder and in those of the packages that are linked. dir is a folder of the main module. Error: go list's, or a file
// that cannot be read.
func Modules(ctx context.Context, dir, pkg string, architectures ...string) ([]Part, error) {
	parts := map[string]*Part{}
	for _, arch := range architectures {
		packages, err := list(ctx, dir, pkg, arch)
		if err != nil {
			return nil, err
		}
		for _, p := range packages {
			if p.Module == nil || p.Module.Main {
				continue
			}
			m := p.Module
			if parts[m.Path] == nil {
				parts[m.Path] = &Part{Kind: "golang", Name: m.Path, Version: m.Version}
			}
			for at := p.Dir; ; at = filepath.Dir(at) { // from the package up to the module
				if err := parts[m.Path].take(m.Dir, at); err != nil {
					return nil, err
				}
				if at == m.Dir || len(at) <= len(m.Dir) {
					break
				}
			}
		}
	}
	std, err := standard(ctx, dir)
	if err != nil {
		return nil, err
	}
	out := []Part{std}
	for _, p := range parts {
		out = append(out, *p)
	}
	return ordered(out), nil
}

func list(ctx context.Context, dir, pkg, arch string) ([]listedPackage, error) {
	c := exec.CommandContext(ctx, "go", "list", "-deps", "-json=Dir,Module", pkg) //nolint:gosec // the package is ours to name
	c.Dir = dir
	c.Env = append(os.Environ(), "GOARCH="+arch, "GOOS=linux", "CGO_ENABLED=0", "GOFLAGS=-mod=readonly")
	raw, err := run(c)
	if err != nil {
		return nil, err
	}
	var out []listedPackage
	for d := json.NewDecoder(bytes.NewReader(raw)); ; {
		var p listedPackage
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, fmt.Errorf("read go list: %w", err)
		}
		out = append(out, p)
	}
}

// standard is Go's own library and runtime, which every program of Go holds.
func standard(ctx context.Context, dir string) (Part, error) {
	c := exec.CommandContext(ctx, "go", "env", "GOROOT", "GOVERSION")
	c.Dir = dir
	raw, err := run(c)
	if err != nil {
		return Part{}, err
	}
	root, version, _ := strings.Cut(strings.TrimSpace(string(raw)), "\n")
	p := Part{Kind: "golang", Name: "std", Version: strings.TrimPrefix(version, "go")}
	return p, p.take(root, root)
}

func run(c *exec.Cmd) ([]byte, error) {
	var complaint bytes.Buffer
	c.Stderr = &complaint
	raw, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("run %s: %w: %s", strings.Join(c.Args, " "), err, complaint.String())
	}
	return raw, nil
}

// take adds the texts in a folder of the part, whose root is given, once each.
func (p *Part) take(root, folder string) error {
	within, err := filepath.Rel(root, folder)
	if err != nil {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("read %s: %w", p.Name, err)
	}
	for _, e := range entries {
		name := path.Join(filepath.ToSlash(within), e.Name())
		licence := licenceFile.MatchString(e.Name())
		if !e.Type().IsRegular() || !licence && !alongFile.MatchString(e.Name()) ||
			slices.ContainsFunc(p.Texts, func(t Text) bool { return t.Name == name }) {
			continue
		}
		body, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return fmt.Errorf("read the licence of %s: %w", p.Name, err)
		}
		t := Text{Name: name, Body: body}
		if licence {
			if t.IDs = identify(body); len(t.IDs) == 0 {
				return fmt.Errorf("%s %s has a licence that nobody here knows (%s)", p.Name, p.Version, name)
			}
		}
		p.Texts = append(p.Texts, t)
	}
	slices.SortFunc(p.Texts, func(a, b Text) int { return cmp.Compare(a.Name, b.Name) })
	return nil
}

func ordered(parts []Part) []Part {
	slices.SortFunc(parts, func(a, b Part) int { return cmp.Compare(a.Folder(), b.Folder()) })
	return parts
}
