package backup

import (
	"archive/tar"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"time"

	"filippo.io/age"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup/dump"
	"egovctl/provisioning/backup/seal"
	"egovctl/provisioning/backup/target"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// NewID names a set: the moment, so that sets sort by age, and the instance, so that those which share a target know their own.
func NewID(now time.Time, key ed25519.PublicKey) string {
	return now.UTC().Format(idTime) + "-" + mark(key)
}

const idTime = "20060102T150405Z"

// mark tells the sets of an instance from those of others, by the key that signs them.
func mark(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:3])
}

// Own reports whether a set, or a draft, is of the instance whose key this is.
func Own(id string, key ed25519.PublicKey) bool {
	_, of, _ := strings.Cut(id, "-")
	_, ok := MadeAt(id)
	return ok && of == mark(key)
}

// MadeAt is the moment that a set is named for; ok is false for a name that is no set's.
func MadeAt(id string) (at time.Time, ok bool) {
	moment, _, ok := strings.Cut(id, "-")
	at, err := time.Parse(idTime, moment)
	return at, ok && err == nil
}

// Create writes the whole state of a running instance into a new set, and returns its manifest. Until it is whole it is not
// there. Faults: those of the target and of recipients; invalid "backup.external" where somebody else keeps PostgreSQL; Unavailable when the database does not answer; "backup.program" for
// what pg_dump says.
func Create(ctx context.Context, site instance.Site, to target.Target, id string, say engine.Progress) (Manifest, error) {
	c, err := newCreation(site, to, id)
	if err != nil {
		return Manifest{}, err
	}
	if err := c.sweep(ctx); err != nil {
		return Manifest{}, err
	}
	s, err := look(ctx, site)
	if err != nil {
		return Manifest{}, err
	}
	defer s.close(ctx)
	if err := c.describe(ctx, s); err != nil {
		return Manifest{}, err
	}
	c.say = meter(say, s.size)
	for _, part := range []func(context.Context) error{
		func(ctx context.Context) error { return c.database(ctx, s.name) },
		func(ctx context.Context) error { return c.files(ctx) },
		func(ctx context.Context) error { return c.state(ctx) },
		func(ctx context.Context) error { return c.m.write(ctx, to, c.key) },
	} {
		if err := part(ctx); err != nil {
			return Manifest{}, errors.Join(err, to.Delete(context.WithoutCancel(ctx), id))
		}
	}
	return c.m, to.Publish(ctx, id)
}

// creation is a set that is being written.
type creation struct {
	site instance.Site
	to   target.Target
	key  ed25519.PrivateKey
	seal []age.Recipient
	m    Manifest
	say  func(int64)
}

func newCreation(site instance.Site, to target.Target, id string) (*creation, error) {
	if site.External() {
		return nil, fault.New(fault.Invalid, "backup.external")
	}
	if _, err := site.Binaries(); err != nil {
		return nil, err
	}
	key, err := signer(site)
	if err != nil {
		return nil, err
	}
	all, names, err := recipients(site)
	if err != nil {
		return nil, err
	}
	a := site.Answers
	return &creation{site: site, to: to, key: key, seal: all, m: Manifest{
		Format: format, Product: "egovctl", ID: id, Instance: a.Instance, Profile: a.Province.Profile, Version: site.Version, Recipients: names,
	}}, nil
}

// sweep removes the drafts of this instance that were cut: nobody else writes for it, the lock of its ROOT is ours.
func (c *creation) sweep(ctx context.Context) error {
	_, drafts, err := c.to.List(ctx)
	for _, d := range drafts {
		if err == nil && Own(d, c.key.Public().(ed25519.PublicKey)) { //nolint:forcetypeassert // an ed25519 key has no other
			err = c.to.Delete(ctx, d)
		}
		if target.Held(err) {
			err = nil // it goes when the target lets it
		}
	}
	return err
}

func (c *creation) describe(ctx context.Context, s *snapshot) error {
	var err error
	c.m.MadeAt = s.at.UTC()
	if c.m.Postgres, err = serverMajor(s.conn); err != nil {
		return err
	}
	if c.m.Schemas, err = schemas(ctx, s.tx); err != nil {
		return err
	}
	c.m.Audit, err = head(ctx, s.tx)
	return err
}

// member seals what fill writes, streamed into the target, and notes it in the manifest.
func (c *creation) member(ctx context.Context, name string, fill func(io.Writer) error) error {
	pr, pw := io.Pipe()
	var w *seal.Writer
	done := make(chan struct{})
	go func() {
		defer close(done)
		var err error
		if w, err = seal.To(pw, c.seal...); err == nil {
			err = errors.Join(fill(w), w.Close()) // closed in any case, which ends its workers
		}
		_ = pw.CloseWithError(err) // never fails
	}()
	err := c.to.Put(ctx, c.m.ID, name, pr)
	_ = pr.CloseWithError(errors.New("the target takes no more")) // never fails
	<-done
	if err != nil {
		return err
	}
	size, sum := w.Stored()
	c.m.Members = append(c.m.Members, Member{Name: name, Size: size, SHA256: sum})
	return nil
}

// database streams the dump, counting the rows as they pass.
func (c *creation) database(ctx context.Context, snapshot string) error {
	return c.member(ctx, DatabaseMember, func(w io.Writer) error {
		pr, pw := io.Pipe()
		counted := make(chan error, 1)
		go func() {
			var err error
			c.m.Tables, err = dump.Tables(pr)
			_ = pr.CloseWithError(err) // never fails
			counted <- err
		}()
		err := program{
			name: "pg_dump", site: c.site, online: true, stdout: &passing{io.MultiWriter(w, pw), c.say},
			args: []string{"--format=custom", "--compress=0", "--snapshot=" + snapshot, "--lock-wait-timeout=60s"},
		}.run(ctx)
		_ = pw.CloseWithError(err) // never fails
		if read := <-counted; err == nil {
			err = read
		}
		return err
	})
}

// passing tells how much went through.
type passing struct {
	w   io.Writer
	say func(int64)
}

func (p *passing) Write(b []byte) (int, error) {
	n, err := p.w.Write(b)
	p.say(int64(n))
	return n, err
}

func (c *creation) files(ctx context.Context) error {
	return c.tree(ctx, FilesMember, []string{"data/files"}, transient, kindFiles)
}

func (c *creation) state(ctx context.Context) error {
	paths, skip := statePaths()
	return c.tree(ctx, StateMember, paths, skip, kindAnswers, kindSecrets, kindTrust, kindLocal, kindJournal, kindSettings)
}

func (c *creation) tree(ctx context.Context, name string, paths []string, skip func(string) bool, kinds ...string) error {
	t := newTally(kinds...)
	err := c.member(ctx, name, func(w io.Writer) error {
		all := tree{root: c.site.Root, w: tar.NewWriter(w), t: t, skip: skip, say: c.say}
		for _, path := range paths {
			if err := all.add(path); err != nil {
				return err
			}
		}
		return all.w.Close()
	})
	c.m.Kinds = append(c.m.Kinds, t.result()...)
	return err
}

// FreeID is NewID for a target on which no set of this name stands yet: of two backups in one second the later one is named
// for the next.
func FreeID(ctx context.Context, to target.Target, now time.Time, key ed25519.PublicKey) (string, error) {
	for {
		id := NewID(now, key)
		if _, err := to.Members(ctx, id); fault.Is(err, fault.NotFound) {
			return id, nil
		} else if err != nil {
			return "", err
		}
		now = now.Add(time.Second)
	}
}
