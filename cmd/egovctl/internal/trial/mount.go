package trial

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Small mounts a file system of the given size in megabytes below Base and moves Root onto it. Root mounts it; anybody
// else gets it in a mount namespace of the command's own, see Through.
func (p *Place) Small(megabytes int) *Place {
	p.T.Helper()
	dir := filepath.Join(p.Base, "small")
	if err := os.Mkdir(dir, 0o755); err != nil { //nolint:gosec // the instance's account must be able to pass
		p.T.Fatal(err)
	}
	q := *p
	q.Root = filepath.Join(dir, "root")
	mount := fmt.Sprintf("mount -t tmpfs -o mode=755,size=%dm none %s", megabytes, dir)
	if !AsRoot() {
		q.Through = apart("-Urm", mount)
		return &q
	}
	if out, err := exec.Command("/bin/sh", "-c", mount).CombinedOutput(); err != nil {
		p.T.Fatalf("%s: %v\n%s", mount, err, out)
	}
	p.T.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", dir).CombinedOutput(); err != nil {
			p.T.Errorf("umount: %v\n%s", err, out)
		}
	})
	return &q
}

// apart is a command line in front of another that prepares a namespace as its root and goes on as the caller.
func apart(flags, prepare string) []string {
	back := ""
	if !AsRoot() {
		back = fmt.Sprintf("unshare -U --map-user=%d --map-group=%d -- ", os.Getuid(), os.Getgid())
	}
	return []string{"unshare", flags, "/bin/sh", "-c", prepare + ` && exec ` + back + `"$@"`, "sh"}
}

// Alone runs the commands of the place in a network namespace in which there is nothing but loopback.
func (p *Place) Alone() *Place {
	flags := "-n"
	if !AsRoot() {
		flags = "-Urn"
	}
	q := *p
	q.Through = apart(flags, "ip link set lo up")
	return &q
}

// Together runs several command lines of egovctl one after the other in one shell, and so in one namespace. It stops at
// the first that fails; stdout and stderr are those of all.
func (p *Place) Together(lines ...[]string) Outcome {
	p.T.Helper()
	bare := *p
	bare.Through = nil
	var script []string
	for _, args := range lines {
		var words []string
		for _, w := range bare.line(args) {
			words = append(words, "'"+strings.ReplaceAll(w, "'", `'\''`)+"'")
		}
		script = append(script, strings.Join(words, " "))
	}
	line := append(append([]string{}, p.Through...), "/bin/sh", "-c", strings.Join(script, " && "))
	return Exec(p.T, nil, line[0], line[1:]...)
}
