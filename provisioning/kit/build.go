package kit

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"aead.dev/minisign"
	"github.com/klauspost/compress/zstd"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine/disk"
)

// SignatureSuffix is that of the file beside a kit which public tools check the kit with.
const SignatureSuffix = ".minisig"

// Source is what a kit is built from. Every date in the kit comes from Date: the same source is the same bytes.
type Source struct {
	Kind     string
	Version  string
	Date     time.Time         // of the source, to the second
	Programs map[string]string // platform to file; none in a data kit
	Trees    []Tree            // the other members, with the platform's name in the prefix where they are for one only
	Files    map[string]string // more members, each with the file that it comes from
	Fits     string            // of a data kit: the releases it may be loaded into
	Level    zstd.EncoderLevel // 0 for the strongest
}

// Built is what Build has made.
type Built struct {
	Path        string
	Bytes       int64
	SHA256      string // of the file
	Fingerprint string
	Manifest    Manifest
	Development bool
}

// Plan tells what Build would put into a kit: the manifest with each member's name alone. Faults as Build's.
func (s Source) Plan() (Manifest, error) {
	files, err := s.files()
	if err != nil {
		return Manifest{}, fault.Wrap(err, fault.Invalid, "kit.build.source", "why", err)
	}
	m, err := s.manifest(files)
	if err != nil {
		return m, fault.Wrap(err, fault.Invalid, "kit.build.source", "why", err)
	}
	for _, f := range files {
		size, err := f.size()
		if err != nil {
			return m, fault.Wrap(err, fault.Invalid, "kit.build.source", "why", err)
		}
		m.Members = append(m.Members, Member{Path: f.path, Size: size, Exec: f.exec})
	}
	return m, nil
}

// Build writes the kit to out, and its signature for public tools beside it. out appears whole or not at all, after it
// was read back and verified. say hears how many bytes are packed.
//
// Faults: invalid "kit.build.source" (a name that cannot be in a kit, no program, a wrong version), "kit.build.out".
func Build(ctx context.Context, out string, s Source, by Signer, say func(done, total int64)) (Built, error) {
	files, err := s.files()
	if err != nil {
		return Built{}, fault.Wrap(err, fault.Invalid, "kit.build.source", "why", err)
	}
	work, err := os.MkdirTemp(filepath.Dir(out), ".kit-*")
	if err != nil {
		return Built{}, fault.Wrap(err, fault.Invalid, "kit.build.out", "path", out)
	}
	defer func() { _ = os.RemoveAll(work) }()
	m, err := s.manifest(files)
	if err != nil {
		return Built{}, fault.Wrap(err, fault.Invalid, "kit.build.source", "why", err)
	}
	spool := filepath.Join(work, "members")
	if m.Members, err = pack(ctx, spool, files, s.Level, say); err != nil {
		if ctx.Err() != nil {
			return Built{}, ctx.Err()
		}
		return Built{}, fault.Wrap(err, fault.Invalid, "kit.build.source", "why", err)
	}
	fresh := filepath.Join(work, "kit")
	if err := assemble(fresh, spool, m, by); err != nil {
		return Built{}, err
	}
	b, sig, err := prove(ctx, fresh, m, by)
	if err != nil {
		return Built{}, err
	}
	b.Path = out
	return b, publish(out, fresh, sig)
}

// files lists the members. Error: no member can be called so, or nothing is there.
func (s Source) files() ([]file, error) {
	files, err := listed(s.Trees)
	if err != nil {
		return nil, err
	}
	for _, platform := range platforms {
		if p, ok := s.Programs[platform]; ok {
			files = append(files, file{path: platform + "/" + Binary, fs: os.DirFS(filepath.Dir(p)), within: filepath.Base(p), exec: true})
		}
	}
	for name, p := range s.Files {
		if !validName(name) {
			return nil, fmt.Errorf("%s cannot be in a kit", name)
		}
		files = append(files, file{path: name, fs: os.DirFS(filepath.Dir(p)), within: filepath.Base(p)})
	}
	slices.SortFunc(files, func(a, b file) int { return cmp.Compare(a.path, b.path) })
	if len(files) == 0 {
		return nil, errors.New("there is nothing to pack")
	}
	return files, nil
}

