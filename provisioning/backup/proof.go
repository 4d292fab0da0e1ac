package backup

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup/target"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Ways in which a set was proven.
const (
	Verified = "verified" // every byte was read
	Drilled  = "drilled"  // it was restored into a copy, which was started and probed
	Restored = "restored" // the instance itself came back from it
)

// Proof is a note that a set was found good.
type Proof struct {
	ID       string    `json:"id"`
	Place    string    `json:"place"`
	MadeAt   time.Time `json:"made_at"`  // when the set was made
	At       time.Time `json:"at"`       // when it was proven
	How      string    `json:"how"`      // Verified, Drilled, Restored
	MS       int64     `json:"ms"`       // how long that took
	Recovery bool      `json:"recovery"` // opened with the recovery key, not the host's
}

// Restores reports whether the proof is that of a restore, and not of a reading alone.
func (p Proof) Restores() bool { return p.How == Drilled || p.How == Restored }

// proofsFile holds the newest proofs, as JSON.
func proofsFile(root instance.Root) string { return filepath.Join(root.Backups(), "proofs.json") }

// kept is how many proofs are remembered.
const kept = 200

// Proofs are the notes of an instance, oldest first. None when root is "" or nothing was proven yet.
func Proofs(root instance.Root) ([]Proof, error) {
	if root == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(proofsFile(root))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "backup.proofs", "path", proofsFile(root))
	}
	var all []Proof
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, fault.Wrap(err, fault.Finding, "backup.proofs", "path", proofsFile(root))
	}
	return all, nil
}

func newest(all []Proof, id string) *Proof {
	for _, p := range slices.Backward(all) {
		if p.ID == id {
			return &p
		}
	}
	return nil
}

// Note remembers a proof, durably.
func Note(on engine.Host, site instance.Site, p Proof) error {
	all, err := Proofs(site.Root)
	if err != nil {
		return err
	}
	all = append(slices.DeleteFunc(all, func(old Proof) bool { return old.ID == p.ID && old.How == p.How && old.Recovery == p.Recovery }), p)
	for i := 0; len(all) > kept && i < len(all); {
		if all[i].Restores() {
			i++ // rare, and worth more
			continue
		}
		all = slices.Delete(all, i, i+1)
	}
	raw, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal")
	}
	path := proofsFile(site.Root)
	if err := on.WriteFile(path, append(raw, '\n'), 0o600); err != nil {
		return err
	}
	return site.Own(on, path)
}

// Proven is the newest proof of a set that still stands at the target of the answers, or where it was proven. ok is false
// when there is none. restore asks for a proof by restoring; otherwise a full reading counts as well.
func Proven(ctx context.Context, site instance.Site, on engine.Host, restore bool) (Proof, bool, error) {
	all, err := Proofs(site.Root)
	if err != nil {
		return Proof{}, false, err
	}
	slices.SortStableFunc(all, func(a, b Proof) int { return b.MadeAt.Compare(a.MadeAt) })
	for _, p := range all {
		if restore && !p.Restores() {
			continue
		}
		from, id, err := Find(site, on, "", p.Place)
		if err != nil {
			continue // a target that is not served any more
		}
		_, err = from.Members(ctx, id)
		if err == nil {
			return p, true, nil
		}
		if fault.Is(err, fault.Unavailable) && target.Outside(p.Place) {
			return Proof{}, false, nil // it is away: nobody waits for it once for each proof
		}
	}
	return Proof{}, false, nil
}
