package main_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"egovctl/cmd/egovctl/internal/trial"
)

// Years later a host burns, and the only kit at hand is past its date. It installs on a new host for whoever opens the backup
// with the province's recovery key, never without it, and never where an instance is.
func TestAnExpiredKitInstallsForTheRecoveryKeyAlone(t *testing.T) {
	p := trial.New(t)
	k := makeKit(t, p)
	expired := filepath.Join(p.Base, "expired.kit")
	p.RunEnv([]string{"SOURCE_DATE_EPOCH=1546300800"}, "kit", "build", "--out", expired, "--keys", k.keys, "--passphrase-file", k.phrase).Status(trial.Done)
	p.Install()
	var set struct{ Path string }
	p.Run("backup", "create", "--out", filepath.Join(p.Base, "sets"), "-o", "json").Status(trial.Done).Result(&set)
	key, other := filepath.Join(p.Base, "key"), filepath.Join(p.Base, "other")
	put(t, key, []byte(p.Run("backup", "key", "export").Status(trial.Done).Stdout))
	stranger := trial.New(t)
	stranger.Install()
	put(t, other, []byte(stranger.Run("backup", "key", "export").Status(trial.Done).Stdout))
	if err := os.Chmod(p.Base, 0o755); err != nil {
		t.Fatal(err)
	}

	bare := trial.New(t)
	plain := []string{"install", "--listen", bare.Listen, "--instance", bare.Instance, "--yes", "-o", "json", "--kit", expired, "--root-fingerprint", k.fingerprint}
	with := func(more ...string) []string { return append(append([]string{}, plain...), more...) }
	for name, c := range map[string]struct {
		args   []string
		status int
	}{
		"no risk is named":              {plain, trial.Refused},
		"a risk without a key":          {with("--accept-risk", "kit.expired"), trial.Usage},
		"a key without a risk":          {with("--backup", set.Path, "--recovery-key", key), trial.Refused},
		"an unknown risk":               {with("--accept-risk", "kit.signature", "--backup", set.Path, "--recovery-key", key), trial.Usage},
		"another risk than the one due": {with("--accept-risk", "kit.older", "--backup", set.Path, "--recovery-key", key), trial.Refused},
		"the key of another province":   {with("--accept-risk", "kit.expired", "--backup", set.Path, "--recovery-key", other), trial.Refused},
		"a demonstration":               {with("--demo", "--accept-risk", "kit.expired", "--backup", set.Path, "--recovery-key", key), trial.Usage},
		"no kit":                        {[]string{"install", "--accept-risk", "kit.expired", "--backup", set.Path, "--recovery-key", key}, trial.Usage},
	} {
		t.Run(name, func(t *testing.T) {
			bare.For(t).Run(c.args...).Status(c.status)
			if _, err := os.Lstat(bare.Root); err == nil {
				t.Error("ROOT was made")
			}
		})
	}
	accounts := p.Sizes()["identity.account"]
	bare.Run(with("--accept-risk", "kit.expired", "--backup", set.Path, "--recovery-key", key)...).Status(trial.Done)
	if have := bare.Sizes()["identity.account"]; have != accounts {
		t.Errorf("%s accounts came back, there were %s", have, accounts)
	}
	if h := bare.Health("--no-probe"); h.Status != "healthy" {
		t.Errorf("%+v", h)
	}
	lines, err := filepath.Glob(bare.At("journal", "*-restore.jsonl"))
	if err != nil || len(lines) != 1 || !bytes.Contains(read(t, lines[0]), []byte(`"risks":["kit.expired"]`)) {
		t.Errorf("the journal does not tell the risk: %v %v", lines, err)
	}
	before := bare.Tree()
	bare.Run(with("--accept-risk", "kit.expired", "--backup", set.Path, "--recovery-key", key)...).Status(trial.Refused)
	bare.Run(with()...).Status(trial.Refused)
	trial.Same(t, "an instance that refused an expired kit", before.Still(), bare.Tree().Still())
}

// Whoever has the letter types the first signs of the fingerprint off the paper; a yes is no answer.
func TestTheFirstTrustIsAskedForOnATerminal(t *testing.T) {
	p := trial.New(t)
	k := makeKit(t, p)
	for answer, status := range map[string]int{
		k.fingerprint[:8]: trial.Done, strings.ToUpper(k.fingerprint[:4] + " " + k.fingerprint[4:8]): trial.Done,
		"y": trial.Refused, "": trial.Refused, "00000000": trial.Refused,
	} {
		t.Run("answered with "+answer, func(t *testing.T) {
			screen, exit := onTerminal(t, answer+"\n", p.Binary, "kit", "verify", k.file, "--root", p.Root, "--lang", "en")
			if exit != status {
				t.Errorf("exit %d, want %d: %s", exit, status, screen)
			}
			if shown := strings.ReplaceAll(screen, " ", ""); !strings.Contains(shown, k.fingerprint[:32]) || !strings.Contains(shown, k.fingerprint[32:]) {
				t.Errorf("the fingerprint is not shown: %s", screen)
			}
		})
	}
}

// onTerminal runs a program on a terminal of its own, types, and returns what stood on the screen.
func onTerminal(t *testing.T, typed, program string, args ...string) (screen string, exit int) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = keyboard.Close() }()
	raw, err := keyboard.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var number int
	if err := raw.Control(func(fd uintptr) {
		if err = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); err == nil {
			number, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		}
	}); err != nil {
		t.Fatal(err)
	}
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), program, args...)
	c.Env, c.Stdin, c.Stdout, c.Stderr = []string{"TERM=xterm", "HOME=/"}, terminal, terminal, terminal
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_ = terminal.Close() // the program has its own
	if _, err := keyboard.WriteString(typed); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	_, _ = b.ReadFrom(keyboard) // a terminal that everybody left gives an error in place of an end
	_ = c.Wait()
	return b.String(), c.ProcessState.ExitCode()
}
