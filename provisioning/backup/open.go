package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"slices"

	"filippo.io/age"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup/dump"
	"egovctl/provisioning/backup/seal"
	"egovctl/provisioning/backup/target"
	"egovctl/provisioning/kit"
)

// Set is a set whose manifest was read and found sound, with the keys that may open it.
type Set struct {
	Manifest
	from target.Target
	keys []age.Identity
}

// Open reads the manifest of a set. trusted is the instance's own key, nil on a bare host: see Read, whose faults are these.
func Open(ctx context.Context, from target.Target, id string, trusted []byte, keys ...age.Identity) (*Set, error) {
	m, _, err := Read(ctx, from, id, trusted)
	if err != nil {
		return nil, err
	}
	return &Set{Manifest: m, from: from, keys: keys}, nil
}

// read opens a member, gives what it holds to use, and then holds every stored byte against the manifest. Whatever use
// says of a member that is not as it was stored is the damage's doing, which is told instead. Faults: finding
// "backup.why....", refused "backup.locked" when none of the keys opens it; use's own.
func (s *Set) read(ctx context.Context, member string, use func(io.Reader) error) error {
	stored, err := s.from.Get(ctx, s.ID, member)
	if fault.Is(err, fault.NotFound) {
		return damaged(err, s.from, s.ID, member, "backup.why.missing")
	}
	if err != nil {
		return err
	}
	defer func() { _ = stored.Close() }() // only read
	r, err := seal.From(stored, s.keys...)
	if errors.Is(err, seal.ErrKey) {
		if whole := s.held(ctx, member); whole != nil {
			return whole
		}
		return fault.Wrap(err, fault.Refused, "backup.locked", "id", s.ID, "member", member)
	}
	if err != nil {
		if whole := s.held(ctx, member); whole != nil {
			return whole
		}
		return damaged(err, s.from, s.ID, member, "backup.why.form")
	}
	defer r.Close()
	used := use(&contextual{ctx, r})
	var far *fault.Error
	if ctx.Err() != nil || errors.As(used, &far) && far.Code != fault.Finding {
		return used // its own trouble, not the member's
	}
	_, drained := io.Copy(io.Discard, &contextual{ctx, r})
	if err := errors.Join(drained, r.Rest()); ctx.Err() == nil {
		size, sum := r.Stored()
		want := s.member(member)
		switch {
		case size != want.Size:
			return damaged(errors.Join(err, used), s.from, s.ID, member, "backup.why.size")
		case sum != want.SHA256:
			return damaged(errors.Join(err, used), s.from, s.ID, member, "backup.why.sum")
		case err != nil:
			return damaged(err, s.from, s.ID, member, "backup.why.form")
		}
	}
	return errors.Join(used, ctx.Err())
}

// held holds the stored bytes of a member against the manifest, without opening it.
func (s *Set) held(ctx context.Context, member string) error {
	stored, err := s.from.Get(ctx, s.ID, member)
	if err != nil {
		return err
	}
	defer func() { _ = stored.Close() }() // only read
	hash := sha256.New()
	size, err := io.Copy(hash, &contextual{ctx, stored})
	if err != nil {
		return damaged(err, s.from, s.ID, member, "backup.why.read")
	}
	want := s.member(member)
	switch {
	case size != want.Size:
		return damaged(nil, s.from, s.ID, member, "backup.why.size")
	case sumText(hash.Sum(nil)) != want.SHA256:
		return damaged(nil, s.from, s.ID, member, "backup.why.sum")
	}
	return nil
}

// contextual ends with its context.
type contextual struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextual) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// tables reads the dump and holds its tables against the manifest. out takes the dump as well; nil for nobody.
func (s *Set) tables(r io.Reader, out io.Writer) error {
	if out != nil {
		r = io.TeeReader(r, out)
	}
	have, err := dump.Tables(r)
	if err != nil {
		return damaged(err, s.from, s.ID, DatabaseMember, "backup.why.form")
	}
	if !slices.Equal(have, s.Tables) {
		return damaged(nil, s.from, s.ID, DatabaseMember, "backup.why.counts")
	}
	return nil
}

// entry takes one entry of a tar; content is empty for what is no file.
type entry func(h *tar.Header, content io.Reader) error

// entries reads a tar and holds its kinds of state against the manifest. each is called for every entry; nil for nobody.
func (s *Set) entries(r io.Reader, member string, each entry) error {
	t := newTally()
	for in := tar.NewReader(r); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return damaged(err, s.from, s.ID, member, "backup.why.form")
		}
		if !fs.ValidPath(trimSlash(h.Name)) || !slices.Contains([]byte{tar.TypeReg, tar.TypeDir, tar.TypeSymlink}, h.Typeflag) {
			return damaged(nil, s.from, s.ID, member, "backup.why.form")
		}
		if err := s.entry(t, in, h, each); err != nil {
			return err
		}
	}
	for _, have := range t.result() {
		if have != s.kind(have.Name) {
			return damaged(nil, s.from, s.ID, member, "backup.why.counts")
		}
	}
	return nil
}

func (s *Set) entry(t *tally, in io.Reader, h *tar.Header, each entry) error {
	sum := sha256.New()
	content := io.TeeReader(in, sum)
	if each != nil {
		if err := each(h, content); err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return damaged(err, s.from, s.ID, StateMember, "backup.why.form")
	}
	switch h.Typeflag {
	case tar.TypeReg:
		t.add(h, sum.Sum(nil))
	case tar.TypeSymlink:
		led := sha256.Sum256([]byte(h.Linkname))
		t.add(h, led[:])
	default:
		t.add(h, nil)
	}
	return nil
}

// Fits refuses a set of a later release than version: refused "backup.newer". A version that is no release's (a build for
// development) is not compared.
func (s *Set) Fits(version string) error {
	theirs, err1 := kit.ParseVersion(s.Version)
	ours, err2 := kit.ParseVersion(version)
	if err1 == nil && err2 == nil && theirs.Compare(ours) > 0 {
		return fault.New(fault.Refused, "backup.newer", "id", s.ID, "version", s.Version, "ours", version)
	}
	return nil
}
