package host_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
)

// The test binary is also the process that these tests start, kill and look at; HOST_TEST says as what.
func TestMain(m *testing.M) {
	switch os.Getenv("HOST_TEST") {
	case "":
		os.Exit(m.Run())
	case "sleep":
		fmt.Println("sleeping")
		time.Sleep(time.Minute)
	case "run": // runs a sleeping child, to be killed while it waits for it
		_, _ = host.NewLocal().Run(context.Background(), sleeper())
	case "start": // starts a sleeping process and ends
		pid, err := host.NewLocal().Start(context.Background(), sleeper())
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(pid)
	case "tell": // tells what it inherited
		groups, _ := os.Getgroups()
		fmt.Println("uid", os.Getuid(), "gid", os.Getgid(), "groups", groups)
		wd, _ := os.Getwd()
		fmt.Println("dir", wd)
		fmt.Println("env", os.Environ())
		open, _ := filepath.Glob("/proc/self/fd/*")
		for _, fd := range open {
			if to, err := os.Readlink(fd); err == nil && !strings.HasPrefix(to, "anon_inode") && !strings.HasPrefix(to, "/proc") && !strings.HasPrefix(to, "/sys/fs/cgroup") {
				fmt.Println("fd", filepath.Base(fd), to)
			}
		}
	}
}

func self() string {
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return exe
}

// sleeper is a command that sleeps for a minute; its pid goes to the file HOST_TEST_PID through sh.
func sleeper() engine.Command {
	return engine.Command{Path: "/bin/sh", Args: []string{"-c", "echo $$ >" + os.Getenv("HOST_TEST_PID") + "; exec sleep 60"}}
}

// as starts the test binary in one of its roles.
func as(t *testing.T, role, pidFile string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(self())
	cmd.Env = []string{"HOST_TEST=" + role, "HOST_TEST_PID=" + pidFile}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func readPID(t *testing.T, path string) int {
	t.Helper()
	var pid int
	eventually(t, "a pid in "+path, func() bool {
		b, err := os.ReadFile(path)
		if err != nil {
			return false
		}
		_, err = fmt.Sscan(string(b), &pid)
		return err == nil
	})
	return pid
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 500 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("after 5 s: no %s", what)
}

func kill(pid int) { _ = syscall.Kill(pid, syscall.SIGKILL) }
