package kit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
	"github.com/theupdateframework/go-tuf/v2/metadata/trustedmetadata"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
)

// Verify decides whether the kit is to be trusted, and hashes every stored byte. Nothing is unpacked or written; say,
// which may be nil, hears how many bytes are done.
//
// Faults, all Refused: "kit.first_trust" (with the fingerprint: nobody has vouched for this root), "kit.fingerprint",
// "kit.root_other", "kit.trust.damaged", "kit.trust.lost", "kit.signature", "kit.expired", "kit.product", "kit.platform", "kit.kind",
// "kit.older", "kit.same_version", "kit.data_fits", "kit.member". The context's error when it ends.
func (f *File) Verify(ctx context.Context, a Anchor, say func(done, total int64)) (*Verified, error) {
	s, err := load(a.Folder)
	if err != nil {
		return nil, err
	}
	tied, ok, err := readBond(a.Root)
	if err == nil && ok {
		err = s.bound(tied, a.Fingerprint)
	}
	if err != nil {
		return nil, err
	}
	risks := &risks{restore: a.Restore}
	if s.trusts() {
		risks.restore = nil
	}
	if a.Now.IsZero() {
		a.Now = clock.System{}.Now()
	}
	root, chain, err := f.chain(s, a)
	if err != nil {
		return nil, err
	}
	if err := f.signatures(ctx, root, s.latest(a.Now), risks); err != nil {
		return nil, err
	}
	if err := f.claims(ctx, s, a, risks); err != nil {
		return nil, err
	}
	if err := f.hash(ctx, say); err != nil {
		return nil, err
	}
	return &Verified{f: f, roots: chain, before: s, development: development(root.Root), risks: risks.taken, platform: platform(a)}, nil
}

func platform(a Anchor) string {
	if a.Platform == "" {
		return Platform()
	}
	return a.Platform
}

// latest is the time that counts: a clock that was set back behind the newest kit that was seen helps nobody.
func (s store) latest(now time.Time) time.Time {
	for _, x := range s.state.Seen {
		if x.Date.After(now) {
			now = x.Date
		}
	}
	return now
}

// chain goes from the root that decides to the newest that follows from it: first those that are stored, then those of
// the kit. Without a stored root the fingerprint decides about the kit's first one.
func (f *File) chain(s store, a Anchor) (*trustedmetadata.TrustedMetadata, [][]byte, error) {
	identity := f.Fingerprint()
	if s.trusts() {
		identity = fingerprint(s.roots[0])
	}
	switch {
	case !s.trusts() && a.Fingerprint == "":
		return nil, nil, fault.New(fault.Refused, "kit.first_trust", "path", f.path, "fingerprint", Grouped(identity))
	case identity != f.Fingerprint():
		return nil, nil, fault.New(fault.Refused, "kit.root_other", "path", f.path, "fingerprint", Grouped(f.Fingerprint()), "known", Grouped(identity))
	case a.Fingerprint != "" && Plain(a.Fingerprint) != identity:
		return nil, nil, fault.New(fault.Refused, "kit.fingerprint", "path", f.path, "fingerprint", Grouped(identity))
	}
	all := slices.Clone(s.roots)
	if len(f.roots) > len(all) {
		all = append(all, f.roots[len(all):]...)
	}
	root, err := follow(all)
	if err != nil {
		return nil, nil, f.unsigned(err)
	}
	if _, err := follow(f.roots); err != nil { // the kit's own chain must be whole as well
		return nil, nil, f.unsigned(err)
	}
	return root, all, nil
}

func (f *File) unsigned(err error) error {
	return fault.Wrap(err, fault.Refused, "kit.signature", "path", f.path)
}

// follow verifies a chain of roots from its first one, which is taken as it is.
func follow(chain [][]byte) (*trustedmetadata.TrustedMetadata, error) {
	before, err := readRoot(chain[0])
	if err != nil {
		return nil, err
	}
	if err := everySignature(before, metadata.ROOT, before); err != nil {
		return nil, err
	}
	if before.Signed.Version != 1 {
		return nil, errors.New("no first root")
	}
	t, err := trustedmetadata.New(chain[0])
	if err != nil {
		return nil, err
	}
	for _, raw := range chain[1:] {
		root, err := readRoot(raw)
		if err != nil {
			return nil, err
		}
		if err := everySignature(root, metadata.ROOT, before, root); err != nil {
			return nil, err
		}
		if _, err := t.UpdateRoot(raw); err != nil {
			return nil, err
		}
		if development(root) != development(before) {
			return nil, errors.New("a development root does not become another one")
		}
		before = root
	}
	return t, nil
}

