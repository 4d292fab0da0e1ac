package supervise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"egovctl/provisioning/instance"
)

// State is what `egovctl status` reads about the running processes.
type State struct {
	Supervisor int       `json:"supervisor"`
	Platform   int       `json:"platform"`           // 0 while none runs
	Starting   int       `json:"starting,omitempty"` // a platform that does not take traffic yet, and holds the door like the other
	Since      time.Time `json:"since"`
	Restarts   int       `json:"restarts"`
	Address    string    `json:"address"`            // at which it holds the door open, also while no platform runs
	Swapping   bool      `json:"swapping,omitempty"` // until the old platform and the old supervisor are gone
	Swaps      int       `json:"swaps"`              // that were tried, the present one included once it is decided
	Refused    string    `json:"refused,omitempty"`  // why the last one was not done; the platform before it runs on
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

// keep tells the state again when its file was lost or damaged.
func (k *keeper) keep() {
	if s, err := saved(k.StateFile); err != nil || s.Supervisor != k.state.Supervisor {
		k.save()
	}
}

func (k *keeper) forget() { _ = os.Remove(k.StateFile) }

// stateTime bounds how long a supervisor may take to tell its state.
const stateTime = 10 * time.Second

// Of tells the state of a ROOT's processes: the zero State when no supervisor runs. One that was started a moment ago, by
// a command that may have been killed since, or whose state was lost, is waited for; when it stays silent all that is
// known is its process.
func Of(ctx context.Context, root instance.Root) (State, error) {
	for end := time.Now().Add(stateTime); ; {
		s, err := Read(StateFile(root))
		if err != nil || within(s.Supervisor, root) {
			return s, err
		}
		pid := supervisor(root)
		if (pid == 0 && !changing(root)) || time.Now().After(end) {
			return State{Supervisor: pid}, nil
		}
		if err := pause(ctx); err != nil {
			return State{}, err
		}
	}
}

// pause waits for a moment between two looks.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(10 * time.Millisecond):
		return nil
	}
}

// Read tells the state that a file holds: the zero State when no supervisor runs. A file left by a killed supervisor is
// recognised: its process is gone, or is something else by now.
func Read(stateFile string) (State, error) {
	s, err := saved(stateFile)
	if err != nil || !isCommand(s.Supervisor, Command) {
		return State{}, err
	}
	return s, nil
}

// saved is the state that was told last, whether or not it is still true.
func saved(stateFile string) (State, error) {
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
	return s, nil
}