func (s Source) manifest(files []file) (Manifest, error) {
	m := Manifest{Format: Format, Product: Product, Kind: s.Kind, Version: s.Version, Date: s.Date.UTC().Truncate(time.Second), Fits: s.Fits}
	if _, err := ParseVersion(s.Version); err != nil {
		return m, err
	}
	switch s.Kind {
	case KindData:
		if len(s.Programs) > 0 || !Range(s.Fits).Valid() {
			return m, errors.New("a data kit holds no program and names the releases that it fits")
		}
	case KindRelease:
		for _, p := range platforms {
			if _, ok := s.Programs[p]; ok {
				m.Platforms = append(m.Platforms, p)
			}
		}
		if len(m.Platforms) != len(s.Programs) || len(m.Platforms) == 0 || s.Fits != "" {
			return m, errors.New("a release holds a program for each platform that it names")
		}
		var err error
		if m.Compatibility, err = compatibilityOf(s.Version, schemas(files)); err != nil {
			return m, err
		}
		if m.Compatibility.Contracts, err = contractions(files); err != nil {
			return m, err
		}
	default:
		return m, fmt.Errorf("no kind of kit: %q", s.Kind)
	}
	return m, nil
}

// assemble writes the kit with its metadata first, so that a reader knows what to expect before it comes.
func assemble(path, spool string, m Manifest, by Signer) error {
	m.Roots = len(by.Roots)
	raw, err := m.Encode()
	if err != nil {
		return err
	}
	if _, err := readManifest(raw); err != nil {
		return fault.Wrap(err, fault.Invalid, "kit.build.source", "why", err)
	}
	signed, err := by.sign(m, raw)
	if err != nil {
		return fmt.Errorf("sign kit: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644) //nolint:gosec // a kit is public
	if err != nil {
		return fmt.Errorf("write kit: %w", err)
	}
	members, err := os.Open(spool)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	defer func() { _ = members.Close() }()
	w := &writer{w: bufio.NewWriterSize(f, 1<<20), date: m.Date}
	for i, r := range by.Roots {
		w.add(metadataFolder+strconv.Itoa(i+1)+rootSuffix, int64(len(r)), bytes.NewReader(r))
	}
	for i, role := range roles {
		w.add(metadataFolder+role+".json", int64(len(signed[i])), bytes.NewReader(signed[i]))
	}
	w.add(ManifestFile, int64(len(raw)), bytes.NewReader(raw))
	for _, x := range m.Members {
		w.add(x.Path+storedSuffix, x.StoredSize, members)
	}
	if err := errors.Join(w.close(), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write kit: %w", err)
	}
	return nil
}

// prove verifies what was written as a province would, and signs the file for public tools.
func prove(ctx context.Context, path string, m Manifest, by Signer) (Built, []byte, error) {
	f, err := Open(path)
	if err != nil {
		return Built{}, nil, err
	}
	defer func() { _ = f.Close() }()
	a := Anchor{Fingerprint: Fingerprint(by.Roots), Now: m.Date}
	if len(m.Platforms) > 0 {
		a.Platform = m.Platforms[0]
	}
	v, err := f.Verify(ctx, a, nil)
	if err != nil {
		return Built{}, nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return Built{}, nil, fmt.Errorf("read kit: %w", err)
	}
	defer func() { _ = file.Close() }()
	h := sha256.New()
	r := minisign.NewReader(file)
	n, err := io.Copy(h, r)
	if err != nil {
		return Built{}, nil, fmt.Errorf("read kit: %w", err)
	}
	sig := r.SignWithComments(by.Download, "egovctl "+m.Kind+" "+m.Version+" "+m.Date.Format(time.RFC3339), "egovctl")
	return Built{Bytes: n, SHA256: hex.EncodeToString(h.Sum(nil)), Fingerprint: v.Fingerprint(), Manifest: m, Development: v.Development()}, sig, nil
}

// publish gives the kit its name; the signature goes first, so that there is no kit without one.
func publish(out, fresh string, sig []byte) error {
	out, err := filepath.Abs(out)
	if err == nil {
		err = disk.WriteFile(disk.OS{}, out+SignatureSuffix, sig, 0o644)
	}
	if err == nil {
		err = disk.Rename(disk.OS{}, fresh, out)
	}
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "kit.build.out", "path", out)
	}
	return nil
}
