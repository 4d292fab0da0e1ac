package dbtest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestNewGivesAMigratedDatabaseOfItsOwn(t *testing.T) {
	a, b := New(t), New(t)
	a.Exec("insert into platform.state (key, value) values ('k', '1')")
	if got := a.Text("select count(*) from platform.state"); got != "1" {
		t.Errorf("own row: %s", got)
	}
	if got := b.Text("select count(*) from platform.state"); got != "0" {
		t.Errorf("the other database has %s rows", got)
	}
}

// TestHoldingProcess is not a test by itself: it is the process that the next test kills.
func TestHoldingProcess(t *testing.T) {
	if os.Getenv("EGOV_DBTEST_HOLD") == "" {
		return
	}
	d := New(t)
	pid, _ := d.server.cluster.Running()
	fmt.Printf("holds %d %s\n", pid, d.server.cluster.Data())
	time.Sleep(time.Minute)
}

func TestAKilledTestProcessLeavesNothing(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestHoldingProcess$")
	cmd.Env = append(os.Environ(), "EGOV_DBTEST_HOLD=yes")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	var data string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if n, _ := fmt.Sscanf(lines.Text(), "holds %d %s", &pid, &data); n == 2 {
			break
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	root := strings.TrimSuffix(data, "/data")
	if pid == 0 || !strings.Contains(root, "egov-dbtest-") {
		t.Fatalf("the process never held a server: %d %q", pid, data)
	}
	for range 300 {
		_, folder := os.Stat(root)
		_, process := os.Stat(fmt.Sprintf("/proc/%d/exe", pid))
		if os.IsNotExist(folder) && process != nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("server %d or folder %s is still there", pid, root)
}
