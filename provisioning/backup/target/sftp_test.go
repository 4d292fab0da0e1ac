package target_test

import (
	"context"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup/target"
	"egovctl/provisioning/backup/target/targettest"
)

// sshd is a real OpenSSH server on a loopback port, for the user who runs the test.
type sshd struct {
	address, login string
	hostKey        string // its fingerprint
	hostLine       string // the key itself, as known_hosts has it
	private        string // of the client
}

// key writes a fresh private key and tells its public half.
func key(t *testing.T, file string) ssh.PublicKey {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func newSSHD(t *testing.T) sshd {
	t.Helper()
	program, err := exec.LookPath("sshd")
	if err != nil {
		program = "/usr/sbin/sshd" // not on the path of an ordinary user
	}
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
	client, allowed := filepath.Join(dir, "client"), filepath.Join(dir, "allowed")
	if err := os.WriteFile(allowed, ssh.MarshalAuthorizedKey(key(t, client)), 0o600); err != nil {
		t.Fatal(err)
	}
	host := key(t, filepath.Join(dir, "host"))
	s := sshd{login: me.Username, private: fileText(t, client), hostKey: ssh.FingerprintSHA256(host), hostLine: string(ssh.MarshalAuthorizedKey(host))}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = ln.Addr().String()
	_, port, _ := net.SplitHostPort(s.address) // an address that was given to us
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "config")
	text := fmt.Sprintf("Port %s\nListenAddress 127.0.0.1\nHostKey %s\nAuthorizedKeysFile %s\nPidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"+
		"PermitRootLogin prohibit-password\nMaxStartups 100\nSubsystem sftp internal-sftp\n", port, filepath.Join(dir, "host"), allowed)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	said := filepath.Join(dir, "said") // a file: the children that serve our sessions outlive the server
	c := exec.Command(program, "-D", "-E", said, "-f", config)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", s.address)
		if err == nil {
			_ = conn.Close()
			return s
		}
		if time.Now().After(end) {
			t.Fatalf("sshd does not listen: %v\n%s", err, fileText(t, said))
		}
	}
}

