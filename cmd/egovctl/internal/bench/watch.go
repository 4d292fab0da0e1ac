package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// watched runs c to its end and tells the milliseconds of the whole process.
func watched(c *exec.Cmd) (float64, error) {
	began := time.Now()
	_, err := output(c)
	return time.Since(began).Seconds() * 1000, err
}

// weight is the most anonymous memory of the processes that it watched, in MiB, looked at every 5 ms.
type weight struct{ most float64 }

// watched runs c to its end and tells what it wrote and the milliseconds of the whole process.
func (w *weight) watched(c *exec.Cmd) (out []byte, ms float64, err error) {
	var wrote, said bytes.Buffer
	c.Stdout, c.Stderr = &wrote, &said
	began := time.Now()
	if err := c.Start(); err != nil {
		return nil, 0, err
	}
	ended := make(chan struct{})
	go func() {
		err = c.Wait()
		ms = time.Since(began).Seconds() * 1000
		close(ended)
	}()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			if err != nil {
				err = fmt.Errorf("%s: %w: %s", strings.Join(c.Args, " "), err, last(said.String()+wrote.String(), 600))
			}
			return wrote.Bytes(), ms, err
		case <-tick.C:
			if n, err := anonymous(c.Process.Pid); err == nil { // it may just have ended
				w.most = max(w.most, n)
			}
		}
	}
}

// anonymous is RssAnon of a process, in MiB.
func anonymous(pid int) (float64, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }() // only read
	for s := bufio.NewScanner(f); s.Scan(); {
		if kb, ok := strings.CutPrefix(s.Text(), "RssAnon:"); ok {
			n, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(kb), " kB"), 64)
			return n / 1024, err
		}
	}
	return 0, fmt.Errorf("process %d tells no RssAnon", pid)
}
