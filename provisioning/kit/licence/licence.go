// Package licence collects the licence of everything that is linked into the programs or embedded in them, so that a kit can
// carry each text. It works on the building machine alone, from the module cache, without the network.
package licence

import (
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Part is one thing of somebody else's that travels in our programs.
type Part struct {
	Kind    string // golang (Go itself is its part "std"), npm
	Name    string // github.com/spf13/cobra, @fontsource/be-vietnam-pro
	Version string
	Hash    string // npm: the integrity of its archive, "sha512-..."; "" for the others
	Texts   []Text // in the order of their names
}

// Text is one file that goes along: a licence, a notice, a grant of patents.
type Text struct {
	Name string // below the part's own folder: LICENSE, zstd/internal/xxhash/LICENSE.txt
	Body []byte
	IDs  []string // SPDX identifiers of the licences in it; none in a notice or a grant
}

// Folder is where the part's texts lie below licenses: "github.com/spf13/cobra@v1.10.2", "npm/@fontsource/be-vietnam-pro@5.3.0".
func (p Part) Folder() string {
	if p.Kind == "npm" {
		return "npm/" + p.Name + "@" + p.Version
	}
	return p.Name + "@" + p.Version
}

// Expression is the part's licences in the words of SPDX: "MIT", "Apache-2.0 AND MIT".
func (p Part) Expression() string {
	var ids []string
	for _, t := range p.Texts {
		ids = append(ids, t.IDs...)
	}
	slices.Sort(ids)
	return strings.Join(slices.Compact(ids), " AND ")
}

//go:embed allowed.csv
var allowedTable string

// allowed are the licences that a part may have, with why.
func allowed() (map[string]string, error) {
	rows, err := csv.NewReader(strings.NewReader(allowedTable)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read allowed.csv: %w", err)
	}
	out := map[string]string{}
	for _, r := range rows[1:] {
		out[r[0]] = r[1]
	}
	return out, nil
}

// Judge tells every part that may not travel: without a licence, with one that nobody knows, or with one that is not allowed.
func Judge(parts []Part) error {
	table, err := allowed()
	if err != nil {
		return err
	}
	var errs []error
	for _, p := range parts {
		if p.Expression() == "" {
			errs = append(errs, fmt.Errorf("%s %s has no licence that can be recognised", p.Name, p.Version))
		}
		for _, t := range p.Texts {
			for _, id := range t.IDs {
				if table[id] == "" {
					errs = append(errs, fmt.Errorf("%s %s is under %s (%s), which allowed.csv does not allow", p.Name, p.Version, id, t.Name))
				}
			}
		}
	}
	return errors.Join(errs...)
}
