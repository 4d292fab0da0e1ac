package cluster

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
)

// socketLimit is what sun_path holds on Linux without its closing NUL.
const socketLimit = 107

// Account runs the server; PostgreSQL refuses root.
type Account struct{ UID, GID int }

// Options says where a cluster lives and who runs it. Paths are absolute.
type Options struct {
	Binaries  Binaries
	Data      string            // data folder
	Socket    string            // folder of the unix socket
	Log       string            // folder of the server's log
	Port      int               // names the socket; 0 is 5432
	Superuser string            // "" is "postgres"
	As        *Account          // nil is the caller's own account
	Settings  map[string]string // on top of ours, for tests: {"fsync": "off"}
	Told      map[string]string // settings that the server is told at its start, and that no file of the data folder holds
}

// Cluster is one private PostgreSQL.
type Cluster struct{ o Options }

// Open describes a cluster; nothing is touched. Fault: finding "postgres.socket.long".
func Open(o Options) (*Cluster, error) {
	if o.Port == 0 {
		o.Port = 5432
	}
	if o.Superuser == "" {
		o.Superuser = "postgres"
	}
	c := &Cluster{o: o}
	if n := len(c.SocketPath()); n > socketLimit {
		return nil, fault.New(fault.Finding, "postgres.socket.long", "path", c.SocketPath(), "length", n, "limit", socketLimit)
	}
	return c, nil
}

// SocketPath is the socket that clients connect to.
func (c *Cluster) SocketPath() string {
	return filepath.Join(c.o.Socket, ".s.PGSQL."+strconv.Itoa(c.o.Port))
}

// Data is the data folder.
func (c *Cluster) Data() string { return c.o.Data }

// Binaries are the programs that it runs.
func (c *Cluster) Binaries() Binaries { return c.o.Binaries }

// Superuser is the name of the role that initdb makes.
func (c *Cluster) Superuser() string { return c.o.Superuser }

// DSN is the address of a database on this cluster. It holds the password, so it is a secret itself.
func (c *Cluster) DSN(user string, password secret.String, database string) secret.String {
	return SocketDSN(c.o.Socket, c.o.Port, user, password, database)
}

// SocketDSN is the address of a database behind a unix socket in folder dir.
func SocketDSN(dir string, port int, user string, password secret.String, database string) secret.String {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(user, password.Reveal()), Path: "/" + database}
	query := url.Values{"host": {dir}, "port": {strconv.Itoa(port)}, "sslmode": {"disable"}}.Encode()
	u.RawQuery = strings.ReplaceAll(query, "+", "%20") // pgx takes "+" for itself, not for a blank
	return secret.New(u.String())
}

// Major is the version that made the data folder, 0 when there is none yet.
func (c *Cluster) Major() (int, error) {
	text, err := os.ReadFile(filepath.Join(c.o.Data, "PG_VERSION"))
	if os.IsNotExist(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fault.Wrap(err, fault.Unavailable, "postgres.data.unreadable", "path", c.o.Data)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fault.Wrap(fmt.Errorf("PG_VERSION: %w", err), fault.Finding, "postgres.data.unreadable", "path", c.o.Data)
	}
	return major, nil
}

// CheckMajor refuses a data folder of another major version: finding "postgres.major".
func (c *Cluster) CheckMajor() error {
	have, err := c.Major()
	if err != nil || have == 0 || have == c.o.Binaries.Major {
		return err
	}
	return fault.New(fault.Finding, "postgres.major", "data", have, "binaries", c.o.Binaries.Major, "where", c.o.Binaries.Dir)
}
