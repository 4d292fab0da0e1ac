package instance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"egovctl/platform/db"
	"egovctl/platform/db/outside"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
)

// External reports whether the database lies on a server that is not ours.
func (s Site) External() bool { return s.Answers.Topology == External }

// External is the topology.
const External = "external"

// Outside is the file that says where the database of an external topology is: the address without user and password, which
// stay in the administrator's own file. It stands once the roles are made, and goes with them.
func (r Root) Outside() string { return r.at("etc", "external.json") }

// Left is the content of that file.
type Left struct {
	Address string `json:"address"`
	DSNFile string `json:"dsn_file"`
}

// JSON is the file's content.
func (l Left) JSON() []byte {
	raw, _ := json.MarshalIndent(l, "", "  ") // two strings
	return append(raw, '\n')
}

// LeftAt reads the file of root. Fault NotInstalled "external.address.absent" when it is not there.
func LeftAt(root Root) (l Left, err error) {
	raw, err := os.ReadFile(root.Outside())
	if errors.Is(err, fs.ErrNotExist) {
		return l, fault.Wrap(err, fault.NotInstalled, "external.address.absent", "path", root.Outside())
	}
	if err == nil {
		err = json.Unmarshal(raw, &l)
	}
	if err != nil {
		return l, fault.Wrap(err, fault.Forbidden, "external.address.unreadable", "path", root.Outside())
	}
	return l, nil
}

// longest DSN that is read.
const longest = 16 << 10

// ReadDSN reads the administrator's file. Faults, all Invalid: "external.file.absent", "external.file.unreadable",
// "external.file.open" when others may read it, and those of outside.Parse.
func ReadDSN(path string) (outside.Address, error) {
	var none outside.Address
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return none, fault.Wrap(err, fault.Invalid, "external.file.absent", "file", path)
	}
	if err != nil {
		return none, fault.Wrap(err, fault.Invalid, "external.file.unreadable", "file", path)
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return none, fault.Wrap(err, fault.Invalid, "external.file.unreadable", "file", path)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return none, fault.New(fault.Invalid, "external.file.open", "file", path, "mode", fmt.Sprintf("%04o", info.Mode().Perm()))
	}
	raw, err := io.ReadAll(io.LimitReader(f, longest+1))
	if err != nil {
		return none, fault.Wrap(err, fault.Invalid, "external.file.unreadable", "file", path)
	}
	if len(raw) > longest {
		return none, fault.New(fault.Invalid, "external.dsn.syntax").At("postgres.dsn_file")
	}
	a, err := outside.Parse(string(raw))
	if err != nil {
		return none, fault.From(err).At("postgres.dsn_file")
	}
	return a, nil
}

// Administrator is the address with the role that makes and removes the others. Faults of ReadDSN.
func (s Site) Administrator() (outside.Address, error) { return ReadDSN(s.Answers.Postgres.DSNFile) }

// Elsewhere is the address of the external database as it was installed. Faults of LeftAt.
func (s Site) Elsewhere() (outside.Address, error) {
	l, err := LeftAt(s.Root)
	if err != nil {
		return outside.Address{}, err
	}
	return outside.Restore(l.Address)
}

// askTime bounds how long a server that does not answer is waited for.
const askTime = 5 * time.Second

// outsideRunning reports whether the external server takes connections; false before the roles were made. Whoever may not
// read the password is answered as well: a server that refuses a role runs.
func (s Site) outsideRunning() (bool, error) {
	a, err := s.Elsewhere()
	if fault.Is(err, fault.NotInstalled) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	password, _ := s.Secret(AppPassword)
	return outside.Answers(ctx, a.For(db.AppRole, password).Reveal()), nil
}

// outsideDSN is DSN on an external server, which has one database for us and gives us no superuser. Fault Invalid
// "external.no_superuser".
func (s Site) outsideDSN(role string, password func() (secret.String, error)) (secret.String, error) {
	if role == Superuser {
		return secret.String{}, fault.New(fault.Invalid, "external.no_superuser")
	}
	p, err := password()
	if err != nil {
		return secret.String{}, err
	}
	a, err := s.Elsewhere()
	if err != nil {
		return secret.String{}, err
	}
	return a.For(role, p), nil
}

// Roles are the names of the secrets of the three roles.
func Roles() map[string]string {
	return map[string]string{db.OwnerRole: OwnerPassword, db.AppRole: AppPassword, db.ReadOnlyRole: ReadOnlyPassword}
}

// Strangers are those of roles, which are there at the address, that do not take the password that this instance has, or
// would make: somebody else's. Faults of outside.Taken.
func (s Site) Strangers(ctx context.Context, a outside.Address, roles map[string]outside.Role) ([]string, error) {
	var out []string
	for _, role := range []string{db.OwnerRole, db.AppRole, db.ReadOnlyRole} {
		if _, there := roles[role]; !there {
			continue
		}
		password, err := s.Secret(Roles()[role])
		taken := false
		if err == nil {
			taken, err = outside.Taken(ctx, a, role, password)
		} else if fault.Is(err, fault.NotInstalled) {
			err = nil
		}
		if err != nil {
			return nil, err
		}
		if !taken {
			out = append(out, role)
		}
	}
	return out, nil
}

// Served is the name of the step after which the database can be asked.
func (s Site) Served() string {
	if s.External() {
		return External
	}
	return "server"
}
