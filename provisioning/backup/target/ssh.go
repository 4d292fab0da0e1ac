package target

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"egovctl/platform/kernel/fault"
)

// session is one connection to an SFTP server.
type session struct {
	*sftp.Client
	ended chan struct{} // closed when the connection is over
}

// signIn is how an SFTP server is entered, out of credentials. Fault: finding "backup.target.credentials.form".
func signIn(user string, c credentials, path string) (*ssh.ClientConfig, error) {
	config := &ssh.ClientConfig{User: user, Timeout: dialTime}
	if !c.PrivateKey.Empty() {
		key, err := ssh.ParsePrivateKey([]byte(c.PrivateKey.Reveal()))
		if err != nil {
			return nil, unformed(path)
		}
		config.Auth = append(config.Auth, ssh.PublicKeys(key))
	}
	if !c.Password.Empty() {
		config.Auth = append(config.Auth, ssh.Password(c.Password.Reveal()))
	}
	pinned := map[string]bool{}
	for _, text := range c.HostKeys {
		if key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(text)); err == nil { //nolint:dogsled // comment, options and rest say nothing here
			config.HostKeyAlgorithms = append(config.HostKeyAlgorithms, algorithms(key)...)
			text = ssh.FingerprintSHA256(key)
		} else {
			config.HostKeyAlgorithms = nil // a fingerprint does not say of which kind its key is
		}
		pinned[text] = true
	}
	if len(pinned) == 0 || len(config.Auth) == 0 {
		return nil, unformed(path)
	}
	for text := range pinned { // one fingerprint among keys: any kind may be offered
		if len(text) != len("SHA256:")+43 || text[:7] != "SHA256:" {
			return nil, unformed(path)
		}
	}
	config.HostKeyCallback = func(host string, _ net.Addr, key ssh.PublicKey) error {
		if have := ssh.FingerprintSHA256(key); !pinned[have] {
			return fault.New(fault.Refused, "backup.target.host_key", "host", host, "fingerprint", have)
		}
		return nil
	}
	return config, nil
}

// algorithms are those in which the host may prove that it holds a key.
func algorithms(key ssh.PublicKey) []string {
	if key.Type() == ssh.KeyAlgoRSA {
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	return []string{key.Type()}
}

// connect opens a session. It ends with a host that is silent for idleTime. Faults: refused "backup.target.host_key", finding
// "backup.target.signin", unavailable "backup.target.unreachable".
func connect(ctx context.Context, a Address, config *ssh.ClientConfig) (*session, error) {
	conn, err := dial(ctx, "tcp", a.host)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "backup.target.unreachable", "path", a.at(""))
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	c, channels, requests, err := ssh.NewClientConn(conn, a.host, config)
	if err != nil {
		return nil, errors.Join(ctx.Err(), entering(err, a), conn.Close())
	}
	client := ssh.NewClient(c, channels, requests)
	files, err := sftp.NewClient(client)
	if err != nil {
		return nil, errors.Join(ctx.Err(), fault.Wrap(err, fault.Finding, "backup.target.denied", "path", a.at("")), client.Close())
	}
	s := &session{Client: files, ended: make(chan struct{})}
	go func() {
		_ = client.Wait() // why it ended is told by whoever used it
		close(s.ended)
	}()
	go s.alive(client)
	return s, nil
}

// entering says why the host was not entered. The library tells a refused key or password in words only.
func entering(err error, a Address) error {
	var known *fault.Error
	switch {
	case errors.As(err, &known):
		return known
	case strings.Contains(err.Error(), "unable to authenticate"):
		return fault.Wrap(err, fault.Finding, "backup.target.signin", "path", a.at(""))
	}
	return fault.Wrap(err, fault.Unavailable, "backup.target.unreachable", "path", a.at(""))
}

// alive asks the host every quarter of idleTime whether it is there, and ends the session when it does not say.
func (s *session) alive(client *ssh.Client) {
	tick := time.NewTicker(idleTime / 4)
	defer tick.Stop()
	for {
		select {
		case <-s.ended:
			return
		case <-tick.C:
		}
		timer := time.AfterFunc(idleTime, func() { _ = client.Close() })
		_, _, err := client.SendRequest("keepalive@openssh.com", true, nil)
		timer.Stop()
		if err != nil {
			_ = client.Close() // it is over already
			return
		}
	}
}
