package instance

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"egovctl/platform/db/cluster"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
)

// Cluster describes the private PostgreSQL of this site, ready to be made and started. Faults: those of Binaries,
// "postgres.socket.long", and NotFound before the account was made.
func (s Site) Cluster(look engine.Reader) (*cluster.Cluster, error) {
	bin, err := s.Binaries()
	if err != nil {
		return nil, err
	}
	return s.ClusterOn(look, bin)
}

// Server is Cluster for who only wants to see or stop it: it cannot be started, so no programs are looked for. Faults:
// "postgres.socket.long", and NotFound before the account was made.
func (s Site) Server(look engine.Reader) (*cluster.Cluster, error) {
	return s.ClusterOn(look, cluster.Binaries{})
}

// ClusterOn is Cluster with programs of one's own choice. Faults as Server.
func (s Site) ClusterOn(look engine.Reader, bin cluster.Binaries) (*cluster.Cluster, error) {
	account, err := s.Account(look)
	if err != nil {
		return nil, err
	}
	o := cluster.Options{Binaries: bin, Data: s.Root.Postgres(), Socket: s.Root.SocketDir(s.Answers.Config), Log: s.Root.Log(), Superuser: Superuser,
		Told: s.Archiving()}
	if account != nil {
		o.As = &cluster.Account{UID: account.UID, GID: account.GID}
	}
	return cluster.Open(o)
}

// Process tells the process id of this site's PostgreSQL and whether it accepts connections; 0 when none runs, also
// when it was never made, and when it is not ours. The programs are not needed for that: a host that has lost them can still be asked. Faults:
// NotFound while there is data but no account, "postgres.data.unreadable" when the data folder cannot be looked at.
func (s Site) Process(look engine.Reader) (pid int, ready bool, err error) {
	if s.External() {
		ready, err = s.outsideRunning() // its processes are elsewhere
		return 0, ready, err
	}
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
