package steps_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"egovctl/platform/override"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/enginetest"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/steps/layout"
	"egovctl/provisioning/steps/mergebase"
)

// overridden is a site that runs 1.0.0 with two files of the province's: one marked, of the release before, and one not yet.
func overridden(t *testing.T) instance.Site {
	site := here(t)
	lay(t, site, "layout", layout.New(site))
	r := site.Root
	for path, text := range map[string]string{
		filepath.Join(r.Release("0.9.0"), "templates/portals/a.html"):         "a of 0.9.0\n",
		filepath.Join(r.Release("1.0.0"), "templates/portals/a.html"):         "a of 1.0.0\n",
		filepath.Join(r.Release("1.0.0"), "templates/text/vi/b.yaml"):         "b: of 1.0.0\n",
		filepath.Join(r.LocalTemplates(), "portals/a.html"):                   "a of the province\n",
		filepath.Join(r.LocalTemplates(), "portals/a.html"+override.From):     override.Hash([]byte("a of 0.9.0\n")) + "\n",
		filepath.Join(r.LocalTemplates(), "text/vi/b.yaml"):                   "b: of the province\n",
		filepath.Join(r.LocalTemplates(), "portals/own.html"):                 "of the province alone\n",
		filepath.Join(r.LocalTemplates(), "portals/lost.html"):                "made from what is gone\n",
		filepath.Join(r.LocalTemplates(), "portals/lost.html"+override.From):  override.Hash([]byte("gone")) + "\n",
		filepath.Join(r.LocalTemplates(), "portals/other.html"):               "marked by hand\n",
		filepath.Join(r.LocalTemplates(), "portals/other.html"+override.From): "../../etc/passwd\n",
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(r.Link("1.0.0"), r.Current()); err != nil {
		t.Fatal(err)
	}
	return site
}

func mergebaseFixture(t *testing.T) enginetest.Fixture {
	site := overridden(t)
	return enginetest.Fixture{Step: mergebase.New(site), Host: host.NewLocal(), Root: string(site.Root)}
}

func TestWhatTheProvincesFilesWereMadeFromIsKept(t *testing.T) {
	site := overridden(t)
	step, on := mergebase.New(site), host.NewLocal()
	plan, err := step.Plan(t.Context(), on)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range plan {
		if err := step.Apply(t.Context(), on, c, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range []string{"a of 0.9.0\n", "b: of 1.0.0\n"} {
		if raw, err := os.ReadFile(filepath.Join(site.Root.LocalShipped(), override.Hash([]byte(text)))); err != nil || string(raw) != text {
			t.Errorf("kept for %q: %q %v", text, raw, err)
		}
	}
	for name, want := range map[string]string{"text/vi/b.yaml": override.Hash([]byte("b: of 1.0.0\n")), "portals/own.html": override.Nothing} {
		if raw, err := os.ReadFile(filepath.Join(site.Root.LocalTemplates(), name+override.From)); err != nil || string(raw) != want+"\n" {
			t.Errorf("%s was made from %q, %v", name, raw, err)
		}
	}
	if kept, err := os.ReadDir(site.Root.LocalShipped()); err != nil || len(kept) != 2 {
		t.Errorf("%v %v", kept, err)
	}
	// Damage of what is kept is mended as long as a release has it.
	damaged := filepath.Join(site.Root.LocalShipped(), override.Hash([]byte("a of 0.9.0\n")))
	if err := os.WriteFile(damaged, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	plan, err = step.Plan(t.Context(), on)
	if err != nil || !slices.ContainsFunc(plan, func(c engine.Change) bool { return c.Target == damaged }) {
		t.Errorf("%v %v", plan, err)
	}
}
