package main_test

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

func itoa(n int) string { return strconv.Itoa(n) }

// owners are the accounts to which something at a place belongs, with an example of each.
func owners(t *testing.T, root string) map[int]string {
	t.Helper()
	all := map[int]string{}
	err := filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		all[int(info.Sys().(*syscall.Stat_t).Uid)] = path
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func uid(t *testing.T, account string) int {
	t.Helper()
	u, err := user.Lookup(account)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(u.Uid)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// An uninstallation tells as gone what is gone and as kept what is kept, and what it keeps belongs to nobody who comes
// later: not even to an account that is given the number of the one that went.
func TestKeptDataWaitForTheirInstance(t *testing.T) {
	p := trial.New(t)
	in := p.Install()
	p.Run("restart").Status(trial.Done)
	p.Run("restart").Status(trial.Done)
	sizes, was := p.Sizes(), os.Getuid()
	if trial.AsRoot() {
		was = uid(t, p.Account())
	}
	for _, path := range []string{p.At("data", "files", "attachment"), p.At("local", "a-note-of-theirs")} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("of the province"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(path, was, -1); err != nil {
			t.Fatal(err)
		}
	}
	tellsTheTruth(t, p, p.Run("uninstall", "--yes", "-o", "json").Status(trial.Done))
	if !trial.AsRoot() {
		again := p.Install()
		if again.Counts != in.Counts {
			t.Errorf("counts %+v", again.Counts)
		}
		return
	}
	if left := owners(t, p.Root); len(left) != 1 || left[0] == "" {
		t.Errorf("what is kept belongs to %v, not to root alone", left)
	}
	stranger := p.Account() + "x"
	if out, err := exec.Command("useradd", "--system", "--uid", itoa(was), "--no-create-home", stranger).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("userdel", stranger).Run() })
	if again := p.Install(); again.Counts != in.Counts {
		t.Errorf("counts %+v", again.Counts)
	}
	now := uid(t, p.Account())
	if now == was {
		t.Fatal("the number was not taken, so this test sees nothing")
	}
	if path, there := owners(t, p.Root)[was]; there {
		t.Errorf("%s belongs to the account that came in between", path)
	}
	for _, folder := range []string{"data", "local", "backups", "log", "journal", "etc"} {
		if all := owners(t, p.At(folder)); len(all) != 1 || all[now] == "" {
			t.Errorf("%s belongs to %v, want %d", folder, all, now)
		}
	}
	for table, n := range p.Sizes() {
		if sizes[table] != n {
			t.Errorf("%s had %s rows and has %s", table, sizes[table], n)
		}
	}
	if h := p.Health("--no-probe"); h.Status != "healthy" {
		t.Errorf("%+v", h)
	}
	p.Run("audit", "verify").Status(trial.Done)
	p.Run("uninstall", "--purge-data", "--yes").Status(trial.Done)
	p.Gone()
}

// tellsTheTruth holds what an uninstallation said, in lines and at its end, against what is there.
func tellsTheTruth(t *testing.T, p *trial.Place, o trial.Outcome) {
	t.Helper()
	var end struct{ Gone, Kept []string }
	o.Result(&end)
	for _, path := range end.Gone {
		if _, err := os.Lstat(path); err == nil {
			t.Errorf("%s is told as gone", path)
		}
	}
	for _, path := range end.Kept {
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("%s is told as kept: %v", path, err)
		}
	}
	for _, path := range []string{p.At("data"), p.At("local"), p.At("etc", "secrets"), p.At("journal"), p.At("log")} {
		if !slices.Contains(end.Kept, path) {
			t.Errorf("%s is not told as kept, only %v", path, end.Kept)
		}
	}
	told := map[string]int{}
	for _, e := range o.Lines() {
		if e.Event != "undo_done" {
			continue
		}
		told[e.Step+" "+e.Target]++
		if _, err := os.Lstat(e.Target); filepath.IsAbs(e.Target) && err == nil {
			t.Errorf("%s is told as undone and is still there", e.Target)
		}
	}
	for what, n := range told {
		if n > 1 {
			t.Errorf("%s is told %d times", what, n)
		}
	}
	if told["platform "+p.Listen] != 1 {
		t.Errorf("the end of the platform is not told: %v", told)
	}
}

// Whoever asks while another process works is told that it works, not that it stopped part-way.
func TestStatusNamesTheOperationThatRuns(t *testing.T) {
	p := trial.New(t)
	type answer struct {
		state
		Operation *struct {
			Name  string `json:"name"`
			Since string `json:"since"`
			PID   int    `json:"pid"`
		} `json:"operation"`
		Unfinished *struct {
			Operation string `json:"operation"`
		} `json:"unfinished"`
	}
	ask := func(exit int) (a answer) {
		t.Helper()
		p.Run("status", "-o", "json").Status(exit).JSON(&a)
		return a
	}
	l := p.Begin(p.InstallArgs()...)
	for _, kind := range []string{"change_started layout", "change_started cluster"} { // before there are answers, and after
		if _, ok := l.Until(func(e trial.Event) bool { return e.Kind() == kind }); !ok {
			t.Fatalf("no %s: %+v", kind, l.Wait())
		}
		l.Signal(syscall.SIGSTOP) // it holds the lock for as long as we look
		a := ask(trial.Finding)
		if a.Root != p.Root || a.Unfinished != nil || a.Operation == nil || a.Operation.Name != "install" || a.Operation.PID != l.PID() || a.Operation.Since == "" {
			t.Errorf("%s: %+v, %+v, %+v", kind, a.state, a.Operation, a.Unfinished)
		}
		for _, lang := range []string{"vi", "en"} {
			p := p.For(t)
			p.Lang = lang
			o := p.Run("status").Status(trial.Finding)
			if !strings.Contains(o.Stdout, "install") || !strings.Contains(o.Stdout, itoa(l.PID())) {
				t.Errorf("%s: %s", kind, o.Stdout)
			}
		}
		l.Signal(syscall.SIGCONT)
	}
	l.Signal(syscall.SIGKILL)
	l.Wait()
	if a := ask(trial.Finding); a.Operation != nil || a.Unfinished == nil || a.Unfinished.Operation != "install" {
		t.Errorf("killed: %+v, %+v", a.Operation, a.Unfinished)
	}
	p.Install()
	if a := ask(trial.Done); a.Operation != nil || a.Unfinished != nil || a.Status != "running" {
		t.Errorf("installed: %+v, %+v", a.Operation, a.Unfinished)
	}
}
