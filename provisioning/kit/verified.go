package kit

import (
	"context"
	"maps"

	"egovctl/provisioning/engine"
)

// Verified is a kit that may be used. It reads from the descriptor that was verified.
type Verified struct {
	f           *File
	roots       [][]byte
	before      store
	development bool
	risks       []string
	platform    string
}

// Manifest of the kit.
func (v *Verified) Manifest() Manifest { return v.f.manifest }

// Fingerprint of the first root: it stays the same through every rotation of keys.
func (v *Verified) Fingerprint() string { return fingerprint(v.roots[0]) }

// Development reports whether the root says of itself that it is none to be trusted outside a workshop.
func (v *Verified) Development() bool { return v.development }

// Digest is the SHA-256 of the manifest, and so of everything in the kit.
func (v *Verified) Digest() string { return v.f.digest() }

// Risks are the named ones that were taken for a restore.
func (v *Verified) Risks() []string { return v.risks }

// Trusted reports whether the instance had seen this root before.
func (v *Verified) Trusted() bool { return v.before.trusts() }

// Remember stores in folder, ROOT/etc/trust, what this kit has shown: the roots, and the newest version. It is called
// when the kit has done its work, never before; a second time it writes nothing. After a cut it can be called again.
func (v *Verified) Remember(_ context.Context, on engine.Host, folder string) error {
	now, err := load(folder)
	if err != nil {
		return err
	}
	m := v.f.manifest
	version, err := ParseVersion(m.Version)
	if err != nil {
		return err
	}
	next := store{roots: now.roots, state: state{Roots: max(len(now.roots), len(v.roots)), Seen: maps.Clone(now.state.Seen)}}
	if len(v.roots) > len(next.roots) {
		next.roots = v.roots
	}
	if old, err := ParseVersion(now.state.Seen[m.Kind].Version); err != nil || version.Compare(old) >= 0 {
		next.state.Seen[m.Kind] = seen{Version: m.Version, Number: version.Number(), Manifest: v.f.digest(), Date: m.Date}
	}
	return next.save(on, folder)
}
