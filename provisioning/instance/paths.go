package instance

import "path/filepath"

// Root is the folder of an instance; its methods say where everything lies.
type Root string

// DefaultRoot is where an instance lives unless --root says otherwise.
const DefaultRoot Root = "/opt/egov"

// MaxSocketPath is what the kernel takes for a socket's path, its final zero apart.
const MaxSocketPath = 107

func (r Root) at(parts ...string) string {
	return filepath.Join(append([]string{string(r)}, parts...)...)
}

// The places below ROOT.
func (r Root) Releases() string              { return r.at("releases") }
func (r Root) Release(version string) string { return r.at("releases", version) }
func (r Root) Staged() string                { return r.at("releases", "staged") }         // points at the one that waits for its commit
func (r Root) Link(version string) string    { return filepath.Join("releases", version) } // what current points at
func (r Root) Current() string               { return r.at("current") }
func (r Root) Binary() string                { return r.at("current", "bin", "egovctl") }
func (r Root) Local() string                 { return r.at("local") }
func (r Root) Etc() string                   { return r.at("etc") }
func (r Root) LocalTemplates() string        { return r.at("local", "templates") }
func (r Root) LocalShipped() string          { return r.at("local", "shipped") } // what those were made from, each named by its hash
func (r Root) Config() string                { return r.at("etc", "instance.yaml") }
func (r Root) Secrets() string               { return r.at("etc", "secrets") }
func (r Root) Secret(name string) string     { return r.at("etc", "secrets", name) }
func (r Root) Data() string                  { return r.at("data") }
func (r Root) Postgres() string              { return r.at("data", "postgres") }
func (r Root) Ballast() string               { return r.at("data", "ballast") }
func (r Root) Files() string                 { return r.at("data", "files") }
func (r Root) Backups() string               { return r.at("backups") }
func (r Root) Journal() string               { return r.at("journal") }
func (r Root) Log() string                   { return r.at("log") }
func (r Root) LogFile(name string) string    { return r.at("log", name+".log") }
func (r Root) Run() string                   { return r.at("run") }

// SocketName is the file that PostgreSQL makes in its socket folder.
const SocketName = ".s.PGSQL.5432"

// SocketDir is where PostgreSQL listens: ROOT/run, or /run/egov-<instance> when the path would be too long for a
// socket. The second is only root's to make.
func (r Root) SocketDir(c Config) string {
	if len(filepath.Join(r.Run(), SocketName)) <= MaxSocketPath {
		return r.Run()
	}
	return "/run/" + c.Account()
}

// AuditHead is the file outside the database that keeps the newest head of the audit chain.
func (r Root) AuditHead() string { return r.at("journal", "audit-head.json") }
