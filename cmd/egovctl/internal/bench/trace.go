package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// What strace is asked for.
const (
	syncCalls   = "fsync,fdatasync,sync_file_range,syncfs,sync,msync"
	changeCalls = "rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,symlink,symlinkat,link,linkat,ftruncate,truncate"
	writeCalls  = "write,pwrite64,writev,pwritev,sendto,sendmsg,copy_file_range,sendfile"
)

// call is one system call.
type call struct {
	pid    int
	at     float64 // seconds since 1970
	name   string
	path   string // what its first descriptor or path names; UNIX-STREAM:[...], TCP:[...] for sockets
	result int64  // below 0 when it failed
}

type calls []call

func (c calls) count(ok func(call) bool) int {
	n := 0
	for _, x := range c {
		if ok(x) {
			n++
		}
	}
	return n
}

func every(call) bool { return true }

// traced runs a command under strace and returns the calls that it and its children made until it ended. Servers that it
// leaves behind are traced on, so strace ends only when end (nil if it leaves none) has taken them down.
func traced(ctx context.Context, b *bench, what string, end func() error, command ...string) (calls, error) {
	file := filepath.Join(b.root, "strace.out")
	cmd := exec.CommandContext(ctx, "strace", append([]string{"-f", "-ttt", "-yy", "-o", file, "-e", "trace=execve," + what}, command...)...)
	var said bytes.Buffer
	cmd.Stderr, cmd.WaitDelay = &said, time.Minute
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(file) }() // absent if strace could not write
	gone := make(chan error, 1)
	go func() { gone <- cmd.Wait() }()
	var waited error
	for ended := false; !ended; {
		select {
		case waited = <-gone:
			gone <- waited
			ended = true
		case <-time.After(20 * time.Millisecond):
			_, ended = readCalls(file)
		}
	}
	got, _ := readCalls(file)
	if end != nil {
		if err := end(); err != nil {
			return nil, err
		}
	}
	leash := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() }) // what it traces lives on
	defer leash.Stop()
	if waited = <-gone; waited != nil {
		return nil, fmt.Errorf("strace %s: %w: %s", strings.Join(command, " "), waited, last(said.String(), 400))
	}
	return got, nil
}

// attached traces a running process while do runs.
func attached(ctx context.Context, b *bench, what string, pid int, do func() error) (calls, error) {
	file := filepath.Join(b.root, "strace.out")
	cmd := exec.CommandContext(ctx, "strace", "-f", "-ttt", "-yy", "-o", file, "-e", "trace="+what, "-p", strconv.Itoa(pid))
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(file) }() // absent if strace could not write
	time.Sleep(500 * time.Millisecond)     // it says on stderr that it is attached to each thread, in words that differ by version
	err := do()
	_ = cmd.Process.Signal(syscall.SIGINT) // its way to detach
	_ = cmd.Wait()                         // it ends by that signal
	if err != nil {
		return nil, err
	}
	got, _ := readCalls(file)
	if len(got) == 0 {
		return nil, fmt.Errorf("strace saw nothing of process %d: %s", pid, last(said.String(), 400))
	}
	return got, nil
}

var (
	callLine = regexp.MustCompile(`^(\d+) +(\d+\.\d+) (\w+)\((.*)\) += (-?\d+)`)
	endLine  = regexp.MustCompile(`^(\d+) +\d+\.\d+ \+\+\+ exited with `)
	fdName   = regexp.MustCompile(`^(?:AT_FDCWD|-?\d+)<((?:<?->|[^<>])*)>`)
	quoted   = regexp.MustCompile(`^(?:, )?"((?:[^"\\]|\\.)*)"`)
	resumed  = regexp.MustCompile(`^(\d+ +\d+\.\d+ )<\.\.\. \w+ resumed>(.*)$`)
)

// readCalls reads strace's file up to the end of the process that it was started with, whose execve is the first line, and
// tells whether that has ended.
func readCalls(file string) (out calls, ended bool) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, false
	}
	var first string
	begun := map[string]string{} // calls that another thread interrupted in the telling, by pid
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSuffix(line, "\n")
		pid, _, _ := strings.Cut(line, " ")
		if first == "" {
			first = pid
		}
		if head, ok := strings.CutSuffix(line, " <unfinished ...>"); ok {
			begun[pid] = head
			continue
		}
		if m := resumed.FindStringSubmatch(line); m != nil {
			line = begun[pid] + m[2]
		}
		if m := endLine.FindStringSubmatch(line); m != nil && m[1] == first {
			return out, true
		}
		if m := callLine.FindStringSubmatch(line); m != nil && m[3] != "execve" {
			out = append(out, parseCall(m))
		}
	}
	return out, false
}

func parseCall(m []string) call {
	c := call{name: m[3]}
	c.pid, _ = strconv.Atoi(m[1])
	c.at, _ = strconv.ParseFloat(m[2], 64)
	c.result, _ = strconv.ParseInt(m[5], 10, 64)
	args := m[4]
	if p := fdName.FindStringSubmatch(args); p != nil {
		c.path, args = p[1], args[len(p[0]):]
	}
	if c.path == "" || strings.HasSuffix(strings.TrimSuffix(c.name, "2"), "at") {
		if p := quoted.FindStringSubmatch(args); p != nil && filepath.IsAbs(p[1]) {
			c.path = p[1]
		} else if p != nil {
			c.path = filepath.Join(c.path, p[1])
		}
	}
	return c
}
