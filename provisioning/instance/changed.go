package instance

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"egovctl/platform/kernel/fault"
)

// Applied is the copy of the answers that the last installation carried out: instance.yaml is the operator's to edit,
// this one is not, and the difference is what "a changed answer" means.
func (r Root) Applied() string { return r.at("etc", ".instance.installed.yaml") }

// fixed are the answers that make an instance what it is.
var fixed = []string{"instance", "province.profile", "topology"}

// Changed compares l with what was carried out at root. Nothing carried out yet, nothing changed. fault.Invalid when an
// answer differs that an installed instance cannot change.
func (l Loaded) Changed(root Root) ([]Difference, error) {
	if _, err := os.Stat(root.Applied()); errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, nil
	}
	old, err := Load(Sources{File: root.Applied()})
	if err != nil {
		return nil, err
	}
	changes := l.Diff(old)
	for _, d := range changes {
		for _, key := range fixed {
			if d.Key == key {
				return nil, fault.New(fault.Invalid, "install.changed.fixed", "key", d.Key, "old", d.Old, "new", d.New).At(d.Key)
			}
		}
	}
	return changes, nil
}

// Tell writes differences as "http.listen: old → new; ...".
func Tell(changes []Difference) string {
	parts := make([]string, len(changes))
	for i, d := range changes {
		parts[i] = d.Key + ": «" + d.Old + "» → «" + d.New + "»"
	}
	return strings.Join(parts, "; ")
}
