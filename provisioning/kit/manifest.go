// Package kit knows what a release holds: its manifest, and whether the files on the disk are the ones it names.
package kit

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"egovctl/platform/kernel/fault"
)

// Product is the name in every manifest of ours.
const Product = "egovctl"

// ManifestFile stands beside the files that it lists.
const ManifestFile = "manifest.json"

// Binary is the path of the program within a release.
const Binary = "bin/egovctl"

// Manifest lists what a release holds.
type Manifest struct {
	Product string   `json:"product"`
	Version string   `json:"version"`
	Members []Member `json:"members"`
}

// Member is one file of a release. Path is relative to the release's folder.
type Member struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// Measure makes the member for the file at path, to be listed as name.
func Measure(path, name string) (Member, error) {
	f, err := os.Open(path)
	if err != nil {
		return Member{}, fmt.Errorf("open member: %w", err)
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return Member{}, fmt.Errorf("read member: %w", err)
	}
	return Member{Path: name, SHA256: hex.EncodeToString(h.Sum(nil)), Size: n}, nil
}

// Parse reads a manifest. Fault: finding "release.damaged" for anything that is none.
func Parse(raw []byte, folder string) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(raw, &m); err != nil || m.Product != Product || m.Version == "" || len(m.Members) == 0 {
		return m, fault.New(fault.Finding, "release.damaged", "path", folder)
	}
	for _, member := range m.Members {
		if !filepath.IsLocal(member.Path) {
			return m, fault.New(fault.Finding, "release.damaged", "path", folder)
		}
	}
	return m, nil
}

// Verify hashes every file of the release in folder. Fault: finding "release.damaged".
func Verify(folder string) (Manifest, error) {
	raw, err := os.ReadFile(filepath.Join(folder, ManifestFile))
	if err != nil {
		return Manifest{}, fault.Wrap(err, fault.Finding, "release.damaged", "path", folder)
	}
	m, err := Parse(raw, folder)
	if err != nil {
		return m, err
	}
	for _, want := range m.Members {
		have, err := Measure(filepath.Join(folder, want.Path), want.Path)
		if err != nil || have != want {
			return m, fault.Wrap(err, fault.Finding, "release.damaged", "path", folder)
		}
	}
	return m, nil
}
