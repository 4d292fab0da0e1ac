package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Confirm removes the clusters that earlier major versions have left.
type Confirm struct{ site instance.Site }

// NewConfirm makes the step. It is for the moment in which a person says that the new version is good.
func NewConfirm(site instance.Site) *Confirm { return &Confirm{site} }

// Info describes the step.
func (s *Confirm) Info() engine.Info {
	return engine.Info{Name: "pg-confirm", Title: "step.pg-confirm", Touches: []string{"data/.postgres-*"}, Why: "step.pg-confirm.gone"}
}

var keptName = regexp.MustCompile(`^\.postgres-[0-9]+$`)

// Plan lists the folders that are kept.
func (s *Confirm) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	entries, err := look.ReadDir(s.site.Root.Data())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the kept clusters: %w", err)
	}
	var changes []engine.Change
	for _, e := range entries {
		if keptName.MatchString(e.Name()) && e.IsDir() {
			changes = append(changes, engine.Change{ID: e.Name(), Action: "remove", Target: filepath.Join(s.site.Root.Data(), e.Name())})
		}
	}
	return changes, nil
}

// Apply removes one.
func (s *Confirm) Apply(_ context.Context, on engine.Host, c engine.Change, _ engine.Progress) error {
	return on.RemoveAll(c.Target)
}

// Undo cannot bring it back.
func (s *Confirm) Undo(context.Context, engine.Host, engine.Change) error { return nil }
