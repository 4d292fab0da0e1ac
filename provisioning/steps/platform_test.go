package steps_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/enginetest"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/keeper"
	"egovctl/provisioning/kit"
	"egovctl/provisioning/steps/answers"
	"egovctl/provisioning/steps/current"
	"egovctl/provisioning/steps/layout"
	"egovctl/provisioning/steps/platform"
	"egovctl/provisioning/steps/release"
	"egovctl/provisioning/steps/swap"
	"egovctl/provisioning/supervise"
)

// platformFixture has this very test binary as its release: it supervises and serves as the program does, but for the
// pages.
func platformFixture(t *testing.T) enginetest.Fixture {
	site := here(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	lay(t, site, "release", layout.New(site), answers.New(site, nil), release.New(site, carried(t, self, "1.0.0")), current.New(site))
	f := enginetest.Fixture{Step: platform.New(site), Host: host.NewLocal(), Root: string(site.Root), Varies: varies(site), Costly: true}
	f.State = func(t *testing.T) string {
		s, err := keeper.For(site).Platform(t.Context(), f.Host)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(s.PID != 0, keeper.Ready(t.Context(), f.Host, site), keeper.Holds(t.Context(), f.Host, site))
	}
	f.Release = func() { halt(t, site) }
	return f
}

// swapFixture runs one release beside which a second lies.
func swapFixture(t *testing.T) enginetest.Fixture {
	site := here(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	next := site
	next.Version = "1.1.0"
	lay(t, site, "releases", layout.New(site), answers.New(site, nil), release.New(site, carried(t, self, "1.0.0")), current.New(site))
	lay1 := release.New(next, carried(t, self, "1.1.0"))
	f := enginetest.Fixture{Step: swap.New(next), Before: []engine.Step{lay1, platform.New(site)}, Host: host.NewLocal(), Root: string(site.Root),
		Varies: varies(site), Costly: true}
	f.State = func(t *testing.T) string {
		s, err := keeper.For(site).Platform(t.Context(), f.Host)
		if err != nil {
			t.Fatal(err)
		}
		for _, version := range []string{"1.0.0", "1.1.0"} {
			if f.Host.Alive(s.PID, filepath.Join(site.Root.Release(version), kit.Binary)) {
				return version
			}
		}
		return "none"
	}
	f.Release = func() { halt(t, site) }
	return f
}

// superviseHere is `egovctl supervise --root ROOT`.
func superviseHere() {
	root := instance.Root(os.Args[3])
	err := supervise.Run(context.Background(), supervise.Config{
		Binary: root.Binary(), Args: []string{"serve"}, Dir: "/", LogFile: root.LogFile("platform"), StateFile: supervise.StateFile(root),
		Ready: 10 * time.Second, Drain: 10 * time.Second, Listener: os.NewFile(3, "listener"),
		Watch: func(context.Context) error { return nil }, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serveHere is `egovctl serve` without pages.
func serveHere() {
	ln, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		panic(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), ReadHeaderTimeout: time.Second}
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, syscall.SIGTERM)
	go func() { <-stopped; _ = srv.Shutdown(context.Background()) }()
	ready := os.NewFile(4, "ready")
	_, _ = ready.Write([]byte{1})
	_ = ready.Close()
	_ = srv.Serve(ln)
}
