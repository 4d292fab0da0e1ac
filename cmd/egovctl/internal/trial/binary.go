// Package trial drives the real egovctl binary from outside, as an operator or a citizen meets it: commands with a time
// limit, their exit status and their JSON lines, HTTP with a login, and what is on the disk, in the database and in the
// process list afterwards. It asks the product for nothing that it could see for itself. Only tests import it.
//
//	p := trial.New(t)                     // a ROOT, an instance name and a port of its own, removed at the end
//	in := p.Install("--demo")             // exit 0, the result checked
//	p.Run("status").Status(trial.Done)    // any other command, with --root
package trial

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Version is the release that the binary under trial carries.
const Version = "0.1.0-trial"

// Module is the import path of this code base.
const Module = "egovctl"

// Binary is the egovctl under trial: what the environment variable EGOVCTL names, or one built for this test run.
func Binary(t testing.TB) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var built = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("EGOVCTL"); path != "" {
		return filepath.Abs(path)
	}
	dir, err := os.MkdirTemp("", "egovctl-binary-")
	if err != nil {
		return "", fmt.Errorf("make folder: %w", err)
	}
	if err := onExit(`rm -rf "$DIR"`, "DIR="+dir); err != nil {
		return "", err
	}
	return build(dir, Version)
})

// sourceDate is the date that every release under trial is of; a kit of it has no other.
const sourceDate = "1792627200"

// build compiles the command of this code base as a release into dir.
func build(dir, version string, flags ...string) (string, error) {
	path := filepath.Join(dir, "egovctl")
	args := append([]string{"build", "-trimpath", "-ldflags", "-s -w -X main.version=" + version +
		" -X " + Module + "/cmd/egovctl/internal/wire.sourceSeconds=" + sourceDate, "-o", path}, flags...)
	c := exec.Command("go", append(args, Module+"/cmd/egovctl")...)
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build egovctl: %w\n%s", err, out)
	}
	return path, nil
}
