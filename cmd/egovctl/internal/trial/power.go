package trial

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// The request that shuts an ext4 file system down, _IOR('X', 125, __u32), and the flag by which it does not even write out
// its own journal: what no fsync has brought to the disk is gone.
const (
	shutdown   = 2<<30 | 4<<16 | 'X'<<8 | 125
	noLogFlush = 2
)

// Cut takes the power from everything that runs on the image, at this very moment, and gives it back: what is there then is
// what was durable. Nothing runs yet.
//
// The processes die within the same instant, before the disk does: an fsync that meets the shutdown half-way may come back as
// if it had been done, and without power nobody could tell the world of it.
func (i *Image) Cut() {
	i.place.T.Helper()
	dir, err := os.Open(i.At)
	if err == nil {
		kill(i.users())
		err = unix.IoctlSetPointerInt(int(dir.Fd()), shutdown, noLogFlush)
		_ = dir.Close() // only its descriptor was of use
	}
	if err != nil {
		i.place.T.Fatalf("cut the power of %s: %v (it takes root and ext4)", i.At, err)
	}
	i.Unmount()
	i.Mount()
}

// For is the same image, for the use of another test.
func (i *Image) For(p *Place) *Image {
	j := *i
	j.place = p
	return &j
}

// Lost counts the acknowledged filings that the instance does not have.
func (p *Place) Lost(entries []Filed) (lost, acknowledged int) {
	p.T.Helper()
	have := p.heldBy()
	for _, e := range entries {
		if e.Outcome != Acknowledged {
			continue
		}
		if acknowledged++; len(have[e.Key]) == 0 {
			lost++
		}
	}
	return lost, acknowledged
}

// Untold returns the journal lines among events that no journal of the instance holds.
func (p *Place) Untold(events []Event) (missing []Event) {
	p.T.Helper()
	type line struct {
		Op    string `json:"op"`
		Run   int    `json:"run"`
		Seq   int    `json:"seq"`
		Event string `json:"event"`
	}
	files, err := filepath.Glob(p.At("journal", "*.jsonl"))
	if err != nil {
		p.T.Fatal(err)
	}
	have := map[line]bool{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			p.T.Fatal(err)
		}
		for text := range strings.Lines(string(raw)) {
			var l line
			if json.Unmarshal([]byte(text), &l) == nil { // a torn last line is none
				have[l] = true
			}
		}
	}
	for _, e := range events {
		if e.Seq > 0 && !have[line{e.Op, e.Run, e.Seq, e.Event}] {
			missing = append(missing, e)
		}
	}
	return missing
}

// File files n dossiers as one person, one after the other, under keys that begin with word, and returns what became of them.
func (p *Place) File(word string, by *Client, n int, procedure, agency string) (out []Filed) {
	p.T.Helper()
	for i := range n {
		e := Filed{Filing: filed(fmt.Sprintf("%s, filing %d", word, i), 10*i, procedure, agency)} // every one of them a good one
		e.Key = keyOf(e.Filing)
		e.Outcome, e.Reference, _ = by.file(p.T, e)
		out = append(out, e)
	}
	return out
}

// Unsynced is the place with every command's fsync taken out: the call says that it was done, and nothing was.
func (p *Place) Unsynced() *Place { return p.Injured("fsync,fdatasync,syncfs:retval=0") }

// Injured is the place with a system call of every command changed, as strace's inject says it; programs that a command starts
// are left alone. Fired tells whether it came to that.
func (p *Place) Injured(inject string, more ...string) *Place {
	calls, _, _ := strings.Cut(inject, ":")
	q := *p
	q.Through = append(append(append([]string{}, p.Through...), "strace", "-f", "-qqq", "-b", "execve", "-o", p.injuries(), "-e", "signal=none",
		"-e", "trace="+calls, "-e", "inject="+inject), more...)
	return &q
}

// injuries is where strace writes down what it did to the newest command.
func (p *Place) injuries() string { return filepath.Join(p.Base, "injuries") }

// Fired is how many system calls of the newest command of an injured place were changed.
func (p *Place) Fired() int {
	p.T.Helper()
	raw, err := os.ReadFile(p.injuries())
	if err != nil {
		p.T.Fatal(err)
	}
	return strings.Count(string(raw), "(INJECTED)")
}

// Runs reports whether a command that was begun has not ended yet.
func (l *Live) Runs() bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", l.PID()))
	return err == nil && !strings.Contains(string(status), ") Z ")
}
