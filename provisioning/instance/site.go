package instance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"egovctl/platform/db/cluster"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/provisioning/engine"
)

// Site is one instance on one host: where it lies, what was answered, which release is meant. Every step is given it.
// Copies of a Site that At made share what it found out about the host.
type Site struct {
	Root    Root
	Answers Loaded
	Version string
	AsRoot  bool // root installs: processes and files belong to the instance's own account
	// BringsPostgres says that the release which is about to be laid down has a PostgreSQL of its own, so that the host needs none.
	BringsPostgres bool
	Systemd        bool // systemd keeps the processes running, not a supervisor of ours; only with AsRoot

	found *found
}

// At is the site of this process: root's rights are those that it runs with.
func At(root Root, answers Loaded, version string) Site {
	return Site{Root: root, Answers: answers, Version: version, AsRoot: os.Getuid() == 0, found: &found{}}
}

// Account is who runs the instance: its own account when root installs, nil (the caller) otherwise. fault.NotFound
// before the account was made.
func (s Site) Account(look engine.Reader) (*engine.Account, error) {
	if !s.AsRoot {
		return nil, nil //nolint:nilnil // nil means the caller, as in engine.Command
	}
	a, err := look.LookupAccount(s.Answers.Account())
	if err != nil {
		return nil, err
	}
	return &a, nil
}

// Own gives path to the instance's account; nothing to do when that is the caller.
func (s Site) Own(on engine.Host, path string) error {
	a, err := s.Account(on)
	if a == nil || err != nil {
		return err
	}
	return on.Chown(path, a.UID, a.GID)
}

// OwnTree gives path and everything below it to the instance's account, path itself last: until then it can be seen that
// this is not done. Faults: NotFound before the account was made, and the host's own.
func (s Site) OwnTree(on engine.Host, path string) error {
	entries, err := on.ReadDir(path)
	if err != nil {
		return fmt.Errorf("look at %s: %w", path, err)
	}
	for _, e := range entries {
		child := filepath.Join(path, e.Name())
		if e.IsDir() {
			err = s.OwnTree(on, child)
		} else {
			err = s.Own(on, child)
		}
		if err != nil {
			return err
		}
	}
	return s.Own(on, path)
}

// Owned reports whether path belongs to the account that runs the instance.
func (s Site) Owned(look engine.Reader, path string) (bool, error) {
	uid, _, err := look.Owner(path)
	if err != nil {
		return false, err
	}
	a, err := s.Account(look)
	if err != nil {
		return false, err
	}
	if a == nil {
		return uid == os.Getuid(), nil
	}
	return uid == a.UID, nil
}

// Secrets that an installation makes for itself, by file name below etc/secrets.
const (
	SuperPassword    = "db-superuser" // PostgreSQL's superuser: roles, repairs
	OwnerPassword    = "db-owner"     // egov_owner: migrations and seeds
	AppPassword      = "db-app"       // egov_app: the platform, under row-level security
	ReadOnlyPassword = "db-readonly"  // egov_readonly: reports
	AuditKey         = "audit-key"    // signs the heads of the audit chain and the manifests of backups; audit-key.pub verifies them
	BackupKey        = "backup-key"   // opens this host's backups, for drills and restores here; backup-key.pub seals them
	RecoveryKey      = "recovery-key" // opens them anywhere; its private half leaves the host, recovery-key.pub stays
)

// MetricsToken is the file below etc/secrets into which a province puts the token with which another host may read /metrics.
const MetricsToken = "metrics-token"

// Database is the name of the one database, Superuser the role that initdb makes.
const (
	Database  = "egov"
	Superuser = "egov_super"
)

// Secret reads a secret of the instance. fault.NotInstalled when it is not there yet.
func (s Site) Secret(name string) (secret.String, error) {
	raw, err := os.ReadFile(s.Root.Secret(name))
	if os.IsNotExist(err) {
		return secret.String{}, fault.Wrap(err, fault.NotInstalled, "instance.secret.absent", "name", name)
	}
	if err != nil {
		return secret.String{}, fault.Wrap(err, fault.Forbidden, "instance.secret.unreadable", "name", name)
	}
	return secret.New(strings.TrimSpace(string(raw))), nil
}

// SecretsAt are the secrets that lie below root by now, as far as this process may read them: what no journal may hold.
func SecretsAt(root Root) []secret.String {
	files, err := os.ReadDir(root.Secrets())
	if err != nil {
		return nil
	}
	var all []secret.String
	for _, f := range files {
		if raw, err := os.ReadFile(root.Secret(f.Name())); err == nil {
			all = append(all, secret.New(strings.TrimSpace(string(raw))))
		}
	}
	return all
}

// DSN is the address of the database for a role whose password is the secret name. On an external server there is one
// database, whatever its name, and no superuser of ours: fault Invalid "external.no_superuser".
func (s Site) DSN(role, name, database string) (secret.String, error) {
	if s.External() {
		return s.outsideDSN(role, func() (secret.String, error) { return s.Secret(name) })
	}
	password, err := s.Secret(name)
	if err != nil {
		return secret.String{}, err
	}
	return cluster.SocketDSN(s.Root.SocketDir(s.Answers.Config), 5432, role, password, database), nil
}
