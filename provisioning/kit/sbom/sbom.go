// Package sbom lists what our programs are made of, as CycloneDX: every module that is linked, every package whose files are
// embedded, and the parts of the PostgreSQL that a kit may carry. The same programs give the same bytes.
package sbom

import (
	"bytes"
	"cmp"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/CycloneDX/cyclonedx-go"

	"egovctl/provisioning/kit/licence"
)

// Source is what a list is made from.
type Source struct {
	Version  string
	Date     time.Time // of the source, never the clock's; zero if nobody knows
	Programs []string  // files of the programs, one for each platform
	Parts    []licence.Part
	Postgres []Component
}

// Of writes the list as JSON of CycloneDX 1.6. Error: a program that cannot be read, that was not built from the same
// modules as the others, or that has a module which Parts does not know.
func Of(s Source) ([]byte, error) {
	byName := map[string]licence.Part{}
	for _, p := range s.Parts {
		byName[p.Kind+" "+p.Name] = p
	}
	modules, err := linked(s.Programs)
	if err != nil {
		return nil, err
	}
	var components []cyclonedx.Component
	for _, m := range modules {
		p, known := byName["golang "+m.name]
		if !known || p.Version != m.version {
			return nil, fmt.Errorf("the licence of %s %s was not collected: the program is of another source", m.name, m.version)
		}
		c := component("golang", m.name, m.version, p.Expression())
		if m.sum != "" { // the hash of a folder's listing, so not one of CycloneDX's hashes, which are of files
			c.Properties = &[]cyclonedx.Property{{Name: "egovctl:go.sum", Value: m.sum}}
		}
		components = append(components, c)
	}
	for _, p := range s.Parts {
		if p.Kind != "npm" {
			continue
		}
		c := component("npm", p.Name, p.Version, p.Expression())
		if c.Hashes, err = integrity(p.Hash); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		components = append(components, c)
	}
	for _, p := range s.Postgres {
		components = append(components, p.listed())
	}
	slices.SortFunc(components, func(a, b cyclonedx.Component) int { return cmp.Compare(a.BOMRef, b.BOMRef) })
	return encode(s, components)
}

func encode(s Source, components []cyclonedx.Component) ([]byte, error) {
	const ref = "pkg:generic/egovctl"
	refs := make([]string, len(components))
	for i, c := range components {
		refs[i] = c.BOMRef
	}
	b := cyclonedx.NewBOM()
	b.Metadata = &cyclonedx.Metadata{
		Component: &cyclonedx.Component{BOMRef: ref, Type: cyclonedx.ComponentTypeApplication, Name: "egovctl", Version: s.Version,
			Licenses: licences("Apache-2.0"), PackageURL: ref + "@" + s.Version},
	}
	if !s.Date.IsZero() {
		b.Metadata.Timestamp = s.Date.UTC().Format(time.RFC3339)
	}
	b.Components = &components
	b.Dependencies = &[]cyclonedx.Dependency{{Ref: ref, Dependencies: &refs}}
	var out bytes.Buffer
	if err := cyclonedx.NewBOMEncoder(&out, cyclonedx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(b, cyclonedx.SpecVersion1_6); err != nil {
		return nil, fmt.Errorf("write the list of parts: %w", err)
	}
	return out.Bytes(), nil
}

// component is a library as each kind of package registry names it.
func component(kind, name, version, expression string) cyclonedx.Component {
	purl := "pkg:" + kind + "/" + strings.Replace(name, "@", "%40", 1) + "@" + strings.ReplaceAll(version, "+", "%2B")
	return cyclonedx.Component{BOMRef: purl, Type: cyclonedx.ComponentTypeLibrary, Name: name, Version: version,
		Licenses: licences(expression), PackageURL: purl}
}

// licences is one licence by its identifier, several as an expression.
func licences(expression string) *cyclonedx.Licenses {
	if strings.Contains(expression, " ") {
		return &cyclonedx.Licenses{{Expression: expression}}
	}
	return &cyclonedx.Licenses{{License: &cyclonedx.License{ID: expression}}}
}

// integrity is npm's hash of the archive, "sha512-<base64>".
func integrity(s string) (*[]cyclonedx.Hash, error) {
	encoded, ok := strings.CutPrefix(s, "sha512-")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(raw) != 64 {
		return nil, fmt.Errorf("no sha512 of npm: %q", s)
	}
	return &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA512, Value: hex.EncodeToString(raw)}}, nil
}

type module struct{ name, version, sum string }

// linked are the modules in any of the programs, Go's own library among them, by name.
func linked(programs []string) ([]module, error) {
	seen := map[string]module{}
	for _, path := range programs {
		info, err := buildinfo.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read the modules of %s: %w", path, err)
		}
		found := []module{{"std", strings.TrimPrefix(info.GoVersion, "go"), ""}}
		for _, d := range info.Deps {
			if d.Replace != nil {
				d = d.Replace
			}
			found = append(found, module{d.Path, d.Version, d.Sum})
		}
		for _, m := range found {
			if have, ok := seen[m.name]; ok && have != m {
				return nil, fmt.Errorf("%s has %s %s, another program has %s", path, m.name, m.version, have.version)
			}
			seen[m.name] = m
		}
	}
	out := make([]module, 0, len(seen))
	for _, m := range seen {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b module) int { return cmp.Compare(a.name, b.name) })
	return out, nil
}
