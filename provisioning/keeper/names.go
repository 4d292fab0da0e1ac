package keeper

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Folder is where an administrator's units lie.
const Folder = "/etc/systemd/system"

// Socket is the unit of the front door.
func Socket(c instance.Config) string { return c.Account() + ".socket" }

// Service is the platform's unit.
func Service(c instance.Config) string { return c.Account() + ".service" }

// Server is PostgreSQL's unit.
func Server(c instance.Config) string { return c.Account() + "-postgres.service" }

// RootMark is the line by which a unit file says whose it is: systemd passes over sections and keys that begin with X-.
func RootMark(root instance.Root) string { return "X-Egovctl-Root=" + string(root) + "\n" }

// Booted reports whether systemd runs this host, as sd_booted(3) asks.
func Booted() bool {
	info, err := os.Lstat("/run/systemd/system")
	return err == nil && info.IsDir()
}

// HasUnits reports whether systemd keeps the instance of this ROOT: one of its unit files is there and is Ours. So a later
// command knows what the installation chose, also after an uninstallation that was cut.
func HasUnits(root instance.Root, c instance.Config) bool {
	for _, name := range []string{Socket(c), Service(c), Server(c)} {
		if raw, err := os.ReadFile(filepath.Join(Folder, name)); err == nil && Ours(raw, root) {
			return true
		}
	}
	return false
}

// Ours reports whether a unit file belongs to the instance of this ROOT: it names that ROOT, or one from which the
// instance was moved here, as its journal says.
func Ours(unit []byte, root instance.Root) bool {
	if bytes.Contains(unit, []byte(RootMark(root))) {
		return true
	}
	runs, err := engine.History(string(root))
	return err == nil && slices.ContainsFunc(runs, func(r engine.Run) bool {
		return r.Root != "" && bytes.Contains(unit, []byte(RootMark(instance.Root(r.Root)))) && !lies(r.Root, string(root))
	})
}

// lies reports whether there is an instance at a place, other than the one at root.
func lies(place, root string) bool {
	there, err := os.Stat(engine.FolderOf(place))
	if err != nil {
		return false
	}
	here, err := os.Stat(engine.FolderOf(root))
	return err != nil || !os.SameFile(there, here)
}
