package main_test

import (
	"crypto/ed25519"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"egovctl/cmd/egovctl/internal/trial"
)

// A backup leaves the host for a real OpenSSH server, is read there to its last byte, and a bare host has the instance again
// from that server with the recovery key alone. A server that is not the agreed one gets nothing.
func TestBackupsThatLeaveTheHost(t *testing.T) {
	entry, place, sets := sshServer(t)
	p := trial.New(t)
	p.Install()
	p.Run("backup", "create", "--out", place).Status(trial.Finding) // nobody said how it is entered
	lay(t, p.At("etc", "secrets", "backup-target"), another(entry))
	p.Run("backup", "create", "--out", place).Status(trial.Refused) // a stranger
	if _, err := os.Stat(sets); !os.IsNotExist(err) {
		t.Fatalf("a stranger holds something: %v", err)
	}
	lay(t, p.At("etc", "secrets", "backup-target"), entry)
	var made backedUp
	p.Run("backup", "create", "--out", place, "-o", "json").Status(trial.Done).Result(&made)
	if made.Path != place+"/"+made.ID {
		t.Fatalf("made %+v", made)
	}
	if members, err := os.ReadDir(filepath.Join(sets, made.ID)); err != nil || len(members) != 5 {
		t.Fatalf("members %v, %v", members, err)
	}
	p.Run("backup", "verify", made.Path).Status(trial.Done)
	p.Run("backup", "drill", made.ID, "--from", place).Status(trial.Done)
	if text := p.Run("backup", "list", "--from", place).Status(trial.Done).Stdout; !strings.Contains(text, made.ID) {
		t.Errorf("the list does not name it:\n%s", text)
	}

	key := filepath.Join(t.TempDir(), "key")
	lay(t, key, p.Run("backup", "key", "export").Status(trial.Done).Stdout)
	bare := trial.New(t)
	restore := []string{"backup", "restore", made.Path, "--recovery-key", key, "--listen", bare.Listen, "--set", "instance=" + bare.Instance}
	bare.Run(restore...).Status(trial.Finding)
	lay(t, bare.At()+".backup-target", entry)
	bare.Run(restore...).Status(trial.Done)
	if h := bare.Health(); h.Status != "healthy" {
		t.Errorf("health is %s: %+v", h.Status, h.Checks)
	}
	for _, host := range []*trial.Place{bare, p} {
		host.Run("uninstall", "--purge-data", "--yes").Status(trial.Done)
		host.Gone()
	}
}

// another is an entry that expects some other host.
func another(entry string) string {
	const head = `host_keys: ["SHA256:`
	return head + "AAAAAA" + entry[len(head)+6:]
}

// lay writes a file that nobody else may read, and its folders.
func lay(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// sshServer runs the machine's sshd for us alone, on a port of this host. entry is how it is entered, sets the folder behind place.
func sshServer(t *testing.T) (entry, place, sets string) {
	t.Helper()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	if me.Uid == "0" { // where the server's unprivileged half lives
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	host, client := sshKey(t, filepath.Join(dir, "host")), sshKey(t, filepath.Join(dir, "client"))
	lay(t, filepath.Join(dir, "allowed"), string(ssh.MarshalAuthorizedKey(client)))
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	lay(t, filepath.Join(dir, "config"), fmt.Sprintf("Port %s\nListenAddress 127.0.0.1\nHostKey %s\nAuthorizedKeysFile %s\nPidFile none\nStrictModes no\nUsePAM no\n"+
		"PasswordAuthentication no\nPermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n",
		address[strings.LastIndex(address, ":")+1:], filepath.Join(dir, "host"), filepath.Join(dir, "allowed")))
	said := filepath.Join(dir, "said")
	c := exec.Command("/usr/sbin/sshd", "-D", "-E", said, "-f", filepath.Join(dir, "config"))
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			break
		}
		if time.Now().After(end) {
			raw, _ := os.ReadFile(said)
			t.Fatalf("sshd does not listen:\n%s", raw)
		}
	}
	private, err := os.ReadFile(filepath.Join(dir, "client"))
	if err != nil {
		t.Fatal(err)
	}
	sets = filepath.Join(dir, "kho", "sao-luu")
	entry = fmt.Sprintf("host_keys: [%q]\nprivate_key: |\n  %s\n", ssh.FingerprintSHA256(host), strings.ReplaceAll(strings.TrimSpace(string(private)), "\n", "\n  "))
	return entry, "sftp://" + me.Username + "@" + address + sets, sets
}

// sshKey writes a fresh private key and tells its public half.
func sshKey(t *testing.T, file string) ssh.PublicKey {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	lay(t, file, string(pem.EncodeToMemory(block)))
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
