package steps_test

import (
	"context"
	"errors"
	"io/fs"

	"egovctl/provisioning/engine"
)

// folderStep makes a folder that is there on every host, such as systemd's own.
type folderStep string

func (f folderStep) Info() engine.Info {
	return engine.Info{Name: "folder", Title: "folder", Touches: []string{"folder"}, Reversible: true}
}

func (f folderStep) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	if _, err := look.Stat(string(f)); errors.Is(err, fs.ErrNotExist) {
		return []engine.Change{{ID: "folder", Action: "create", Target: string(f)}}, nil
	}
	return nil, nil
}

func (f folderStep) Apply(_ context.Context, on engine.Host, c engine.Change, _ engine.Progress) error {
	return on.MkdirAll(c.Target, 0o755)
}

func (f folderStep) Undo(_ context.Context, on engine.Host, c engine.Change) error {
	return on.Remove(c.Target)
}
