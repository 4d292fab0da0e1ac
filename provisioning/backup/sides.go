package backup

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Aside is where a restore builds the side that is to come: a ROOT of its own, on the same disk.
func Aside(root instance.Root) instance.Root {
	return instance.Root(filepath.Join(root.Data(), ".restore"))
}

// Drill is where a copy is tried.
func Drill(root instance.Root) instance.Root {
	return instance.Root(filepath.Join(root.Data(), ".drill"))
}

// before begins the name of the folder that keeps the old side; the set's name follows.
const before = ".before-"

// Before is where the restore of a set keeps the old side until it is confirmed.
func Before(root instance.Root, set string) instance.Root {
	return instance.Root(filepath.Join(root.Data(), before+set))
}

// ready names the set of which a built side is whole, in a file within it.
func ready(aside instance.Root) string { return filepath.Join(string(aside), "ready") }

// Ready reports whether the side that is to come is whole and made of this set.
func Ready(look engine.Reader, root instance.Root, set string) (bool, error) {
	raw, err := look.ReadFile(ready(Aside(root)))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return string(raw) == set, err
}

// SetReady says so, durably.
func SetReady(on engine.Host, root instance.Root, set string) error {
	return on.WriteFile(ready(Aside(root)), []byte(set), 0o600)
}

// Sides is what an exchange of the sides notes beside the old one, before it moves anything.
type Sides struct {
	Set      string   `json:"set"`
	Had      []string `json:"had"`      // places that the old side had
	Server   bool     `json:"server"`   // PostgreSQL ran
	Platform bool     `json:"platform"` // the platform ran
	Switched bool     `json:"switched"` // the new side is in place
}

func sidesFile(old instance.Root) string { return filepath.Join(string(old), "sides.json") }

// ReadSides reads the note; ok is false where no exchange was begun.
func ReadSides(look engine.Reader, old instance.Root) (s Sides, ok bool, err error) {
	raw, err := look.ReadFile(sidesFile(old))
	if errors.Is(err, fs.ErrNotExist) {
		return s, false, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	if err != nil {
		return s, false, fault.Wrap(err, fault.Finding, "backup.sides", "path", sidesFile(old))
	}
	return s, true, nil
}

// Write notes it, durably.
func (s Sides) Write(on engine.Host, old instance.Root) error {
	raw, err := json.Marshal(s)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal")
	}
	return on.WriteFile(sidesFile(old), append(raw, '\n'), 0o600)
}

// Kept lists the old sides that still stand, switched or in the middle of it.
func Kept(look engine.Reader, root instance.Root) (all []Sides, err error) {
	entries, err := look.ReadDir(root.Data())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Forbidden, "cli.root_unreadable", "root", root)
	}
	for _, e := range entries {
		set, ok := strings.CutPrefix(e.Name(), before)
		if !ok || strings.HasSuffix(set, gone) {
			continue
		}
		s, noted, err := ReadSides(look, Before(root, set))
		if err != nil {
			return nil, err
		}
		if noted {
			all = append(all, s)
		}
	}
	return all, nil
}

// gone ends the name of an old side that is being removed.
const gone = ".gone"

// Gone is where the old side waits for its removal, which takes a while.
func Gone(root instance.Root, set string) string { return string(Before(root, set)) + gone }

// Leftover lists what of old sides waits for its removal.
func Leftover(look engine.Reader, root instance.Root) (sets []string, err error) {
	entries, err := look.ReadDir(root.Data())
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if rest, ok := strings.CutPrefix(e.Name(), before); ok {
			if set, ok := strings.CutSuffix(rest, gone); ok {
				sets = append(sets, set)
			}
		}
	}
	return sets, nil
}

// Place is a part of ROOT that a restore exchanges.
type Place struct {
	Path     string // below ROOT
	Optional bool   // it is only exchanged when the new side has another content
}

// Places are exchanged in this order, and put back in the other one. The answers and the passwords of the database's roles
// belong to the host and stay; the key of the audit log goes with the log, and the journal of a host that burnt goes beside
// the new one's. A side that is of a moment has rows alone.
func Places(set string) []Place {
	if ofMoment(set) {
		return []Place{{"data/postgres", false}, {"journal/audit-head.json", false}}
	}
	key, journal := "etc/secrets/"+instance.AuditKey, strings.TrimPrefix(HistoryOf("", set), "/")
	return []Place{
		{"data/postgres", false}, {"data/files", false}, {"local", false}, {"journal/audit-head.json", false}, {key, true}, {key + ".pub", true}, {journal, true},
	}
}

// Same reports whether two small files have the same content.
func Same(look engine.Reader, a, b string) bool {
	x, errX := look.ReadFile(a)
	y, errY := look.ReadFile(b)
	return errX == nil && errY == nil && slices.Equal(x, y)
}

// Stands reports whether there is something at a path.
func Stands(look engine.Reader, path string) (bool, error) {
	_, err := look.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
