package trial

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Image is an ext4 file system of its own in one file below a place's Base: it can be filled to the last byte, made read-only
// and lose its power without harm to the host.
type Image struct {
	place *Place
	file  string
	At    string // where it is mounted
}

// OnImage makes a file system of so many megabytes and moves Root onto it. What clients were told stays outside, in Base. It
// takes root and the right to mount, and of the host's disk no more than what is written to it.
func (p *Place) OnImage(megabytes int) (*Place, *Image) {
	p.T.Helper()
	i := &Image{file: filepath.Join(p.Base, "image"), At: filepath.Join(p.Base, "disk")}
	if !AsRoot() {
		p.T.Fatalf("this test cuts the power of a file system of its own, and only root may mount one: run it as root")
	}
	for _, line := range [][]string{
		{"mkdir", i.At}, {"truncate", "-s", fmt.Sprintf("%dM", megabytes), i.file},
		{"mkfs.ext4", "-q", "-F", "-m", "0", "-N", "40000", "-J", "size=16", "-E", "lazy_itable_init=0,lazy_journal_init=0", i.file},
	} {
		i.must(p, line...)
	}
	q := *p
	q.Root = filepath.Join(i.At, "root")
	i.place = &q
	i.Mount()
	return &q, i
}

// Mount makes the file system be there, as its journal has it.
func (i *Image) Mount(options ...string) {
	i.place.T.Helper()
	i.must(i.place, "mount", "-o", strings.Join(append([]string{"loop"}, options...), ","), i.file, i.At)
	if err := os.Chmod(i.At, 0o755); err != nil { //nolint:gosec // the instance's account must be able to pass
		if len(options) == 0 {
			i.place.T.Fatal(err)
		}
	}
}

// Unmount takes it away. What still uses it is killed.
func (i *Image) Unmount() {
	i.place.T.Helper()
	var said []byte
	for end := time.Now().Add(Limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		kill(i.users())
		var err error
		if said, err = exec.Command("umount", i.At).CombinedOutput(); err == nil {
			return
		}
	}
	i.place.T.Fatalf("umount %s: %s", i.At, said)
}

// users are the processes that have anything of the image open, run from it, or name it.
func (i *Image) users() (pids []int) {
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		i.place.T.Fatal(err)
	}
	for _, proc := range all {
		pid, err := strconv.Atoi(filepath.Base(proc))
		if err == nil && pid != os.Getpid() && i.used(proc) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func kill(pids []int) {
	for _, pid := range pids {
		_ = syscall.Kill(pid, syscall.SIGKILL) // gone already is as good
	}
}

func (i *Image) used(proc string) bool {
	links := []string{"exe", "cwd"}
	if open, err := os.ReadDir(filepath.Join(proc, "fd")); err == nil {
		for _, e := range open {
			links = append(links, "fd/"+e.Name())
		}
	}
	for _, link := range links {
		to, err := os.Readlink(filepath.Join(proc, link))
		if err == nil && (to == i.At || strings.HasPrefix(to, i.At+"/")) {
			return true
		}
	}
	line, err := os.ReadFile(filepath.Join(proc, "cmdline"))
	return err == nil && strings.Contains(string(line), i.At+"/") && !strings.HasPrefix(string(line), "/bin/sh") // not the one that cleans up
}

// must runs a program of the host's.
func (i *Image) must(p *Place, line ...string) {
	p.T.Helper()
	if out, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil {
		p.T.Fatalf("%s: %v\n%s(a file system in a file takes root, mkfs.ext4 and loop devices)", strings.Join(line, " "), err, out)
	}
}
