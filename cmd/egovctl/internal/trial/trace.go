package trial

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Trace runs a command under strace and returns its calls of these names in the order in which they ended, with file
// names in place of descriptors. Programs that the command starts are followed with deep, and then Trace returns when
// the last of them has ended, see meanwhile; else they are let go.
func (p *Place) Trace(calls string, deep bool, meanwhile func(), args ...string) []string {
	p.T.Helper()
	file := filepath.Join(p.Base, "trace")
	options := []string{"-f", "--seccomp-bpf", "-qq", "-y", "-s", "4096", "-e", "signal=none", "-e", "trace=" + calls, "-o", file}
	if !deep {
		options = append(options, "-b", "execve")
	}
	c := exec.Command("strace", append(options, p.line(args)...)...)
	c.Env = bare(nil)
	if err := c.Start(); err != nil {
		p.T.Fatalf("strace: %v (is it installed?)", err)
	}
	if meanwhile != nil {
		meanwhile()
	}
	if err := c.Wait(); err != nil {
		p.T.Fatalf("%v under strace: %v", args, err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		p.T.Fatal(err)
	}
	return whole(string(raw))
}

var resumed = regexp.MustCompile(`^<\.\.\. \w+ resumed>`)

// whole joins the two halves of calls that were interrupted by another thread's, at the place of the second.
func whole(trace string) []string {
	var out []string
	begun := map[string]string{}
	for line := range strings.Lines(trace) {
		task, call, ok := strings.Cut(strings.TrimSpace(line), " ")
		if call = strings.TrimSpace(call); !ok {
			continue
		}
		if half, cut := strings.CutSuffix(call, "<unfinished ...>"); cut {
			begun[task] = half
			continue
		}
		if resumed.MatchString(call) {
			call = begun[task] + resumed.ReplaceAllString(call, "")
		}
		out = append(out, call)
	}
	return out
}

var (
	journalCall = regexp.MustCompile(`^(write|fsync)\(\d+<[^>]*/journal/\d+-[a-z]+\.jsonl>`)
	toldCall    = regexp.MustCompile(`^write\(1<[^>]*>, "\{\\"event\\".*\\"seq\\":`)
	startedLine = regexp.MustCompile(`\\"event\\":\\"change_started\\"[^}]*\\"target\\":\\"([^"\\]+)\\"`)
	mkdirCall   = regexp.MustCompile(`^mkdir(?:at)?\((?:AT_FDCWD(?:<[^>]*>)?, )?"([^"]+)".*= 0`)
)

// Order installs and checks the two rules of the journal. A line is durable before anybody is told of it: who acts on
// it could otherwise know more than the journal after a power cut. And it is durable before the change that it
// announces is made, which is seen at the folders.
func (p *Place) Order() {
	p.T.Helper()
	var soon []string // targets of lines that wait for their fsync
	dirty, told, made := false, 0, 0
	durable := map[string]bool{p.Root: true, p.At("journal"): true} // these hold the journal itself
	for _, call := range p.Trace("write,fsync,mkdir,mkdirat", false, nil, p.InstallArgs()...) {
		switch m := journalCall.FindStringSubmatch(call); {
		case m != nil && m[1] == "write":
			dirty = true
			for _, line := range startedLine.FindAllStringSubmatch(call, -1) {
				soon = append(soon, line[1])
			}
		case m != nil:
			dirty = false
			for _, target := range soon {
				durable[target] = true
			}
			soon = nil
		case toldCall.MatchString(call):
			if told++; dirty {
				p.T.Errorf("told before it was durable: %s", call)
				return
			}
		}
		if m := mkdirCall.FindStringSubmatch(call); m != nil && filepath.Dir(m[1]) == p.Root {
			if made++; !durable[m[1]] {
				p.T.Errorf("made before the journal knew of it: %s", m[1])
			}
		}
	}
	if told < 40 || made < 5 {
		p.T.Errorf("only %d lines were told and %d folders made", told, made)
	}
}

var (
	outside  = regexp.MustCompile(`^connect\(.*sa_family=AF_INET6?\b`)
	loopback = regexp.MustCompile(`inet_addr\("127\.|inet_pton\(AF_INET6, "::1"`)
)

// Outside picks the calls that would leave this host: a connect to an address that is neither loopback nor a socket file.
func Outside(calls []string) []string {
	var out []string
	for _, c := range calls {
		if outside.MatchString(c) && !loopback.MatchString(c) {
			out = append(out, c)
		}
	}
	return out
}
