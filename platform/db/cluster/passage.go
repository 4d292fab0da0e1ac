package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
)

// Passage carries the data of a cluster over to another PostgreSQL by pg_upgrade. It works beside the data folder, on a
// copy that is thrown away; the folder itself is read and never written. What it makes lies in hidden folders next to it.
type Passage struct {
	from *Cluster // the cluster that serves, with the programs that it has
	copy *Cluster // its copy, with the same programs; pg_upgrade takes its files over
	next *Cluster // what comes of it, with the new programs
	work string   // what the programs write by the way, and the password that they need
	log  string
	pass secret.String
}

// Ports name the sockets of the servers that a passage starts for itself; they lie beside the one that serves.
const (
	copyPort = 5433
	nextPort = 5434
)

// Aside is where a passage builds the cluster of a major version, and Kept where the cluster before it stays when the
// two have changed places: hidden folders beside the data folder.
func Aside(data string, major int) string {
	return filepath.Join(filepath.Dir(data), "."+filepath.Base(data)+"-"+strconv.Itoa(major)+".new")
}

// Kept is described with Aside.
func Kept(data string, major int) string {
	return filepath.Join(filepath.Dir(data), "."+filepath.Base(data)+"-"+strconv.Itoa(major))
}

// NewPassage describes the way of c to other programs; nothing is touched. password is the superuser's. Fault: finding
// "postgres.socket.long".
func NewPassage(c *Cluster, to Binaries, password secret.String) (*Passage, error) {
	p := &Passage{from: c, work: c.o.Data + ".work", log: filepath.Join(c.o.Log, "pg_upgrade.log"), pass: password}
	o := c.o
	o.Data, o.Port = c.o.Data+".copy", copyPort
	var err, err2 error
	p.copy, err = Open(o)
	o.Data, o.Port, o.Binaries = Aside(c.o.Data, to.Major), nextPort, to
	p.next, err2 = Open(o)
	return p, errors.Join(err, err2)
}

// Aside is the folder of the new cluster.
func (p *Passage) Aside() string { return p.next.o.Data }

// Rehearse makes the new cluster, empty, and lets pg_upgrade judge whether the data can go over. The server goes on
// serving; a stopped one is judged by Carry. Findings: "pgupgrade.links" when the data lie in more than one folder,
// "pgupgrade.space", "pgupgrade.refused" with what pg_upgrade said, and those of Init.
func (p *Passage) Rehearse(ctx context.Context, size Size) error {
	if err := p.oneFolder(); err != nil {
		return err
	}
	if err := p.room(); err != nil {
		return err
	}
	if err := p.Clear(ctx); err != nil {
		return err
	}
	if err := errors.Join(p.from.folder(p.work), p.from.write(p.passwordFile(), "*:*:*:"+escaped(p.from.o.Superuser)+":"+escaped(p.pass.Reveal())+"\n")); err != nil {
		return fault.Wrap(err, fault.Finding, "pgupgrade.failed", "why", reason(err), "log", p.log)
	}
	serving := *p.next
	serving.o.Port = p.from.o.Port // the settings name the port that the cluster will serve at
	if err := serving.Init(ctx, p.pass, size); err != nil {
		return err
	}
	if err := p.settings(); err != nil {
		return err
	}
	if _, running := p.from.Running(); !running {
		return nil
	}
	return p.upgrade(ctx, p.from, "--check")
}

// oneFolder refuses data that a copy of the folder would not hold, or would share with the original.
func (p *Passage) oneFolder() error {
	for _, dir := range []string{p.from.o.Data, filepath.Join(p.from.o.Data, "pg_tblspc")} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return fault.Wrap(err, fault.Finding, "postgres.data.unreadable", "path", dir)
		}
		for _, e := range entries {
			if e.Type()&fs.ModeSymlink != 0 {
				return fault.New(fault.Finding, "pgupgrade.links", "path", filepath.Join(dir, e.Name()))
			}
		}
	}
	return nil
}

// room asks for the size of the data and a fifth: the copy, and what the new cluster writes anew.
func (p *Passage) room() error {
	var need uint64
	err := filepath.WalkDir(p.from.o.Data, func(_ string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a running server makes and removes files
		}
		if err != nil || e.IsDir() {
			return err
		}
		if info, err := e.Info(); err == nil {
			need += uint64(info.Size())
		}
		return nil
	})
	var free unix.Statfs_t
	if err == nil {
		err = unix.Statfs(filepath.Dir(p.from.o.Data), &free)
	}
	if err != nil {
		return fault.Wrap(err, fault.Finding, "postgres.data.unreadable", "path", p.from.o.Data)
	}
	need += need/5 + 256<<20
	if have := free.Bavail * uint64(free.Bsize); have < need {
		return fault.New(fault.Finding, "pgupgrade.space", "path", filepath.Dir(p.from.o.Data), "need_mb", need>>20, "have_mb", have>>20)
	}
	return nil
}

