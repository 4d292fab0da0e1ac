package units

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/keeper"
)

var update = flag.Bool("update", false, "write the golden files anew")

func step(t *testing.T, root, listen string) *Step {
	t.Helper()
	a, err := instance.Load(instance.Sources{Flags: map[string]string{"instance": "danang", "http.listen": listen}})
	if err != nil {
		t.Fatal(err)
	}
	return New(instance.Site{Root: instance.Root(root), Answers: a, AsRoot: true, Systemd: true}, t.TempDir())
}

func rendered(t *testing.T, s *Step) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, f := range s.files() {
		text, err := s.render(f.template)
		if err != nil {
			t.Fatal(err)
		}
		all[f.name] = string(text)
	}
	return all
}

func TestTheUnitsOfAnOrdinaryInstance(t *testing.T) {
	for name, text := range rendered(t, step(t, "/opt/egov", "127.0.0.1:8080")) {
		golden := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), text); diff != "" {
			t.Errorf("%s (-golden +rendered):\n%s", name, diff)
		}
	}
}

func TestWhatDependsOnWhereRootLies(t *testing.T) {
	for _, c := range []struct {
		name, root, listen string
		has, hasNot        []string
	}{
		{"the default root hides what is not its own", "/opt/egov", "127.0.0.1:8080",
			[]string{"ProtectHome=true", "PrivateTmp=true", "ListenStream=127.0.0.1:8080\n"}, []string{"RuntimeDirectory"}},
		{"a root below /home needs /home", "/home/it/egov", "0.0.0.0:80", []string{"PrivateTmp=true", "ListenStream=0.0.0.0:80\n"}, []string{"ProtectHome"}},
		{"a root below /tmp needs /tmp", "/tmp/egov", "[::1]:8080", []string{"ProtectHome=true", "ListenStream=[::1]:8080\n"}, []string{"PrivateTmp"}},
		{"a long root has its socket below /run, made anew at each boot", "/srv/" + strings.Repeat("x", 120), "127.0.0.1:8080", []string{"RuntimeDirectory=egov-danang\n"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := ""
			for _, text := range rendered(t, step(t, c.root, c.listen)) {
				all += text
			}
			for _, part := range c.has {
				if !strings.Contains(all, part) {
					t.Errorf("no unit says %q", part)
				}
			}
			for _, part := range c.hasNot {
				if strings.Contains(all, part) {
					t.Errorf("a unit says %q", part)
				}
			}
		})
	}
}

func TestWhatAUnitCannotSayIsRefused(t *testing.T) {
	for _, root := range []string{"/srv/e gov", "/srv/100%", "/srv/$HOME", `/srv/"x`, `/srv/a\b`} {
		if _, err := step(t, root, "127.0.0.1:8080").Plan(t.Context(), host.ReadOnly(host.NewLocal())); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", root, err)
		}
	}
}

func TestAUnitOfSomebodyElseIsNotTouched(t *testing.T) {
	s := step(t, "/opt/egov", "127.0.0.1:8080")
	for name, text := range rendered(t, step(t, "/srv/other", "127.0.0.1:8081")) {
		path := filepath.Join(s.folder, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Plan(t.Context(), host.ReadOnly(host.NewLocal())); !fault.Is(err, fault.Refused) {
			t.Errorf("%s: %v", name, err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// The journal that went along says where the instance lay; the units of that place are rewritten. Where another instance
// lies by now, they are that one's.
func TestTheUnitsFollowAnInstanceThatWasMoved(t *testing.T) {
	old, now := filepath.Join(t.TempDir(), "old"), filepath.Join(t.TempDir(), "now")
	lived := engine.Options{Root: old, Release: "1.0.0", Host: host.NewLocal()}
	if _, err := engine.New(lived).Run(t.Context(), "install", []engine.Step{layout{old}}); err != nil {
		t.Fatal(err)
	}
	was, s := step(t, old, "127.0.0.1:8080"), step(t, now, "127.0.0.1:8080")
	for name, text := range rendered(t, was) {
		if err := os.WriteFile(filepath.Join(s.folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Rename(old, now); err != nil {
		t.Fatal(err)
	}
	changes, err := s.Plan(t.Context(), host.ReadOnly(host.NewLocal()))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if err := s.Apply(t.Context(), host.NewLocal(), c, nil); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range rendered(t, s) {
		if have, err := os.ReadFile(filepath.Join(s.folder, name)); err != nil || string(have) != want {
			t.Errorf("%s was not rewritten: %v", name, err)
		}
	}
	for name, text := range rendered(t, was) {
		if err := os.WriteFile(filepath.Join(s.folder, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(engine.FolderOf(old), 0o750); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Plan(t.Context(), host.ReadOnly(host.NewLocal())); !fault.Is(err, fault.Refused) {
		t.Errorf("the units of another instance: %v", err)
	}
}

// layout is a step that leaves one file at a place.
type layout struct{ root string }

func (l layout) Info() engine.Info { return engine.Info{Name: "layout", Reversible: true} }

func (l layout) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	path := filepath.Join(l.root, "file")
	if _, err := look.Stat(path); err == nil {
		return nil, nil
	}
	return []engine.Change{{ID: "file", Action: "create", Target: path}}, nil
}

func (l layout) Apply(_ context.Context, on engine.Host, c engine.Change, _ engine.Progress) error {
	return on.WriteFile(c.Target, nil, 0o644)
}

func (l layout) Undo(_ context.Context, on engine.Host, c engine.Change) error {
	return on.Remove(c.Target)
}

// systemd's own program reads the units; the binary that they name is put beside them.
func TestSystemdUnderstandsTheUnits(t *testing.T) {
	verify, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Fatalf("%v: make test gets it", err)
	}
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "current", "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "current", "bin", "egovctl"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	s := step(t, root, "127.0.0.1:8080")
	args := []string{"verify", "--man=no"}
	for name, text := range rendered(t, s) {
		path := filepath.Join(s.folder, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	out, err := exec.Command(verify, args...).CombinedOutput()
	if err != nil || strings.Contains(string(out), "egov-danang") {
		t.Errorf("%v: %s", err, out)
	}
	if !strings.Contains(rendered(t, s)[keeper.Service(s.site.Answers.Config)], keeper.RootMark(s.site.Root)) {
		t.Error("the unit does not say whose it is")
	}
}
