package kit

import (
	_ "embed" // the table of this source
	"fmt"
	"io/fs"
	"regexp"

	"go.yaml.in/yaml/v4"
)

//go:embed compatibility.yaml
var table []byte

// Compatibility is what a release says about those around it. It is data of the manifest.
type Compatibility struct {
	UpgradeFrom []Range        `json:"upgrade_from,omitempty"`
	RollbackTo  []Range        `json:"rollback_to,omitempty"`
	Denied      []Denied       `json:"denied,omitempty"`
	Schemas     map[string]int `json:"schemas,omitempty"` // schema to the number of its newest migration
	Known       []Known        `json:"known,omitempty"`   // published releases, for the way through several

	Contracts []Contraction `json:"contracts,omitempty"` // what migrations remove that an earlier release had
}

// Contraction is a migration that removes something for good.
type Contraction struct {
	Schema string `json:"schema"`
	Number int    `json:"number"`
	Reason string `json:"reason"`
}

// Contracting are the contractions between a release with these schemas and this one.
func (c Compatibility) Contracting(from map[string]int) (out []Contraction) {
	for _, x := range c.Contracts {
		if x.Number > from[x.Schema] {
			out = append(out, x)
		}
	}
	return out
}

// irreversible is the line by which a migration says that it contracts.
var irreversible = regexp.MustCompile(`(?m)^-- irreversible: *(.+?)\s*$`)

// contractions reads them out of the migrations among files. Error: one cannot be read.
func contractions(files []file) (out []Contraction, err error) {
	for _, f := range files {
		schema, number, ok := migration(f.path)
		if !ok {
			continue
		}
		raw, err := fs.ReadFile(f.fs, f.within)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", f.path, err)
		}
		if m := irreversible.FindSubmatch(raw); m != nil {
			out = append(out, Contraction{schema, number, string(m[1])})
		}
	}
	return out, nil
}

// Denied are releases that nobody may start from or go to.
type Denied struct {
	Versions Range  `json:"versions" yaml:"versions"`
	VI       string `json:"vi" yaml:"vi"`
	EN       string `json:"en" yaml:"en"`
}

// Known is a published release.
type Known struct {
	Version     string  `json:"version" yaml:"version"`
	UpgradeFrom []Range `json:"upgrade_from,omitempty" yaml:"upgrade_from"`
	RollbackTo  []Range `json:"rollback_to,omitempty" yaml:"rollback_to"`
}

// compatibilityOf is what this source says about version. Error: the table cannot be read.
func compatibilityOf(version string, schemas map[string]int) (Compatibility, error) {
	return compatibility(table, version, schemas)
}

func compatibility(raw []byte, version string, schemas map[string]int) (Compatibility, error) {
	var t struct {
		Default  string   `yaml:"default"`
		Releases []Known  `yaml:"releases"`
		Denied   []Denied `yaml:"denied"`
	}
	if err := yaml.Load(raw, &t, yaml.WithKnownFields()); err != nil {
		return Compatibility{}, fmt.Errorf("read compatibility: %w", err)
	}
	v, err := ParseVersion(version)
	if err != nil {
		return Compatibility{}, err
	}
	if t.Default != "any" {
		return Compatibility{}, fmt.Errorf("read compatibility: default %q", t.Default)
	}
	around := []Range{Range(fmt.Sprintf(">=%d.0.0-0 <%s", max(v.Major-1, 0), v))}
	c := Compatibility{UpgradeFrom: around, RollbackTo: around, Denied: t.Denied, Schemas: schemas, Known: t.Releases}
	for _, k := range t.Releases {
		for _, r := range append(append([]Range{}, k.UpgradeFrom...), k.RollbackTo...) {
			if _, err := ParseVersion(k.Version); err != nil || !r.Valid() {
				return c, fmt.Errorf("read compatibility: release %q, range %q: %w", k.Version, r, err)
			}
		}
		if k.Version == version {
			c.UpgradeFrom, c.RollbackTo = k.UpgradeFrom, k.RollbackTo
		}
	}
	for _, d := range t.Denied {
		if !d.Versions.Valid() || d.VI == "" || d.EN == "" {
			return c, fmt.Errorf("read compatibility: denied %q", d.Versions)
		}
	}
	return c, nil
}
