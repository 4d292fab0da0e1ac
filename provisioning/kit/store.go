package kit

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
)

// stateFile stands beside the roots in ROOT/etc/trust and is written last.
const stateFile = "seen.json"

// state is what an instance has seen, by kind of kit. The version decides; the versions of the signed metadata follow
// from it (Version.Number).
type state struct {
	Roots int             `json:"roots"` // the newest root at that time
	Seen  map[string]seen `json:"seen"`
}

// seen is the newest kit of a kind.
type seen struct {
	Version  string    `json:"version"`
	Number   int64     `json:"number"`   // of timestamp, snapshot and targets
	Manifest string    `json:"manifest"` // SHA-256
	Date     time.Time `json:"date"`
}

// store is the trust of an instance.
type store struct {
	roots [][]byte
	state state
}

// load reads the store in folder; an absent one, or folder "", is empty. Faults: refused
// "kit.trust.damaged", forbidden "kit.trust.unreadable".
func load(folder string) (store, error) {
	s := store{state: state{Seen: map[string]seen{}}}
	if folder == "" {
		return s, nil
	}
	damaged := func(err error) (store, error) {
		if errors.Is(err, fs.ErrPermission) {
			return s, fault.Wrap(err, fault.Forbidden, "kit.trust.unreadable", "path", folder)
		}
		return s, fault.Wrap(err, fault.Refused, "kit.trust.damaged", "path", folder)
	}
	for n := 1; n <= mostRoots; n++ {
		raw, err := os.ReadFile(filepath.Join(folder, strconv.Itoa(n)+rootSuffix))
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return damaged(err)
		}
		s.roots = append(s.roots, raw)
	}
	raw, err := os.ReadFile(filepath.Join(folder, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil // nothing yet, or a cut between the roots and the state
	}
	if err != nil {
		return damaged(err)
	}
	if err := json.Unmarshal(raw, &s.state); err != nil {
		return damaged(err)
	}
	if s.state.Seen == nil {
		return damaged(errors.New("what was seen is missing"))
	}
	if len(s.roots) == 0 || len(s.roots) < s.state.Roots {
		return damaged(errors.New("roots are missing"))
	}
	for kind, x := range s.state.Seen {
		if v, err := ParseVersion(x.Version); err != nil || v.Number() != x.Number || len(x.Manifest) != 64 || kind == "" {
			return damaged(errors.New("what was seen cannot be read"))
		}
	}
	return s, nil
}

// trusts reports whether there is a root that decides.
func (s store) trusts() bool { return len(s.roots) > 0 }

// save writes what is new: roots first, each whole, then what was seen. After a cut the old state stands, or the new one.
func (s store) save(on engine.Host, folder string) error {
	if err := on.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	old, err := load(folder)
	if err != nil {
		return err
	}
	for i := len(old.roots); i < len(s.roots); i++ {
		if err := on.WriteFile(filepath.Join(folder, strconv.Itoa(i+1)+rootSuffix), s.roots[i], 0o444); err != nil {
			return err
		}
	}
	raw, err := json.MarshalIndent(s.state, "", "  ")
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal")
	}
	raw = append(raw, '\n')
	if have, err := on.ReadFile(filepath.Join(folder, stateFile)); err == nil && string(have) == string(raw) {
		return nil
	}
	return on.WriteFile(filepath.Join(folder, stateFile), raw, 0o444)
}
