package cluster

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Running tells the process id of the server on this data folder. The number in postmaster.pid is believed only if
// that process is a postgres that works in this folder: after a crash the number may be someone else's.
func (c *Cluster) Running() (pid int, running bool) {
	pid, _ = c.pidFile()
	if pid > 0 && c.ours(pid) {
		return pid, true
	}
	return 0, false
}

// Ready reports whether the server accepts connections.
func (c *Cluster) Ready() bool {
	pid, status := c.pidFile()
	return pid > 0 && status == "ready" && c.ours(pid)
}

// pidFile reads the first and the eighth line of postmaster.pid: the process and what it says of itself
// (starting, ready, standby, stopping).
func (c *Cluster) pidFile() (pid int, status string) {
	text, err := os.ReadFile(filepath.Join(c.o.Data, "postmaster.pid"))
	if err != nil {
		return 0, ""
	}
	lines := strings.Split(string(text), "\n")
	pid, err = strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil {
		return 0, ""
	}
	if len(lines) > 7 {
		status = strings.TrimSpace(lines[7])
	}
	return pid, status
}

// ours reports whether pid is a living postgres whose working folder is our data folder.
func (c *Cluster) ours(pid int) bool {
	proc := "/proc/" + strconv.Itoa(pid)
	exe, err := os.Readlink(proc + "/exe")
	if err != nil || filepath.Base(strings.TrimSuffix(exe, " (deleted)")) != "postgres" {
		return false
	}
	cwd, err := os.Stat(proc + "/cwd")
	if err != nil {
		return false
	}
	data, err := os.Stat(c.o.Data)
	return err == nil && os.SameFile(cwd, data)
}

// orphans are the processes that a killed server left behind. They hold its shared memory, so a new one would not start.
func (c *Cluster) orphans() []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []int
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && c.ours(pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// alive reports whether pid exists and is more than a zombie.
func (c *Cluster) alive(pid int) bool { return syscall.Kill(pid, 0) == nil && c.ours(pid) }