// settings takes the province's own settings along: every settings file beside the three that are ours.
func (p *Passage) settings() error {
	files, err := filepath.Glob(filepath.Join(p.from.o.Data, "*.conf"))
	for _, path := range files {
		name := filepath.Base(path)
		if err != nil || name == "postgresql.conf" || name == "pg_hba.conf" || name == "pg_ident.conf" {
			continue
		}
		var text []byte
		if text, err = os.ReadFile(path); err == nil {
			err = p.next.write(filepath.Join(p.next.o.Data, name), string(text))
		}
	}
	if err != nil {
		return fault.Wrap(err, fault.Finding, "pgupgrade.failed", "why", reason(err), "log", p.log)
	}
	return nil
}

// Clear ends and removes whatever a passage has made beside the data folder, also one that was killed.
func (p *Passage) Clear(ctx context.Context) error {
	for _, c := range []*Cluster{p.copy, p.next} {
		if err := c.Discard(ctx); err != nil {
			return err
		}
	}
	for _, path := range []string{p.next.o.Data + ".new", p.next.o.Data + ".new.pw", p.work} {
		if err := os.RemoveAll(path); err != nil {
			return fault.Wrap(err, fault.Unavailable, "postgres.discard", "path", path)
		}
	}
	return nil
}

func (p *Passage) passwordFile() string { return filepath.Join(p.work, "pass") }

// escaped is a field of a password file.
func escaped(s string) string { return strings.NewReplacer(`\`, `\\`, `:`, `\:`).Replace(s) }

// upgrade runs pg_upgrade from one of the two old folders to the new one. Archiving is off meanwhile: what these servers
// write belongs to no log that could be replayed.
func (p *Passage) upgrade(ctx context.Context, old *Cluster, options ...string) error {
	args := append([]string{
		"--old-bindir", old.o.Binaries.Dir, "--new-bindir", p.next.o.Binaries.Dir,
		"--old-datadir", old.o.Data, "--new-datadir", p.next.o.Data,
		"--old-port", strconv.Itoa(copyPort), "--new-port", strconv.Itoa(nextPort),
		"--username", p.from.o.Superuser, "--socketdir", p.from.o.Socket,
		"--old-options", "-c archive_mode=off", "--new-options", "-c archive_mode=off",
	}, options...)
	said, err := p.tool(ctx, "pg_upgrade", args...)
	if err != nil {
		why := verdict(said)
		if detail := p.details(); detail != "" {
			why = detail
		}
		return fault.Wrap(err, fault.Finding, "pgupgrade.refused", "from", old.o.Binaries.Version, "to", p.next.o.Binaries.Version, "why", why, "log", p.log)
	}
	return nil
}

// details saves what pg_upgrade noted in the folder that is thrown away, and returns the last error in it, "" for none.
func (p *Passage) details() (last string) {
	files, _ := filepath.Glob(filepath.Join(p.next.o.Data, "pg_upgrade_output.d", "*", "log", "pg_upgrade_dump_*.log"))
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		text = text[max(0, len(text)-64<<10):]
		_ = p.note(filepath.Base(path), string(text), nil) // the failure itself is what is told
		for line := range strings.Lines(string(text)) {
			if strings.Contains(line, "rror: ") || strings.Contains(line, "FATAL: ") {
				last = strings.TrimSpace(line)
			}
		}
	}
	return last
}

// tool runs one of the new programs on the clusters beside, with the password at hand, and keeps what it said in a log.
func (p *Passage) tool(ctx context.Context, program string, args ...string) (said string, err error) {
	return p.with(ctx, p.next.o.Binaries, program, args...)
}

func (p *Passage) with(ctx context.Context, bin Binaries, program string, args ...string) (said string, err error) {
	env := []string{"PGPASSFILE=" + p.passwordFile(), "PGHOST=" + p.from.o.Socket, "PGUSER=" + p.from.o.Superuser}
	for _, v := range bin.Env() {
		// pg_upgrade starts the old programs as well, which need the libraries of their own copy
		if lib := p.from.o.Binaries.Lib; lib != "" && strings.HasPrefix(v, "LD_LIBRARY_PATH=") && bin.Lib != lib {
			v += ":" + lib
		}
		env = append(env, v)
	}
	if bin.Lib == "" && p.from.o.Binaries.Lib != "" {
		env = append(env, "LD_LIBRARY_PATH="+p.from.o.Binaries.Lib)
	}
	said, err = p.from.runIn(ctx, p.work, env, bin.Path(program), args...)
	if note := p.note(program, said, err); err == nil {
		err = note
	}
	return said, err
}

// note appends what a program said to the log.
func (p *Passage) note(program, said string, failed error) error {
	if err := p.from.folder(p.from.o.Log); err != nil {
		return fmt.Errorf("log %s: %w", program, err)
	}
	f, err := os.OpenFile(p.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o640)
	if err != nil {
		return fmt.Errorf("log %s: %w", program, err)
	}
	_, err = fmt.Fprintf(f, "== %s (%v)\n%s\n", program, failed, said)
	return errors.Join(err, f.Close(), p.from.own(p.log))
}

// verdict is what pg_upgrade found wrong: the lines between the last check that failed and its closing word.
func verdict(said string) string {
	var lines []string
	for _, l := range strings.Split(said, "\n") {
		l = strings.TrimSpace(l)
		switch {
		case strings.HasSuffix(l, " ok") || strings.HasPrefix(l, "---") || l == "":
			lines = nil
		case l != "Failure, exiting":
			lines = append(lines, l)
		}
	}
	why := strings.Join(lines, " ")
	return why[:min(len(why), 600)]
}
