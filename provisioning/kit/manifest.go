// Package kit makes, checks and lays down kits: the signed, closed distribution of one release. A kit is one plain tar
// whose members are compressed one by one; its metadata follow The Update Framework (TUF), read from the file itself,
// since a kit travels on a disc. Begin with Open and Verify; Build is the other direction.
package kit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"egovctl/platform/kernel/fault"
)

// Product is the name in every manifest of ours.
const Product = "egovctl"

// ManifestFile stands beside the files that it lists.
const ManifestFile = "manifest.json"

// Binary is the path of the program within a release.
const Binary = "bin/egovctl"

// The two kinds of kits. A manifest that names none is a release laid down by a program without a kit.
const (
	KindRelease = "release"
	KindData    = "data" // catalogue, calendar, units and regimes alone, for the months in between
)

// Format of kits that this program writes, and the newest one that it reads.
const Format = 1

// Manifest lists what a kit, or a release laid down from one, holds. Fields that are not known are passed over: an
// older program reads the kit of a newer one.
type Manifest struct {
	Format        int           `json:"format,omitempty"` // of a kit; a release laid down has none
	Product       string        `json:"product"`
	Kind          string        `json:"kind,omitempty"`
	Version       string        `json:"version"`
	Date          time.Time     `json:"date,omitzero"`       // of the source, never of the building
	Platforms     []string      `json:"platforms,omitempty"` // of a release: "linux-amd64"
	Fits          string        `json:"fits,omitempty"`      // of data: the releases they may be loaded into, as a range
	Compatibility Compatibility `json:"compatibility,omitzero"`

	RootFingerprint string `json:"root_fingerprint,omitempty"` // of a release laid down: whose kit it came from
	Development     bool   `json:"development,omitempty"`

	Roots   int      `json:"roots,omitempty"` // of a kit: how many it brings, so that none can be taken out
	Members []Member `json:"members"`
}

// Member is one file. Path is relative, with slashes; within a kit it begins with the platform where it is for one only.
type Member struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
	Exec   bool   `json:"exec,omitempty"` // a program

	StoredSHA256 string `json:"stored_sha256,omitempty"` // within a kit: of the compressed bytes
	StoredSize   int64  `json:"stored_size,omitempty"`
}

// Encode is the manifest as it stands in a file: the same manifest is the same bytes.
func (m Manifest) Encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(m); err != nil {
		return nil, fmt.Errorf("encode manifest: %w", err)
	}
	return b.Bytes(), nil
}

// Measure makes the member for the file at path, to be listed as name.
func Measure(path, name string) (Member, error) {
	f, err := os.Open(path)
	if err != nil {
		return Member{}, fmt.Errorf("open member: %w", err)
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil {
		return Member{}, fmt.Errorf("look at member: %w", err)
	}
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return Member{}, fmt.Errorf("read member: %w", err)
	}
	return Member{Path: name, SHA256: hex.EncodeToString(h.Sum(nil)), Size: n, Exec: st.Mode()&0o111 != 0}, nil
}

// Parse reads the manifest of a release laid down in folder. Fault: finding "release.damaged" for anything that is none.
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
		if err != nil || have.SHA256 != want.SHA256 || have.Size != want.Size || want.Exec && !have.Exec {
			return m, fault.Wrap(err, fault.Finding, "release.damaged", "path", folder)
		}
	}
	return m, nil
}