func fileText(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// entry is a file of credentials.
func entry(hostKey, private string) string {
	return fmt.Sprintf("host_keys: [%q]\nprivate_key: |\n  %s\n", hostKey, strings.ReplaceAll(strings.TrimSpace(private), "\n", "\n  "))
}

// at is the target at a folder of the server; address may be that of a road to it.
func (s sshd) at(t *testing.T, address, dir string) target.Target {
	t.Helper()
	to, err := target.Open(s.place(address, dir), written(t, entry(s.hostKey, s.private)))
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func (s sshd) place(address, dir string) string {
	return (&url.URL{Scheme: "sftp", User: url.User(s.login), Host: address, Path: dir}).String()
}

func TestAServerWithSFTPIsATarget(t *testing.T) {
	s := newSSHD(t)
	targettest.Run(t, func(t *testing.T) target.Target {
		return s.at(t, s.address, filepath.Join(t.TempDir(), "not", "there yet"))
	})
}

// What is wrong with the way to a server is told apart, and nothing is sent to a stranger.
func TestTheWayToAServer(t *testing.T) {
	s, dir := newSSHD(t), t.TempDir()
	strange := filepath.Join(dir, "strange")
	other := ssh.MarshalAuthorizedKey(key(t, strange))
	good := entry(s.hostKey, s.private)
	for _, c := range []struct {
		name, address, file string
		code                fault.Code
		key                 string
	}{
		{"a host with another fingerprint", s.address, entry("SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", s.private), fault.Refused, "backup.target.host_key"},
		{"a host with another key", s.address, entry(string(other), s.private), fault.Refused, "backup.target.host_key"},
		{"no key of the host", s.address, strings.Replace(good, s.hostKey, "", 1), fault.Finding, "backup.target.credentials.form"},
		{"a key that the host does not know", s.address, entry(s.hostKey, fileText(t, strange)), fault.Finding, "backup.target.signin"},
		{"a file that holds no key", s.address, entry(s.hostKey, "hunter2"), fault.Finding, "backup.target.credentials.form"},
		{"a file that is no YAML", s.address, "private_key: [hunter2", fault.Finding, "backup.target.credentials.form"},
		{"nobody there", "127.0.0.1:1", good, fault.Unavailable, "backup.target.unreachable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			to, err := target.Open(s.place(c.address, filepath.Join(dir, "sets")), written(t, c.file))
			if err == nil {
				err = to.Put(t.Context(), "a", "x", strings.NewReader("1"))
			}
			if f := fault.From(err); f.Code != c.code || f.Key != c.key {
				t.Errorf("%v %s: %v", f.Code, f.Key, err)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Error("the error tells what the file holds")
			}
		})
	}
	if _, err := os.Stat(filepath.Join(dir, "sets")); !os.IsNotExist(err) {
		t.Errorf("something was written: %v", err)
	}
	t.Run("the key itself may be pinned", func(t *testing.T) {
		to, err := target.Open(s.place(s.address, dir), written(t, entry(s.hostLine, s.private)))
		if err == nil {
			_, _, err = to.List(t.Context())
		}
		if err != nil {
			t.Error(err)
		}
	})
	t.Run("others may not read the file", func(t *testing.T) {
		file := written(t, good)
		if err := os.Chmod(file, 0o640); err != nil {
			t.Fatal(err)
		}
		if _, err := target.Open(s.place(s.address, dir), file); fault.From(err).Key != "backup.target.credentials.open" {
			t.Error(err)
		}
	})
	t.Run("there must be a file", func(t *testing.T) {
		if _, err := target.Open(s.place(s.address, dir), filepath.Join(dir, "none")); fault.From(err).Key != "backup.target.credentials.absent" {
			t.Error(err)
		}
	})
}

// A line that is cut in the middle of a member leaves no set; the next try writes it whole.
func TestACutLineLeavesNoSet(t *testing.T) {
	s, dir := newSSHD(t), t.TempDir()
	road := newRoad(t, s.address, 200_000)
	to := s.at(t, road, filepath.Join(dir, "sets"))
	text := strings.Repeat("hồ sơ", 200_000)
	err := to.Put(t.Context(), "a", "x", strings.NewReader(text))
	if !fault.Is(err, fault.Unavailable) {
		t.Fatalf("%v", err)
	}
	again := s.at(t, s.address, filepath.Join(dir, "sets"))
	sets, drafts, err := again.List(t.Context())
	if err != nil || len(sets) > 0 || len(drafts) != 1 {
		t.Fatalf("sets %v, drafts %v, %v", sets, drafts, err)
	}
	err = errors.Join(again.Put(t.Context(), "a", "x", strings.NewReader(text)), again.Publish(t.Context(), "a"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := again.Get(t.Context(), "a", "x")
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil || string(got) != text {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// A reader whose line is cut hears of it; it is not taken for the end of the member.
func TestACutLineIsNoEnd(t *testing.T) {
	s, dir := newSSHD(t), t.TempDir()
	text := strings.Repeat("hồ sơ", 200_000)
	to := s.at(t, s.address, dir)
	if err := errors.Join(to.Put(t.Context(), "a", "x", strings.NewReader(text)), to.Publish(t.Context(), "a")); err != nil {
		t.Fatal(err)
	}
	r, err := s.at(t, newRoad(t, s.address, 200_000), dir).Get(t.Context(), "a", "x")
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	_ = r.Close()
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("after %d bytes of %d: %v", len(got), len(text), err)
	}
}

// newRoad leads to address and breaks once it has carried most bytes, both directions counted.
func newRoad(t *testing.T, address string, most int64) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(func() {
		cancel()
		_ = ln.Close()
	})
	var carried atomic.Int64
	go func() {
		for {
			from, err := ln.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("tcp", address)
			if err != nil {
				_ = from.Close()
				continue
			}
			closing := func() { _ = errors.Join(from.Close(), to.Close()) }
			context.AfterFunc(ctx, closing)
			carry := func(to, from net.Conn) {
				defer closing()
				for buffer := make([]byte, 16<<10); ; {
					n, err := from.Read(buffer)
					if err != nil || carried.Add(int64(n)) > most {
						return
					}
					if _, err := to.Write(buffer[:n]); err != nil {
						return
					}
				}
			}
			go carry(to, from)
			go carry(from, to)
		}
	}()
	return ln.Addr().String()
}
