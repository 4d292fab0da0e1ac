package kit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
)

// Release is what is laid down below releases/<version>/: out of a kit, or out of the binary that runs.
type Release struct {
	manifest func() (Manifest, error)
	open     func(Member) (io.ReadCloser, error)
}

// Manifest is what will stand in the release's folder.
func (r Release) Manifest() (Manifest, error) { return r.manifest() }

// Release is the kit's, for the platform of the anchor: what is for another one is left out, its prefix taken off.
func (v *Verified) Release() Release {
	m := v.f.manifest
	m.Format, m.Platforms, m.Members, m.Roots = 0, nil, nil, 0
	m.RootFingerprint, m.Development = v.Fingerprint(), v.development
	source := map[string]int{}
	for i, x := range v.f.manifest.Members {
		platform, path := platformOf(x.Path)
		if platform != "" && platform != v.platform {
			continue
		}
		source[path] = i
		m.Members = append(m.Members, Member{Path: path, SHA256: x.SHA256, Size: x.Size, Exec: x.Exec})
	}
	return Release{
		manifest: func() (Manifest, error) { return m, nil },
		open:     func(x Member) (io.ReadCloser, error) { return v.f.unpack(source[x.Path]) },
	}
}

// FromBinary is the release that a running binary carries: itself, its templates and its migrations. date is that of its
// source; the binary is hashed when it is first asked for.
func FromBinary(binary, version string, date time.Time, trees ...Tree) (Release, error) {
	files, err := listed(trees)
	if err != nil {
		return Release{}, err
	}
	manifest := sync.OnceValues(func() (Manifest, error) {
		program, err := Measure(binary, Binary)
		if err != nil {
			return Manifest{}, err
		}
		program.Exec = true
		m := Manifest{Product: Product, Kind: KindRelease, Version: version, Date: date, Members: []Member{program}}
		if c, err := compatibilityOf(version, schemas(files)); err == nil {
			m.Compatibility = c // a version that is none can neither be upgraded nor rolled back to
		}
		if m.Compatibility.Contracts, err = contractions(files); err != nil {
			return m, err
		}
		for _, f := range files {
			raw, err := fs.ReadFile(f.fs, f.within)
			if err != nil {
				return m, fmt.Errorf("read %s: %w", f.path, err)
			}
			sum := sha256.Sum256(raw)
			m.Members = append(m.Members, Member{Path: f.path, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(raw))})
		}
		return m, nil
	})
	return Release{manifest: manifest, open: func(x Member) (io.ReadCloser, error) {
		if x.Path == Binary {
			return os.Open(binary)
		}
		i := slices.IndexFunc(files, func(f file) bool { return f.path == x.Path })
		return files[i].fs.Open(files[i].within)
	}}, nil
}

// Lay writes all members and the manifest below folder, which is there and empty: durable when it returns, hashed once
// more on the way, read-only. Faults: refused "kit.member" for bytes that changed since they were verified.
func (r Release) Lay(ctx context.Context, on engine.Host, folder string, say engine.Progress) error {
	m, err := r.manifest()
	if err != nil {
		return err
	}
	var done, total int64
	for _, x := range m.Members {
		total += x.Size
	}
	for _, x := range m.Members {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.lay(on, filepath.Join(folder, filepath.FromSlash(x.Path)), x); err != nil {
			return err
		}
		if done += x.Size; say != nil {
			say(done, total, "bytes")
		}
	}
	raw, err := m.Encode()
	if err != nil {
		return err
	}
	if err := on.Draft(filepath.Join(folder, ManifestFile), bytes.NewReader(raw), 0o444); err != nil {
		return err
	}
	return on.Settle(folder)
}

func (r Release) lay(on engine.Host, path string, x Member) error {
	src, err := r.member(x)
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }() // only read
	mode := fs.FileMode(0o444)
	if x.Exec {
		mode = 0o555
	}
	return on.Draft(path, src, mode)
}

// member opens the content of a member, which is hashed while it is read.
func (r Release) member(x Member) (io.ReadCloser, error) {
	src, err := r.open(x)
	if err != nil {
		return nil, fmt.Errorf("open member: %w", err)
	}
	return struct {
		io.Reader
		io.Closer
	}{&checked{r: src, member: x, h: sha256.New()}, src}, nil
}

// schemas finds the newest migration of each schema among files.
func schemas(files []file) map[string]int {
	out := map[string]int{}
	for _, f := range files {
		if schema, number, ok := migration(f.path); ok {
			out[schema] = max(out[schema], number)
		}
	}
	return out
}

// migration takes the name of one apart: "migrations/onestop/0003_title.up.sql".
func migration(path string) (schema string, number int, ok bool) {
	parts := strings.Split(path, "/")
	if len(parts) != 3 || parts[0] != "migrations" || !strings.HasSuffix(parts[2], ".up.sql") {
		return "", 0, false
	}
	_, err := fmt.Sscanf(parts[2], "%d_", &number)
	return parts[1], number, err == nil
}

// Migrations are the up migrations of a release: their checksums in hexadecimal by schema and number, "onestop 3".
func (m Manifest) Migrations() map[string]string {
	out := map[string]string{}
	for _, x := range m.Members {
		if schema, number, ok := migration(x.Path); ok {
			out[fmt.Sprintf("%s %d", schema, number)] = x.SHA256
		}
	}
	return out
}

// errChanged is told to whoever reads a member whose bytes are not the manifest's.
func errChanged(x Member) error { return fault.New(fault.Refused, "kit.changed", "member", x.Path) }
