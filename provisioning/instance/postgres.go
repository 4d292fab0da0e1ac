package instance

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"egovctl/platform/db/cluster"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
)

// found remembers where PostgreSQL's programs are: to find out means to run each candidate.
type found struct {
	sync.Mutex
	bin   cluster.Binaries
	known bool
}

// Binaries are PostgreSQL's programs: the configured ones, the kit's relocatable copy, or the system's. Findings
// "postgres.binaries.missing" and "postgres.binaries.old"; only a success is remembered.
func (s Site) Binaries() (cluster.Binaries, error) {
	if s.found == nil {
		s.found = &found{}
	}
	s.found.Lock()
	defer s.found.Unlock()
	if s.found.known {
		return s.found.bin, nil
	}
	bin, err := cluster.Find(s.Answers.Postgres.BinDir, filepath.Join(s.Root.Release(s.Version), "postgres"))
	if err == nil {
		s.found.bin, s.found.known = bin, true
	}
	return bin, err
}

// Cluster describes the private PostgreSQL of this site, ready to be made and started. Faults: those of Binaries,
// "postgres.socket.long", and NotFound before the account was made.
func (s Site) Cluster(look engine.Reader) (*cluster.Cluster, error) {
	bin, err := s.Binaries()
	if err != nil {
		return nil, err
	}
	return s.cluster(look, bin)
}

// Server is Cluster for who only wants to see or stop it: it cannot be started, so no programs are looked for. Faults:
// "postgres.socket.long", and NotFound before the account was made.
func (s Site) Server(look engine.Reader) (*cluster.Cluster, error) {
	return s.cluster(look, cluster.Binaries{})
}

func (s Site) cluster(look engine.Reader, bin cluster.Binaries) (*cluster.Cluster, error) {
	account, err := s.Account(look)
	if err != nil {
		return nil, err
	}
	o := cluster.Options{Binaries: bin, Data: s.Root.Postgres(), Socket: s.Root.SocketDir(s.Answers.Config), Log: s.Root.Log(), Superuser: Superuser}
	if account != nil {
		o.As = &cluster.Account{UID: account.UID, GID: account.GID}
	}
	return cluster.Open(o)
}

// Process tells the process id of this site's PostgreSQL and whether it accepts connections; 0 when none runs, also
// when it was never made. The programs are not needed for that: a host that has lost them can still be asked. Faults:
// NotFound while there is data but no account, "postgres.data.unreadable" when the data folder cannot be looked at.
func (s Site) Process(look engine.Reader) (pid int, ready bool, err error) {
	if _, err := os.Stat(filepath.Join(s.Root.Postgres(), "PG_VERSION")); errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil
	} else if err != nil {
		return 0, false, fault.Wrap(err, fault.Unavailable, "postgres.data.unreadable", "path", s.Root.Postgres())
	}
	c, err := s.Server(look)
	if err != nil {
		return 0, false, err
	}
	pid, up := c.Running()
	if !up {
		return 0, false, nil
	}
	return pid, c.Ready(), nil
}

// Running reports whether this site's PostgreSQL accepts connections. Faults as Process.
func (s Site) Running(look engine.Reader) (bool, error) {
	_, ready, err := s.Process(look)
	return ready, err
}
