package instance

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"egovctl/platform/db/cluster"
	"egovctl/provisioning/engine"
)

// Cluster describes the private PostgreSQL of this site. The binaries are the configured ones, the kit's relocatable
// copy, or the system's. Findings when there are none or they are too old.
func (s Site) Cluster(look engine.Reader) (*cluster.Cluster, error) {
	bin, err := cluster.Find(s.Answers.Postgres.BinDir, s.Root.Release(s.Version)+"/postgres")
	if err != nil {
		return nil, err
	}
	account, err := s.Account(look)
	if err != nil {
		return nil, err
	}
	o := cluster.Options{Binaries: bin, Data: s.Root.Postgres(), Socket: s.Root.SocketDir(s.Answers.Config), Log: s.Root.Log(), Superuser: "egov_super"}
	if account != nil {
		o.As = &cluster.Account{UID: account.UID, GID: account.GID}
	}
	return cluster.Open(o)
}

// Running reports whether this site's PostgreSQL accepts connections; false as well when it was never made.
func (s Site) Running(look engine.Reader) (bool, error) {
	if _, err := os.Stat(filepath.Join(s.Root.Postgres(), "PG_VERSION")); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("look at data folder: %w", err)
	}
	c, err := s.Cluster(look)
	if err != nil {
		return false, err
	}
	_, up := c.Running()
	return up && c.Ready(), nil
}
