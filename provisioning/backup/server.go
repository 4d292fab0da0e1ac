package backup

import (
	"context"
	"errors"
	"strings"
	"time"

	"egovctl/platform/db/cluster"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// bound is a PostgreSQL on a copy. It dies with us: a copy that nobody builds any more must not hold its folder.
type bound struct {
	c     *cluster.Cluster
	ended chan error
	kill  context.CancelFunc
}

// loading are the settings under which a copy is filled: whoever is cut fills it anew, so nothing is synced before the end.
// The buffers are few because each table that is filled is looked for in all of them.
var loading = []string{
	"fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "archive_mode=off",
	"autovacuum=off", "checkpoint_timeout=1h", "max_wal_size=16GB", "wal_compression=off", "shared_buffers=128MB",
}

// startTime bounds how long a server of a copy may take until it accepts connections, or to end.
const startTime = 10 * time.Minute

// serve starts the server of a copy and returns when it accepts connections, for which it has so long. Faults: those of cluster.Await; finding
// "postgres.start" when it ends at once.
func serve(ctx context.Context, on engine.Host, site instance.Site, within time.Duration, settings ...string) (*bound, error) {
	c, err := site.Cluster(on)
	if err != nil {
		return nil, err
	}
	if err := c.CheckMajor(); err != nil {
		return nil, err
	}
	account, err := site.Account(on)
	if err != nil {
		return nil, err
	}
	socket := site.Root.SocketDir(site.Answers.Config)
	args := []string{"-D", c.Data(), "-c", `unix_socket_directories="` + strings.ReplaceAll(socket, `"`, `""`) + `"`}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	life, kill := context.WithCancel(context.WithoutCancel(ctx))
	b := &bound{c: c, ended: make(chan error, 1), kill: kill}
	go func() {
		_, err := on.Run(life, engine.Command{Path: c.Binaries().Path("postgres"), Args: args, Env: c.Binaries().Env(), Dir: c.Data(), As: account})
		b.ended <- err
	}()
	ready, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	up := make(chan error, 1)
	go func() { up <- c.Await(ready) }()
	select {
	case err := <-up:
		if err != nil {
			return nil, errors.Join(err, b.stop(ctx))
		}
		return b, nil
	case err := <-b.ended:
		kill()
		return nil, fault.Wrap(err, fault.Finding, "postgres.start", "path", c.Data(), "why", fault.From(err).Args["said"])
	}
}

// stop ends it in peace, so that its folder can be moved; one that does not end is killed.
func (b *bound) stop(ctx context.Context) error {
	defer b.kill()
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), startTime)
	defer cancel()
	if err := b.c.Stop(wait, cluster.Fast); err != nil {
		return err
	}
	_ = <-b.ended // how it ended is in its log
	return nil
}
