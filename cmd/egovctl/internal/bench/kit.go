package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// trusting compares `kit verify` with one digest of the same file by openssl. The kit is the one that the program under
// measurement makes of itself and what was built beside it; -kit names a larger one, such as one that takes PostgreSQL along.
func trusting(ctx context.Context, b *bench) ([]Row, error) {
	path := b.kit
	if path == "" {
		path = filepath.Join(b.root, "bench.kit")
		if _, err := output(b.outside(ctx, b.built, "kit", "build", "--out", path, "-o", "json")); err != nil {
			return nil, err
		}
	}
	raw, err := output(b.outside(ctx, b.binary, "kit", "inspect", path, "-o", "json"))
	if err != nil {
		return nil, err
	}
	var kit struct {
		Fingerprint string     `json:"root_fingerprint"`
		Members     []struct{} `json:"members"`
	}
	if err := json.Unmarshal(raw, &kit); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	took, err := turns(b.pairs, func() (float64, error) {
		return watched(exec.CommandContext(ctx, "openssl", "dgst", "-sha256", path))
	}, func() (float64, error) {
		return watched(b.outside(ctx, b.binary, "kit", "verify", path, "--root-fingerprint", kit.Fingerprint))
	})
	if err != nil {
		return nil, err
	}
	return []Row{compared(fmt.Sprintf("kit verify of %s MB against openssl dgst -sha256", number(float64(info.Size()>>20))), "ms", took, &Limit{AtMost: 1}).
		noted("%d files; the start of the program is in ours", len(kit.Members))}, nil
}

// outside is a command without an instance: the keys that sign are kept below the bench's own folder.
func (b *bench) outside(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Env = append(os.Environ(), "XDG_CONFIG_HOME="+filepath.Join(b.root, "config"))
	return c
}
