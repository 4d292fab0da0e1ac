package house_test

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// arrow is a forbidden import: packages under From may import no package under To, but for those in Except.
type arrow struct {
	from, to string
	except   []string
	why      string
}

// The law. Paths are below the module; a from that ends in /* means each folder there, and its own is allowed.
var law = []arrow{
	{"templates", "", nil, "templates is data: it imports nothing of ours"},
	{"platform/kernel", "", []string{"platform/kernel"}, "kernel words have no I/O and stand on the standard library and pure libraries"},
	{"platform/workcal", "", []string{"platform/kernel", "platform/packaged"}, "the working-day calendar is pure functions"},
	{"platform/workflow", "", []string{"platform/kernel", "platform/packaged"}, "the workflow engine is pure: no SQL, no HTTP"},
	{"platform/packaged", "", []string{"platform/kernel", "templates"}, "packaged data are read, never stored, here"},
	{"platform/db", "", []string{"platform/kernel", "platform/db"}, "the database room knows no office"},
	{"platform/web", "platform/services", nil, "the front door knows no office"},
	{"platform/web", "provisioning", nil, "the platform does not install itself"},
	{"platform/audit", "platform/services", nil, "an act's trace knows no office"},
	{"platform/outbox", "platform/services", nil, "the outbox knows no office"},
	{"platform/jobs", "platform/services", nil, "jobs are given, not known"},
	{"platform/module", "platform/services", nil, "the plug knows no office"},
	{"platform/services/*", "platform/services", nil, "an office reaches another through its own ports.go only"},
	{"platform/services", "platform/app", nil, "offices do not start the platform"},
	{"platform", "provisioning", nil, "the platform does not install itself"},
	{"platform", "cmd", nil, "nobody imports cmd"},
	{"provisioning", "cmd", nil, "nobody imports cmd"},
	{"provisioning/engine", "", []string{"platform/kernel", "provisioning/engine"}, "the engine knows no step by name"}, // its inspection suite runs on a real host: see exempt
	{"provisioning", "platform/services", nil, "the installer does not know the offices: it is given schemas, data and health as plain values"},
	{"provisioning", "platform/web", nil, "the installer serves no pages"},
	{"provisioning/steps/*", "provisioning/steps", nil, "steps never import each other"},
	{"provisioning/checks/*", "provisioning/checks", []string{"provisioning/checks/check"}, "checks never import each other, only what a check is"},
}

// exempt are test suites, bound by no arrow that starts at the room they inspect.
var exempt = []string{"provisioning/engine/enginetest"}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func TestImportLaw(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "egovctl/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for {
		var p goPackage
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen++
		from := strings.TrimPrefix(p.ImportPath, "egovctl/")
		for _, imported := range p.Imports {
			to, ours := strings.CutPrefix(imported, "egovctl/")
			if !ours {
				continue
			}
			for _, a := range law {
				if a.forbids(from, to) {
					t.Errorf("%s imports %s: %s", from, to, a.why)
				}
			}
		}
	}
	if seen < 10 {
		t.Fatalf("only %d packages seen: this test looked in the wrong place", seen)
	}
}

func (a arrow) forbids(from, to string) bool {
	if slices.Contains(exempt, from) {
		return false
	}
	own := ""
	if street, ok := strings.CutSuffix(a.from, "/*"); ok {
		rest, ok := strings.CutPrefix(from, street+"/")
		if !ok {
			return false
		}
		room, _, _ := strings.Cut(rest, "/")
		own = street + "/" + room
	} else if !below(from, a.from) {
		return false
	}
	if own != "" && below(to, own) {
		return false
	}
	for _, e := range a.except {
		if below(to, e) {
			return false
		}
	}
	return a.to == "" || below(to, a.to)
}

func below(path, folder string) bool { return path == folder || strings.HasPrefix(path, folder+"/") }

// The law itself must be able to refuse.
func TestImportLawRefuses(t *testing.T) {
	for _, c := range []struct {
		from, to string
		refused  bool
	}{
		{"platform/services/onestop", "platform/services/identity", true},
		{"platform/services/onestop", "platform/services/onestop/internal/store", false},
		{"provisioning/steps/schema", "platform/db", false},
		{"provisioning/steps/schema", "platform/services/agencies", true},
		{"provisioning/engine", "provisioning/host", true},
		{"platform/kernel/who", "platform/kernel/fault", false},
		{"platform/kernel/who", "platform/db", true},
		{"platform/web", "platform/services/sites", true},
	} {
		refused := false
		for _, a := range law {
			refused = refused || a.forbids(c.from, c.to)
		}
		if refused != c.refused {
			t.Errorf("%s -> %s: refused %v, want %v", c.from, c.to, refused, c.refused)
		}
	}
}
