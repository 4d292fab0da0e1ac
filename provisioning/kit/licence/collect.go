package licence

import (
	"fmt"
	"os"
	"path/filepath"
)

// Collect writes every text to folder/<part>/<name>, which then holds nothing else. Parts that Judge refuses are not written.
func Collect(folder string, parts []Part) error {
	if err := Judge(parts); err != nil {
		return err
	}
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("clear %s: %w", folder, err)
	}
	for _, p := range parts {
		for _, t := range p.Texts {
			path := filepath.Join(folder, filepath.FromSlash(p.Folder()), filepath.FromSlash(t.Name))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // licences are public
				return fmt.Errorf("write licences: %w", err)
			}
			if err := os.WriteFile(path, t.Body, 0o644); err != nil { //nolint:gosec // licences are public
				return fmt.Errorf("write licences: %w", err)
			}
		}
	}
	return nil
}
