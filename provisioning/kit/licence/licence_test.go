package licence

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	repository = "../../.."
	mit        = "MIT License\n\nPermission is hereby granted, free of charge, to any person\nobtaining a copy of this software and so on."
	gpl        = "GNU GENERAL PUBLIC LICENSE\n Everyone is permitted to copy and distribute verbatim copies\n of this license document, but changing it is not allowed."
)

// What is linked today may travel: this is the inspection that a new module has to pass.
func TestEverythingThatIsLinkedMayTravel(t *testing.T) {
	parts, err := Modules(t.Context(), repository, "egovctl/cmd/egovctl", "amd64", "arm64")
	if err != nil {
		t.Fatal(err)
	}
	packages, err := Packages(filepath.Join(repository, "templates/portals/assets"))
	if err != nil {
		t.Fatal(err)
	}
	parts = append(parts, packages...)
	if err := Judge(parts); err != nil {
		t.Error(err)
	}
	named := map[string]Part{}
	for _, p := range parts {
		named[p.Name] = p
	}
	for name, want := range map[string]string{"std": "BSD-3-Clause", "github.com/jackc/pgx/v5": "MIT", "github.com/prometheus/client_golang": "Apache-2.0 AND BSD-3-Clause",
		"github.com/klauspost/compress": "Apache-2.0 AND BSD-3-Clause AND MIT", "@fontsource/be-vietnam-pro": "OFL-1.1"} {
		if got := named[name].Expression(); got != want {
			t.Errorf("%s is under %q, want %q", name, got, want)
		}
	}
	// A text below the module's root goes along when a package above it is linked, and a notice always.
	has := func(name, text string) bool {
		return slices.ContainsFunc(named[name].Texts, func(x Text) bool { return x.Name == text })
	}
	if !has("github.com/klauspost/compress", "zstd/internal/xxhash/LICENSE.txt") || !has("github.com/prometheus/client_golang", "NOTICE") {
		t.Error("a text below a module's root, or a notice, is missing")
	}
}

func TestCollectedTwiceIsTheSame(t *testing.T) {
	parts, err := Modules(t.Context(), repository, "egovctl/platform/kernel/...", "amd64")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "licenses")
	stray := filepath.Join(folder, "gone@v1", "LICENSE")
	if err := os.MkdirAll(filepath.Dir(stray), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(stray, []byte("of a module that is linked no more"), 0o600); err != nil {
		t.Fatal(err)
	}
	var trees []map[string]string
	for range 2 {
		if err := Collect(folder, parts); err != nil {
			t.Fatal(err)
		}
		trees = append(trees, tree(t, folder))
	}
	if d := cmp.Diff(trees[0], trees[1]); d != "" {
		t.Error(d)
	}
	for _, p := range parts {
		for _, x := range p.Texts {
			if trees[0][p.Folder()+"/"+x.Name] != string(x.Body) {
				t.Errorf("%s/%s is not as it was", p.Folder(), x.Name)
			}
		}
	}
	if _, there := trees[0]["gone@v1/LICENSE"]; there || len(trees[0]) < 3 {
		t.Errorf("%d texts, what was there before among them: %v", len(trees[0]), there)
	}
}

func tree(t *testing.T, folder string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(folder, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(p)
		name, _ := filepath.Rel(folder, p)
		out[name] = string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestWhatMayNotTravelIsNamed(t *testing.T) {
	text := func(body string) []Text {
		return []Text{{Name: "LICENSE", Body: []byte(body), IDs: identify([]byte(body))}}
	}
	for name, c := range map[string]struct {
		part Part
		want string // in the error; "" for none
	}{
		"an allowed licence":               {Part{Name: "a.b/c", Version: "v1", Texts: text(mit)}, ""},
		"none at all":                      {Part{Name: "a.b/c", Version: "v1"}, "a.b/c v1 has no licence"},
		"only a notice":                    {Part{Name: "a.b/c", Version: "v1", Texts: []Text{{Name: "NOTICE"}}}, "a.b/c v1 has no licence"},
		"one that the table has not":       {Part{Name: "a.b/c", Version: "v1", Texts: text(gpl)}, "a.b/c v1 is under GNU"},
		"an allowed one beside another":    {Part{Name: "a.b/c", Version: "v1", Texts: append(text(mit), text(gpl)...)}, "a.b/c v1 is under GNU"},
		"one text with two licences in it": {Part{Name: "a.b/c", Version: "v1", Texts: text(mit + gpl)}, "a.b/c v1 is under GNU"},
	} {
		t.Run(name, func(t *testing.T) {
			err := Judge([]Part{c.part})
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			folder := filepath.Join(t.TempDir(), "licenses")
			if err := Collect(folder, []Part{c.part}); (err != nil) != (c.want != "") {
				t.Errorf("collect: %v", err)
			}
			if _, err := os.Stat(folder); (err == nil) != (c.want == "") {
				t.Errorf("the folder: %v", err)
			}
		})
	}
}

func TestALicenceThatNobodyKnowsStopsTheBuild(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "LICENSE"), []byte("Ask my lawyer."), 0o600); err != nil {
		t.Fatal(err)
	}
	p := Part{Name: "a.b/c", Version: "v1"}
	if err := p.take(folder, folder); err == nil || !strings.Contains(err.Error(), "a.b/c v1 has a licence that nobody here knows (LICENSE)") {
		t.Errorf("got %v", err)
	}
}

func TestAPackageWithoutALineInTheTableIsNamed(t *testing.T) {
	folder := t.TempDir()
	lock := `{"packages":{"":{},"node_modules/left-pad":{"version":"1.0.0","integrity":"sha512-x"}}}`
	if err := os.WriteFile(filepath.Join(folder, "package-lock.json"), []byte(lock), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Packages(folder); err == nil || !strings.Contains(err.Error(), "left-pad") {
		t.Errorf("got %v", err)
	}
}

func TestAProgramThatIsNotThereIsAnError(t *testing.T) {
	if _, err := Modules(context.Background(), repository, "egovctl/cmd/nothing", "amd64"); err == nil {
		t.Error("no error")
	}
}
