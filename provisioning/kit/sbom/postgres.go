package sbom

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/CycloneDX/cyclonedx-go"
)

// Component is one package of the PostgreSQL that a kit carries, as components.json beside it lists them.
type Component struct {
	Name    string   `json:"name"`
	Version string   `json:"version"`
	Licence string   `json:"licence"` // the file with its text, below the folder
	Files   []string `json:"files"`
}

// Postgres reads the components of the PostgreSQL in folder. Error: no such list, an empty one, or one that names a file
// which is not there.
func Postgres(folder string) ([]Component, error) {
	raw, err := os.ReadFile(filepath.Join(folder, "components.json"))
	if err != nil {
		return nil, fmt.Errorf("read the parts of PostgreSQL: %w", err)
	}
	var out []Component
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, fmt.Errorf("read %s/components.json: %w", folder, err)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s/components.json lists nothing", folder)
	}
	for _, c := range out {
		if c.Name == "" || c.Version == "" || c.Licence == "" {
			return nil, fmt.Errorf("%s/components.json: %q %q has no name, version or licence", folder, c.Name, c.Version)
		}
		for _, f := range append(c.Files, c.Licence) {
			if !filepath.IsLocal(f) {
				return nil, fmt.Errorf("%s/components.json: %s leads out of the folder", folder, f)
			}
			if _, err := os.Stat(filepath.Join(folder, f)); err != nil {
				return nil, fmt.Errorf("part %s of PostgreSQL: %w", c.Name, err)
			}
		}
	}
	return out, nil
}

// listed is the component with the place of its licence in the kit; Debian's texts are of many forms, so none is guessed.
func (c Component) listed() cyclonedx.Component {
	purl := "pkg:deb/debian/" + c.Name + "@" + url.PathEscape(c.Version)
	return cyclonedx.Component{BOMRef: purl, Type: cyclonedx.ComponentTypeLibrary, Name: c.Name, Version: c.Version, PackageURL: purl,
		Licenses: &cyclonedx.Licenses{{License: &cyclonedx.License{Name: "linux-amd64/postgres/" + c.Licence}}}}
}
