package trial

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// watcher is a shell that waits for the end of its standard input and then runs a script. The kernel closes that input
// with the test process, however the process ends: what a test made is also removed when the test was killed.
type watcher struct {
	cmd  *exec.Cmd
	held io.WriteCloser
	once sync.Once
	err  error
	// claim is closed after the script, when the process still lives then.
	claim io.Closer
}

func watch(script string, env ...string) (*watcher, error) {
	c := exec.Command("/bin/sh", "-c", "cat >/dev/null\n"+script)
	c.Env = append([]string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"}, env...)
	c.Dir = "/"
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	held, err := c.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("make pipe: %w", err)
	}
	if os.Getenv("TRIAL_VERBOSE") != "" {
		c.Stderr = os.Stderr
	}
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("start watcher: %w", err)
	}
	return &watcher{cmd: c, held: held}, nil
}

// end runs the script now and waits for it.
func (w *watcher) end() error {
	w.once.Do(func() {
		_ = w.held.Close() // the script starts when the pipe is closed, and Wait tells how it went
		w.err = w.cmd.Wait()
		if w.claim != nil {
			w.err = errors.Join(w.err, w.claim.Close())
		}
	})
	return w.err
}

// onExit runs a script when this process ends, or at End.
func onExit(script string, env ...string) error {
	w, err := watch(script, env...)
	if err != nil {
		return err
	}
	keep(w)
	return nil
}

func keep(w *watcher) {
	exits.Lock()
	defer exits.Unlock()
	exits.list = append(exits.list, w)
}

// exits holds what goes with this process.
var exits struct {
	sync.Mutex
	list []*watcher
}

// End removes what the tests of this process shared, the newest first: TestMain calls it after the tests.
func End() {
	exits.Lock()
	defer exits.Unlock()
	for i := len(exits.list) - 1; i >= 0; i-- {
		if err := exits.list[i].end(); err != nil {
			fmt.Fprintln(os.Stderr, "clean up:", err)
		}
	}
	exits.list = nil
}
