package web_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"egovctl/platform/web"
)

// load sends POSTs over kept-alive connections from several clients until stop is closed, and counts what failed.
// It never tries again: every request that is not answered with 200 counts.
type load struct{ sent, failed atomic.Int64 }

func (l *load) run(clients int, url string, stop <-chan struct{}) *sync.WaitGroup {
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}, Timeout: 10 * time.Second}
			defer client.CloseIdleConnections()
			for {
				select {
				case <-stop:
					return
				default:
				}
				l.sent.Add(1)
				// a reader without GetBody: net/http itself does not repeat such a request either
				resp, err := client.Post(url, "application/json", io.MultiReader(bytes.NewReader([]byte(`{"a":1}`))))
				if err != nil {
					l.failed.Add(1)
					continue
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					l.failed.Add(1)
				}
			}
		})
	}
	return &wg
}

// swaps runs n generations of a server on one listening socket under load, each handed the socket by the one before,
// and returns what became of the requests.
func swaps(t *testing.T, n int, serve func(ctx context.Context, ln net.Listener, h http.Handler) error) *load {
	t.Helper()
	first, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	socket, err := first.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = socket.Close() }()
	url := "http://" + first.Addr().String() + "/"
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, "ok")
	})
	start := func(ln net.Listener) (stop context.CancelFunc, ended chan error) {
		ctx, stop := context.WithCancel(context.Background())
		ended = make(chan error, 1)
		go func() { ended <- serve(ctx, ln, handler) }()
		return stop, ended
	}
	var l load
	stopLoad := make(chan struct{})
	stop, ended := start(first)
	clients := l.run(8, url, stopLoad)
	for range n {
		time.Sleep(50 * time.Millisecond)
		next, err := net.FileListener(socket)
		if err != nil {
			t.Fatal(err)
		}
		newStop, newEnded := start(next)
		stop()
		if err := <-ended; err != nil {
			t.Fatalf("an orderly end: %v", err)
		}
		stop, ended = newStop, newEnded
	}
	close(stopLoad)
	clients.Wait()
	stop()
	_ = <-ended
	return &l
}

func TestSwapUnderLoadFailsNothing(t *testing.T) {
	l := swaps(t, 6, func(ctx context.Context, ln net.Listener, h http.Handler) error {
		return web.Serve(ctx, ln, h, 5*time.Second)
	})
	t.Logf("%d requests, %d failed", l.sent.Load(), l.failed.Load())
	if l.sent.Load() < 300 || l.failed.Load() != 0 {
		t.Errorf("%d of %d requests failed over 6 swaps", l.failed.Load(), l.sent.Load())
	}
}

// The broken twin: without the farewell the same load loses requests, so the test above can fail.
func TestPlainShutdownFailsSome(t *testing.T) {
	for range 10 {
		l := swaps(t, 10, func(ctx context.Context, ln net.Listener, h http.Handler) error {
			srv := &http.Server{Handler: h, ReadHeaderTimeout: time.Second}
			go func() { _ = srv.Serve(ln) }()
			<-ctx.Done()
			return srv.Shutdown(context.Background())
		})
		t.Logf("%d requests, %d failed", l.sent.Load(), l.failed.Load())
		if l.failed.Load() > 0 {
			return
		}
	}
	t.Error("plain Shutdown failed nothing in 100 swaps: the harness sees no loss")
}

func TestDrainWaitsForWhatIsUnderWay(t *testing.T) {
	ln, err := web.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	begun := make(chan struct{})
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		time.Sleep(600 * time.Millisecond)
		_, _ = io.WriteString(w, "done")
	})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(ctx, ln, slow, 5*time.Second) }()
	answer := make(chan string, 1)
	go func() {
		resp, err := http.Get("http://" + ln.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer func() { _ = resp.Body.Close() }()
		b, _ := io.ReadAll(resp.Body)
		answer <- string(b)
	}()
	<-begun
	stop()
	if got := <-answer; got != "done" {
		t.Errorf("the request under way was answered %q", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("an orderly end: %v", err)
	}
}

// TestListenTakesTheInheritedSocket re-executes the test binary as a child that holds nothing but the descriptor.
func TestListenTakesTheInheritedSocket(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	file, err := ln.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	child, err := os.StartProcess(exe, []string{exe}, &os.ProcAttr{
		Env: []string{web.ListenFD + "=3", childMark + "=1"}, Files: []*os.File{null, os.Stdout, os.Stderr, file}})
	if err != nil {
		t.Fatal(err)
	}
	_ = ln.Close() // only the child holds it now
	_ = file.Close()
	resp, err := http.Get("http://" + ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if want := fmt.Sprintf("child %d", child.Pid); string(body) != want {
		t.Errorf("answered %q, want %q", body, want)
	}
	if _, err := child.Wait(); err != nil {
		t.Error(err)
	}
}

const childMark = "EGOV_TEST_CHILD"

// TestMain is the child of the test above when it is started as one: it answers one request and leaves.
func TestMain(m *testing.M) {
	if os.Getenv(childMark) == "" {
		os.Exit(m.Run())
	}
	ln, err := web.Listen("256.0.0.1:1") // an address that cannot be opened: only the inherited socket can serve
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	err = web.Serve(ctx, ln, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "child %d", os.Getpid())
		stop()
	}), time.Second)
	if err != nil || os.Getenv(web.ListenFD) != "" {
		os.Exit(1)
	}
}

func TestAnAddressInUseIsAFinding(t *testing.T) {
	ln, err := web.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	if _, err := web.Listen(ln.Addr().String()); err == nil {
		t.Error("the same address was opened twice")
	}
}
