package instance

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"syscall"

	"egovctl/platform/kernel/fault"
)

// Applied is the copy of the answers that the last installation carried out: instance.yaml is the operator's to edit,
// this one is not, and the difference is what "a changed answer" means.
func (r Root) Applied() string { return r.at("etc", ".instance.installed.yaml") }

// fixed are the answers that make an instance what it is.
var fixed = []string{"instance", "province.profile", "topology"}

// Changed compares l with what was carried out at root, and refuses each answer that differs, old beside new, as
// fault.Invalid; with accept only those that an installed instance cannot change. Nothing carried out yet, nothing
// changed.
func (l Loaded) Changed(root Root, accept bool) error {
	if _, err := os.Stat(root.Applied()); errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		if _, err := os.Stat(root.Outside()); err == nil && l.Topology != External { // an uninstallation kept the data there
			return fault.New(fault.Invalid, "install.changed.fixed", "where", l.Where("topology"), "key", "topology", "old", External, "new", l.Topology).At("topology")
		}
		return nil
	}
	old, err := Load(Sources{File: root.Applied()})
	if err != nil {
		return err
	}
	var problems Problems
	for _, d := range l.Diff(old) {
		key := "install.changed"
		if slices.Contains(fixed, d.Key) {
			key = "install.changed.fixed"
		} else if accept {
			continue
		}
		problems = append(problems, fault.New(fault.Invalid, key, "where", l.Where(d.Key), "key", d.Key, "old", d.Old, "new", d.New).At(d.Key))
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}