// signatures carries out the rest of TUF's client workflow: timestamp, snapshot, targets, manifest.
func (f *File) signatures(ctx context.Context, t *trustedmetadata.TrustedMetadata, now time.Time, r *risks) error {
	timestamp, err1 := canonical(metadata.Timestamp(), f.signed[0])
	snapshot, err2 := canonical(metadata.Snapshot(), f.signed[1])
	targets, err3 := canonical(metadata.Targets(), f.signed[2])
	if err := errors.Join(err1, err2, err3); err != nil {
		return f.unsigned(err)
	}
	if err := errors.Join(everySignature(timestamp, roles[0], t.Root), everySignature(snapshot, roles[1], t.Root),
		everySignature(targets, roles[2], t.Root), pins(timestamp, snapshot, targets)); err != nil {
		return f.unsigned(err)
	}
	until := slices.MinFunc([]time.Time{t.Root.Signed.Expires, timestamp.Signed.Expires, snapshot.Signed.Expires, targets.Signed.Expires}, time.Time.Compare)
	t.RefTime = time.Unix(0, 0) // expiry is looked at below, where it has a name
	_, err := t.UpdateTimestamp(f.signed[0])
	if err == nil {
		_, err = t.UpdateSnapshot(f.signed[1], false)
	}
	if err == nil {
		_, err = t.UpdateTargets(f.signed[2])
	}
	if err == nil {
		err = targets.Signed.Targets[ManifestFile].VerifyLengthHashes(f.raw)
	}
	if err != nil {
		return f.unsigned(err)
	}
	if f.manifest.Roots != len(f.roots) {
		return f.unsigned(errors.New("roots were taken out or put in"))
	}
	if v, err := ParseVersion(f.manifest.Version); err != nil || timestamp.Signed.Version != v.Number() || snapshot.Signed.Version != v.Number() ||
		targets.Signed.Version != v.Number() {
		return f.unsigned(errors.Join(errors.New("metadata of another version"), err))
	}
	if now.After(until) {
		return r.take(ctx, RiskExpired, fault.New(fault.Refused, "kit.expired", "path", f.path, "date", until.In(clock.Vietnam).Format("02/01/2006")))
	}
	return nil
}

// claims holds what the manifest says, whose signature is good, against what is wanted and what was seen.
func (f *File) claims(ctx context.Context, s store, a Anchor, r *risks) error {
	m := f.manifest
	v, err := ParseVersion(m.Version)
	if err != nil {
		return f.unsigned(err)
	}
	switch {
	case m.Product != Product:
		return fault.New(fault.Refused, "kit.product", "path", f.path, "product", visible(m.Product))
	case m.Kind != KindRelease && m.Kind != KindData, a.Kind != "" && m.Kind != a.Kind:
		return fault.New(fault.Refused, "kit.kind", "path", f.path, "kind", visible(m.Kind))
	case m.Kind == KindRelease && !m.runsOn(platform(a)):
		return fault.New(fault.Refused, "kit.platform", "path", f.path, "platform", platform(a))
	}
	newest, running := s.state.Seen[m.Kind].Version, a.Running
	if m.Kind == KindData {
		running = "" // its version is a date
		if old, err := ParseVersion(a.Running); a.Running != "" && (err != nil || !Range(m.Fits).Has(old)) {
			return fault.New(fault.Refused, "kit.data_fits", "path", f.path, "runs", a.Running, "fits", m.Fits)
		}
	}
	if r.restore != nil && m.Kind == KindRelease {
		newest = r.restore.Newest
	}
	for _, known := range []string{newest, running} {
		if old, err := ParseVersion(known); err == nil && v.Compare(old) < 0 {
			refusal := fault.New(fault.Refused, "kit.older", "path", f.path, "version", m.Version, "newest", known)
			if err := r.take(ctx, RiskOlder, refusal); err != nil {
				return err
			}
		}
	}
	if x := s.state.Seen[m.Kind]; x.Version == m.Version && x.Manifest != f.digest() {
		return fault.New(fault.Refused, "kit.same_version", "path", f.path, "version", m.Version)
	}
	return nil
}

// runsOn reports whether there is a program for platform.
func (m Manifest) runsOn(platform string) bool {
	return slices.Contains(m.Platforms, platform) &&
		slices.ContainsFunc(m.Members, func(x Member) bool { return x.Path == platform+"/"+Binary && x.Exec })
}

// digest is the SHA-256 of the manifest, and so of the kit.
func (f *File) digest() string {
	sum := sha256.Sum256(f.raw)
	return hex.EncodeToString(sum[:])
}

// risks are those that were taken.
type risks struct {
	restore *Restore
	proven  bool
	taken   []string
}

// take returns the refusal unless a person has named the risk and holds the province's recovery key.
func (r *risks) take(ctx context.Context, risk string, refusal error) error {
	if r.restore == nil || r.restore.Prove == nil || !slices.Contains(r.restore.Accept, risk) {
		return refusal
	}
	if !r.proven {
		if err := r.restore.Prove(ctx); err != nil {
			return err
		}
		r.proven = true
	}
	if !slices.Contains(r.taken, risk) {
		r.taken = append(r.taken, risk)
	}
	return nil
}
