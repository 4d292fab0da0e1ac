package engine_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/enginetest"
	"egovctl/provisioning/host"
)

// The test binary is also the second process of these tests: with ENGINE_TEST_ROOT set it runs a toy sequence there.
func TestMain(m *testing.M) {
	if root := os.Getenv("ENGINE_TEST_ROOT"); root != "" {
		os.Exit(victim(root))
	}
	os.Exit(m.Run())
}

// victim prints each event as a line of JSON. After each journal line it waits for a byte on stdin, so that whoever
// started it decides what happens at this very line; when stdin is closed it waits no more.
func victim(root string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	out, in := json.NewEncoder(os.Stdout), bufio.NewReader(os.Stdin)
	r := engine.New(engine.Options{Root: root, Release: "1.0.0", Host: host.NewLocal(), Events: func(e engine.Event) {
		if e.Seq > 0 {
			_ = out.Encode(e)
			_, _ = in.ReadByte()
		}
	}})
	if _, err := r.Run(ctx, "install", toy(root)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func toy(root string) []engine.Step {
	return []engine.Step{
		&notes{name: "layout", root: root, ids: []string{"a", "b"}},
		enginetest.Release{Root: root, Version: "1.0.0", Files: map[string]string{"egovctl": "the binary", "manifest": "its list"}},
		&notes{name: "settings", root: root, ids: []string{"c", "d", "e"}},
	}
}
