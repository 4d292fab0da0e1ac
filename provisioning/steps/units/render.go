package units

import (
	"bytes"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"text/template"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/keeper"
	"egovctl/templates"
)

// facts is what the templates in templates/host are filled with.
type facts struct {
	Instance, Account, Root   string
	Socket, Service, Postgres string // unit names; no Postgres where it is not ours
	Listen                    string // numbers only: systemd resolves no names
	RuntimeDirectory          bool   // PostgreSQL's socket lies in /run/egov-<instance>, which is gone after each boot
	Home, Tmp                 bool   // may /home, or /tmp, be hidden from the processes? not when ROOT lies there
}

// file is one unit with the target that wants it.
type file struct{ name, template, wantedBy string }

func (s *Step) files() []file {
	c := s.site.Answers.Config
	all := []file{ // who is needed comes before who needs it
		{keeper.Server(c), "host/egov-postgres.service.tmpl", "multi-user.target"},
		{keeper.Socket(c), "host/egov.socket.tmpl", "sockets.target"},
		{keeper.Service(c), "host/egov.service.tmpl", "multi-user.target"},
	}
	if s.site.External() {
		return all[1:] // PostgreSQL is somebody else's to keep
	}
	return all
}

// awkward are bytes that mean something in a unit file.
const awkward = " \t%$\"'\\;#"

// render fills the template of one unit. Faults: invalid "units.root" for a ROOT that a unit file cannot name,
// "units.address" for a host name that has no address.
func (s *Step) render(name string) ([]byte, error) {
	c, root := s.site.Answers.Config, s.site.Root
	if strings.ContainsAny(string(root), awkward) {
		return nil, fault.New(fault.Invalid, "units.root", "root", root)
	}
	address, err := net.ResolveTCPAddr("tcp", c.HTTP.Listen)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "units.address", "address", c.HTTP.Listen).At("http.listen")
	}
	f := facts{
		Instance: c.Instance, Account: c.Account(), Root: string(root),
		Socket: keeper.Socket(c), Service: keeper.Service(c), Postgres: keeper.Server(c),
		Listen: address.String(), RuntimeDirectory: root.SocketDir(c) != root.Run(),
		Home: !below(root, "/home", "/root", "/run/user"), Tmp: !below(root, "/tmp", "/var/tmp"),
	}
	if s.site.External() {
		f.Postgres = ""
	}
	if address.IP == nil { // ":8080": systemd wants the port alone
		f.Listen = fmt.Sprint(address.Port)
	}
	t, err := template.ParseFS(templates.FS, name)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "internal")
	}
	var text bytes.Buffer
	if err := t.Execute(&text, f); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "internal")
	}
	return text.Bytes(), nil
}

func below(root instance.Root, folders ...string) bool {
	for _, folder := range folders {
		if rel, err := filepath.Rel(folder, string(root)); err == nil && filepath.IsLocal(rel) {
			return true
		}
	}
	return false
}
