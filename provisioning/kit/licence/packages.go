package licence

import (
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

//go:embed embedded.csv
var embeddedTable string

// Packages are the npm packages from whose files pages and papers are made: those of package-lock.json in the folder assets.
// What of each is embedded, and under which text, is a table, because a package brings more than is taken of it. Error: a
// package that the table does not have, or a text that is not there.
func Packages(assets string) ([]Part, error) {
	rows, err := csv.NewReader(strings.NewReader(embeddedTable)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read embedded.csv: %w", err)
	}
	texts := map[string]string{}
	for _, r := range rows[1:] {
		texts[r[0]] = r[1]
	}
	raw, err := os.ReadFile(filepath.Join(assets, "package-lock.json"))
	if err != nil {
		return nil, fmt.Errorf("read what npm fetches: %w", err)
	}
	var lock struct {
		Packages map[string]struct{ Version, Integrity string }
	}
	if err := json.Unmarshal(raw, &lock); err != nil {
		return nil, fmt.Errorf("read package-lock.json: %w", err)
	}
	var out []Part
	for at, x := range lock.Packages {
		if at == "" { // the list itself
			continue
		}
		_, name, _ := strings.Cut(at, "node_modules/")
		file := texts[name]
		if file == "" {
			return nil, fmt.Errorf("the package %s has no line in embedded.csv, which says what of it is embedded", name)
		}
		body, err := os.ReadFile(filepath.Join(assets, file))
		if err != nil {
			return nil, fmt.Errorf("read the licence of %s: %w", name, err)
		}
		out = append(out, Part{Kind: "npm", Name: name, Version: x.Version, Hash: x.Integrity,
			Texts: []Text{{Name: filepath.Base(file), Body: body, IDs: identify(body)}}})
	}
	return ordered(out), nil
}
