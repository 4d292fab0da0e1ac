package trial

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
)

// Catch runs a check that is expected to complain and returns its complaints. It is how a test shows that a harness
// can fail at all: the broken twin of the product must not pass it.
func Catch(t testing.TB, check func(testing.TB)) []string {
	t.Helper()
	c := &catcher{TB: t}
	done := make(chan struct{})
	go func() { // Fatal ends its goroutine
		defer close(done)
		check(c)
	}()
	<-done
	return c.said
}

// catcher is a testing.TB that keeps complaints to itself; everything else is the real one's.
type catcher struct {
	testing.TB
	mu   sync.Mutex
	said []string
}

func (c *catcher) say(s string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said = append(c.said, s)
}

func (c *catcher) Error(args ...any)            { c.say(fmt.Sprint(args...)) }
func (c *catcher) Errorf(f string, args ...any) { c.say(fmt.Sprintf(f, args...)) }
func (c *catcher) Fail()                        { c.say("failed") }
func (c *catcher) Failed() bool                 { return len(c.said) > 0 }

func (c *catcher) FailNow()                     { c.Fail(); runtime.Goexit() }
func (c *catcher) Fatal(args ...any)            { c.Error(args...); runtime.Goexit() }
func (c *catcher) Fatalf(f string, args ...any) { c.Errorf(f, args...); runtime.Goexit() }
