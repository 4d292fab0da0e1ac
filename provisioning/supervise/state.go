package supervise

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// State is what `egovctl status` reads about the running processes.
type State struct {
	Supervisor int       `json:"supervisor"`
	Platform   int       `json:"platform"` // 0 while none runs
	Since      time.Time `json:"since"`
	Restarts   int       `json:"restarts"`
	Address    string    `json:"address"` // at which it holds the door open, also while no platform runs
}

func (k *keeper) save() {
	raw, err := json.Marshal(k.state)
	if err == nil {
		tmp := k.StateFile + ".tmp"
		if err = os.WriteFile(tmp, raw, 0o644); err == nil {
			err = os.Rename(tmp, k.StateFile)
		}
	}
	if err != nil {
		k.Log.Error("state", "error", err)
	}
}

func (k *keeper) forget() { _ = os.Remove(k.StateFile) }

// Read tells the state of the processes: the zero State when no supervisor runs. A file left by a killed supervisor is
// recognised: its process is gone, or is something else by now.
func Read(stateFile string) (State, error) {
	raw, err := os.ReadFile(stateFile)
	if errors.Is(err, fs.ErrNotExist) {
		return State{}, nil
	}
	if err != nil {
		return State{}, fmt.Errorf("read state: %w", err)
	}
	var s State
	if err := json.Unmarshal(raw, &s); err != nil {
		return State{}, nil //nolint:nilerr // half a file is no supervisor
	}
	if !IsSupervisor(s.Supervisor) {
		return State{}, nil
	}
	return s, nil
}

// RootOf is the ROOT for which a process of ours was started, as its command line says; "" when that cannot be seen.
func RootOf(pid int) string {
	raw, err := os.ReadFile(filepath.Join("/proc", fmt.Sprint(pid), "cmdline"))
	if err != nil {
		return ""
	}
	_, after, _ := strings.Cut(string(raw), "\x00--root\x00")
	root, _, _ := strings.Cut(after, "\x00")
	return root
}

// IsSupervisor reports whether pid is alive and is `egovctl supervise`.
func IsSupervisor(pid int) bool {
	if pid <= 0 {
		return false
	}
	raw, err := os.ReadFile(filepath.Join("/proc", fmt.Sprint(pid), "cmdline"))
	return err == nil && strings.Contains(string(raw), "\x00"+Command+"\x00")
}

// Command is the name of the hidden command that runs Run.
const Command = "supervise"
