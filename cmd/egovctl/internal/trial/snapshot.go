package trial

import (
	"os"
	"path/filepath"
	"strings"
)

// Snapshot is everything below Root as it once was.
type Snapshot struct{ folder string }

// Snapshot stops the instance, copies it and starts it again.
func (p *Place) Snapshot() Snapshot {
	p.T.Helper()
	s := Snapshot{folder: filepath.Join(p.Base, "snapshot")}
	p.Operate("stop").Status(Done)
	Exec(p.T, nil, "cp", "-a", "--reflink=auto", p.Root, s.folder).Status(Done)
	p.Operate("start").Status(Done)
	return s
}

// Back brings the instance to what it was at the time of the snapshot, whatever has become of it, and starts it.
func (p *Place) Back(s Snapshot) {
	p.T.Helper()
	if o := p.Operate("stop"); o.Exit != Done {
		p.T.Logf("stop before a snapshot is brought back: exit %d: %s", o.Exit, o.Stderr)
	}
	kill(p.Processes())
	if err := os.RemoveAll(p.Root); err != nil {
		p.T.Fatal(err)
	}
	Exec(p.T, nil, "cp", "-a", "--reflink=auto", s.folder, p.Root).Status(Done)
	p.Operate("start").Status(Done)
}

// Accounts are the lines of the host's accounts and groups that are this instance's.
func (p *Place) Accounts() (lines []string) {
	p.T.Helper()
	for _, file := range []string{"/etc/passwd", "/etc/group"} {
		raw, err := os.ReadFile(file)
		if err != nil {
			p.T.Fatal(err)
		}
		for line := range strings.Lines(string(raw)) {
			if strings.HasPrefix(line, p.Account()+":") {
				lines = append(lines, line)
			}
		}
	}
	return lines
}
