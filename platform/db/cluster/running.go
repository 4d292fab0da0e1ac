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
	pid, _, _ = c.pidFile()
	if pid > 0 && c.ours(pid) {
		return pid, true
	}
	return 0, false
}

// Ready reports whether the server accepts connections.
func (c *Cluster) Ready() bool {
	pid, _, status := c.pidFile()
	return pid > 0 && status == "ready" && c.ours(pid)
}

// Moved reports whether the running server was started before the data folder came here. It goes on, but it knows the
// folder of its settings and that of its socket by names that lead elsewhere by now: it wants to be started anew.
func (c *Cluster) Moved() bool {
	pid, started, _ := c.pidFile()
	if pid == 0 || !c.ours(pid) {
		return false
	}
	then, err := os.Stat(started)
	now, here := os.Stat(c.o.Data)
	return here == nil && (err != nil || !os.SameFile(then, now))
}

// pidFile reads the first, the second and the eighth line of postmaster.pid: the process, the data folder as it was named
// at its start, and what the server says of itself (starting, ready, standby, stopping).
func (c *Cluster) pidFile() (pid int, folder, status string) {
	text, err := os.ReadFile(filepath.Join(c.o.Data, "postmaster.pid"))
	if err != nil {
		return 0, "", ""
	}
	lines := strings.Split(string(text), "\n")
	pid, err = strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil {
		return 0, "", ""
	}
	if len(lines) > 1 {
		folder = lines[1]
	}
	if len(lines) > 7 {
		status = strings.TrimSpace(lines[7])
	}
	return pid, folder, status
}

// ours reports whether pid is a living postgres whose working folder is our data folder.
func (c *Cluster) ours(pid int) bool {
	cwd, err := os.Stat("/proc/" + strconv.Itoa(pid) + "/cwd")
	if err != nil || !isServer(pid) {
		return false
	}
	data, err := os.Stat(c.o.Data)
	return err == nil && os.SameFile(cwd, data)
}

// isServer reports whether pid is a living postgres, of whatever folder.
func isServer(pid int) bool {
	exe, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/exe")
	return err == nil && filepath.Base(strings.TrimSuffix(exe, " (deleted)")) == "postgres"
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
