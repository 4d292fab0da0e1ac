package supervise

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"egovctl/provisioning/instance"
)

// Names of the commands that stay: Command runs Run, and what Run keeps running is platform.
const (
	Command  = "supervise"
	platform = "serve"
)

// leaving are the processes of this ROOT that are on their way out because their supervisor was killed: it itself, the
// platform, which first answers what it is answering, and one that was just being started. A process loses its command line before it closes its sockets.
func leaving(root instance.Root) (pids []int) {
	s, err := saved(StateFile(root))
	if err != nil || isCommand(s.Supervisor, Command) {
		return nil
	}
	for _, pid := range []int{s.Supervisor, s.Platform, s.Starting} {
		line, err := os.ReadFile(procFile(pid, "cmdline"))
		if err == nil && (len(line) == 0 || runs(pid, platform, root)) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// changing reports whether the supervisor that told its state last is just becoming another program: for that moment a living
// process has no command line. One that has become it by now was missed a moment ago.
func changing(root instance.Root) bool {
	s, err := saved(StateFile(root))
	if err != nil || s.Supervisor <= 0 {
		return false
	}
	if commandLine(s.Supervisor) != "" {
		return runs(s.Supervisor, Command, root)
	}
	return living(s.Supervisor)
}

// living reports whether any thread of a process lives. The one by whose number it goes may be dead already: when another one turns
// the process into another program, all others die first.
func living(pid int) bool {
	threads, _ := filepath.Glob(procFile(pid, "task/*/stat")) // only a malformed pattern fails
	for _, thread := range threads {
		stat, err := os.ReadFile(thread)
		if err == nil && !strings.Contains(string(stat), ") Z ") && !strings.Contains(string(stat), ") X ") {
			return true
		}
	}
	return false
}

// RootOf is the ROOT for which a process of ours was started, as its command line says; "" when that cannot be seen.
func RootOf(pid int) string {
	_, after, _ := strings.Cut(commandLine(pid), "\x00--root\x00")
	root, _, _ := strings.Cut(after, "\x00")
	return root
}

// supervisor is the supervisor of a ROOT as the list of processes has it; 0 when there is none.
func supervisor(root instance.Root) int {
	processes, _ := filepath.Glob("/proc/[0-9]*") // only a malformed pattern fails
	for _, process := range processes {
		pid, err := strconv.Atoi(filepath.Base(process))
		if err == nil && runs(pid, Command, root) {
			return pid
		}
	}
	return 0
}

// runs reports whether a process is one of our commands, run from ROOT.
func runs(pid int, command string, root instance.Root) bool {
	return isCommand(pid, command) && within(pid, root)
}

// within reports whether a process runs a program that lies in ROOT, wherever that lies by now. The file of a state does
// not say so: a copy of a ROOT that runs holds the original's.
func within(pid int, root instance.Root) bool {
	if pid <= 0 {
		return false
	}
	program, err := os.Readlink(procFile(pid, "exe")) // moves with the folder
	if err != nil {
		return RootOf(pid) == string(root) // of another account, so nothing can be done to it either
	}
	here, err := filepath.EvalSymlinks(string(root))
	return err == nil && strings.HasPrefix(program, here+string(filepath.Separator))
}

// isCommand reports whether pid is alive and runs one of our commands.
func isCommand(pid int, command string) bool {
	return pid > 0 && strings.Contains(commandLine(pid), "\x00"+command+"\x00")
}

// commandLine is what a process was started with, each word ended by a zero byte; "" when it is gone.
func commandLine(pid int) string {
	raw, err := os.ReadFile(procFile(pid, "cmdline"))
	if err != nil {
		return ""
	}
	return string(raw)
}

func procFile(pid int, name string) string { return filepath.Join("/proc", strconv.Itoa(pid), name) }
