package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// ports are the offsets from -port, by the name of the instance: two may be up at the same time.
var ports = map[string]int{"bench": 0, "benchfull": 1}

// instance is one that the bench installs with the real binary, from outside.
type instance struct {
	binary, root, name, listen string
	result                     installed
}

// installed is the last line of `install -o json`.
type installed struct {
	URL     string `json:"url"`
	Changes int    `json:"changes"`
	Steps   []struct {
		Name string  `json:"name"`
		MS   float64 `json:"ms"`
	} `json:"steps"`
	Accounts []struct {
		Login    string   `json:"login"`
		Password string   `json:"password"`
		Roles    []string `json:"roles"`
		Agency   string   `json:"agency"`
	} `json:"accounts"`
}

func (b *bench) instance(name string) *instance {
	return &instance{binary: b.binary, root: filepath.Join(b.root, name), name: name, listen: "127.0.0.1:" + strconv.Itoa(b.port+ports[name])}
}

func (in *instance) args(samples int) []string {
	return []string{"install", "--demo", "--samples", strconv.Itoa(samples), "--no-probe", "--instance", in.name,
		"--root", in.root, "--listen", in.listen, "--yes", "-o", "json"}
}

// install runs the installation, or runs it again, and tells how long the whole process took.
func (in *instance) install(ctx context.Context, samples int) (time.Duration, error) {
	began := time.Now()
	out, err := in.command(ctx, in.args(samples)...)
	took := time.Since(began)
	if err != nil {
		return took, err
	}
	return took, in.read(out)
}

func (in *instance) read(stdout []byte) error {
	in.result = installed{}
	return json.Unmarshal(lastLine(stdout), &in.result)
}

func lastLine(stdout []byte) []byte {
	lines := bytes.Split(bytes.TrimSpace(stdout), []byte("\n"))
	return lines[len(lines)-1]
}

// step is how long the installer was busy with one step, in ms.
func (in *instance) step(name string) float64 {
	for _, s := range in.result.Steps {
		if s.Name == name {
			return s.MS
		}
	}
	return 0
}

func (in *instance) remove(ctx context.Context) error {
	_, err := in.command(context.WithoutCancel(ctx), "uninstall", "--root", in.root, "--purge-data", "--yes")
	if err != nil {
		return err
	}
	return os.RemoveAll(in.root)
}

// command runs egovctl and returns its stdout.
func (in *instance) command(ctx context.Context, args ...string) ([]byte, error) {
	return output(exec.CommandContext(ctx, in.binary, args...))
}

// output runs c and puts what it says into the error.
func output(c *exec.Cmd) ([]byte, error) {
	var out, said bytes.Buffer
	c.Stdout, c.Stderr = &out, &said
	c.WaitDelay = 5 * time.Second
	if err := c.Run(); err != nil {
		return out.Bytes(), fmt.Errorf("%s: %w: %s", strings.Join(c.Args, " "), err, last(said.String()+out.String(), 600))
	}
	return out.Bytes(), nil
}

func last(s string, n int) string {
	if len(s) > n {
		s = s[len(s)-n:]
	}
	return strings.TrimSpace(s)
}

// platform is the process that serves.
func (in *instance) platform() (int, error) {
	raw, err := os.ReadFile(filepath.Join(in.root, "run", "platform.json"))
	if err != nil {
		return 0, err
	}
	var s struct{ Platform int }
	if err := json.Unmarshal(raw, &s); err != nil || s.Platform == 0 {
		return 0, errors.Join(err, errors.New("the platform does not run"))
	}
	return s.Platform, nil
}

// super is the address of the instance's database for PostgreSQL's superuser.
func (in *instance) super() (string, error) {
	password, err := os.ReadFile(filepath.Join(in.root, "etc", "secrets", "db-superuser"))
	if err != nil {
		return "", err
	}
	u := url.URL{Scheme: "postgres", User: url.UserPassword("egov_super", strings.TrimSpace(string(password))), Path: "/egov"}
	u.RawQuery = url.Values{"host": {filepath.Join(in.root, "run")}}.Encode()
	return u.String(), nil
}

func (in *instance) connect(ctx context.Context) (*pgx.Conn, error) {
	dsn, err := in.super()
	if err != nil {
		return nil, err
	}
	return pgx.Connect(ctx, dsn)
}

// exec runs statements as superuser, each by itself.
func (in *instance) exec(ctx context.Context, statements ...string) error {
	conn, err := in.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}
