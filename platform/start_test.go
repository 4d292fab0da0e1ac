package platform_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"egovctl/platform"
	"egovctl/platform/app"
	"egovctl/platform/audit"
	"egovctl/platform/internal/inspect"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/module"
	"egovctl/platform/override"
	"egovctl/platform/packaged"
	"egovctl/platform/web"
	"egovctl/templates"
)

// A service starts on a schema in which nothing is yet: its health answers and says so, its public pages are no failure.
func TestEveryServiceStartsOnAnEmptyDatabase(t *testing.T) {
	w := inspect.Empty(t)
	for _, m := range w.Offices.Modules() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		results := m.Health(ctx)
		cancel()
		for _, f := range append(inspect.Healthy(m.Name, results), w.Told(results)...) {
			t.Error(f)
		}
	}
	nobody := &inspect.Person{Key: "anonymous"}
	for _, l := range accessTable(t) {
		if l.Who != "anyone" || l.Writes() {
			continue
		}
		x, err := l.Aim(&inspect.Place{Procedure: "1.000000", Dossier: "000.00.00.H17-260101-0001", Identifier: "H17", Slug: "h17", Login: "x", Session: "x"})
		if err != nil {
			t.Fatal(err)
		}
		a := w.Do(inspect.Call{By: nobody, Method: l.Method, Path: x.Path, Lang: "en"})
		for _, f := range w.Sound(a) {
			if a.Status == http.StatusServiceUnavailable { // "there is no catalogue yet" is an answer here
				continue
			}
			t.Error(f)
		}
	}
}

// Background work ends within a second of its context.
func TestEveryServiceStops(t *testing.T) {
	w := inspect.Empty(t)
	for _, m := range w.Offices.Modules() {
		if m.Run == nil {
			continue
		}
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- m.Run(ctx) }()
		time.Sleep(150 * time.Millisecond) // it is under way
		stop()
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("%s: %v", m.Name, err)
			}
		case <-time.After(15 * time.Second):
			t.Errorf("%s still runs long after it was told to stop", m.Name)
		}
	}
}

// A service that nobody could do without is not disabled; the others lose their routes, work and health, and a name that
// is no service is refused.
func TestServicesCanBeLeftOut(t *testing.T) {
	o := offices(t, module.Deps{})
	for _, m := range o.Modules() {
		texts, err := locale.Load(templates.FS)
		if err != nil {
			t.Fatal(err)
		}
		without, err := platform.Open(module.Deps{Texts: texts}, app.Files(templates.FS, t.TempDir()), []string{m.Name})
		needed := m.Name == "agencies" || m.Name == "deadlines" || m.Name == "identity"
		if needed != (err != nil) {
			t.Errorf("%s left out: %v", m.Name, err)
		}
		if err != nil {
			continue
		}
		for _, x := range without.Modules() {
			if gone := len(x.Routes) == 0 && x.Health == nil; gone != (x.Name == m.Name) {
				t.Errorf("without %s, %s is gone: %v", m.Name, x.Name, gone)
			}
			if x.Migrations == nil {
				t.Errorf("without %s, %s has lost its schema", m.Name, x.Name)
			}
		}
	}
	if _, err := platform.Open(module.Deps{}, app.Files(templates.FS, t.TempDir()), []string{"nothing"}); err == nil {
		t.Error("a service that does not exist can be left out")
	}
}

// The platform as the program runs it: on a socket that it inherits, until it is told to stop, with a request under way
// that is still answered.
func TestThePlatformServesAnInheritedSocketAndDrains(t *testing.T) {
	w := inspect.Empty(t)
	dir := t.TempDir()
	key := filepath.Join(dir, "key.pem")
	private, _, err := audit.NewKeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, private, 0o600); err != nil {
		t.Fatal(err)
	}
	profile, err := packaged.Find(templates.FS, inspect.Profile)
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(context.Background(), app.Config{DSN: secret.New(w.DB.AppDSN()), Profile: profile, Templates: templates.FS, Local: override.Folders{Own: dir},
		Log: slog.New(w.Log), AuditKey: key, AuditHead: filepath.Join(dir, "head"),
		Settings: module.Settings{Instance: "test", Profile: inspect.Profile, Version: "1.2.3", PublicURL: "http://127.0.0.1", Language: locale.Vietnamese}})
	if err != nil {
		t.Fatal(err)
	}
	ln, address := inherited(t)
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- a.Run(ctx, ln, func() { close(ready) }) }()
	select {
	case <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	for path, want := range map[string]string{"/healthz": `"alive"`, "/readyz": `"ready"`, "/metrics": "process_resident_memory_bytes", "/dang-nhap": "<h1",
		app.HealthPath: `"audit.sealed"`} {
		if status, body := get(t, "http://"+address+path); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %.200s", path, status, body)
		}
	}
	// what its services want done every so often is a job, on one node at a time
	const jobs = "audit.seal idempotency.sweep identity.sweep outbox.sweep"
	var seen string
	for range 200 {
		if seen = w.DB.Text("select coalesce(string_agg(name, ' ' order by name), '') from platform.job"); seen == jobs {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if seen != jobs {
		t.Errorf("the jobs are %q", seen)
	}
	// a request whose body is still on its way when the end is announced
	slow, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = slow.Close() }()
	body := "login=x&password=y"
	send(t, slow, "POST /dang-nhap HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body[:5])
	time.Sleep(50 * time.Millisecond)
	stop()
	time.Sleep(600 * time.Millisecond) // past the farewell
	send(t, slow, body[5:])
	answer, err := io.ReadAll(slow)
	if err != nil || !bytes.HasPrefix(answer, []byte("HTTP/1.1 422")) {
		t.Errorf("the request under way was answered with %.100q (%v)", answer, err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("the platform ended with %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("the platform still runs")
	}
	for _, line := range w.Log.Errors() {
		t.Error("logged: " + line)
	}
}

// inherited hands a listening socket to this process the way the supervisor does.
func inherited(t *testing.T) (net.Listener, string) {
	t.Helper()
	parent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	file, err := parent.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	address := parent.Addr().String()
	_ = parent.Close() // the duplicate goes on listening
	t.Setenv(web.ListenFD, strconv.Itoa(int(file.Fd())))
	ln, err := web.Listen("127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() }) // Listen has closed its number already
	return ln, address
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(res.Header.Get("Content-Type"), "json") && !json.Valid(body) {
		t.Errorf("%s: not JSON", url)
	}
	return res.StatusCode, string(body)
}

func send(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := c.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}
