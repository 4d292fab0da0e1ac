package backup

import (
	"context"
	"slices"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup/target"
	"egovctl/provisioning/instance"
)

// Listed is one set at a target.
type Listed struct {
	ID       string
	Place    string
	Manifest Manifest
	Trouble  *fault.Error // why its manifest cannot be believed; nil when it can
	Proof    *Proof       // the last one, nil for none
}

// List reads the manifests of the sets at a target, the newest first. Only a reading of all bytes (Verify) says that a set
// is whole. root is the instance that looks, "" for none.
func List(ctx context.Context, root instance.Root, from target.Target) ([]Listed, error) {
	ids, _, err := from.List(ctx)
	if err != nil {
		return nil, err
	}
	proofs, err := Proofs(root)
	if err != nil {
		return nil, err
	}
	all := make([]Listed, 0, len(ids))
	for _, id := range slices.Backward(ids) {
		if _, ok := MadeAt(id); !ok {
			continue // somebody else's folder
		}
		l := Listed{ID: id, Place: from.Place(id), Proof: newest(proofs, id)}
		m, _, err := Read(ctx, from, id, nil)
		if err != nil {
			l.Trouble = fault.From(err)
		}
		l.Manifest = m
		all = append(all, l)
	}
	return all, nil
}
