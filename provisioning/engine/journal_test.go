package engine_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/disk"
	"egovctl/provisioning/engine/disk/crash"
	"egovctl/provisioning/engine/enginetest"
	"egovctl/provisioning/host"
	"egovctl/templates"
)

// threeRuns makes three runs and returns the paths of their journals.
func threeRuns(t *testing.T) (root string, files []string) {
	t.Helper()
	b := newBench(t)
	for _, id := range []string{"a", "b", "c"} {
		if _, err := b.run(t.Context(), &notes{name: "one", root: b.root, ids: []string{id}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range names(t, engine.FolderOf(b.root)) {
		if strings.HasSuffix(n, ".jsonl") {
			files = append(files, filepath.Join(engine.FolderOf(b.root), n))
		}
	}
	return b.root, files
}

func TestTamperingWithTheJournalShows(t *testing.T) {
	edit := func(f func(lines [][]byte) [][]byte) func(t *testing.T, files []string) {
		return func(t *testing.T, files []string) {
			raw, err := os.ReadFile(files[1])
			if err != nil {
				t.Fatal(err)
			}
			lines := bytes.SplitAfter(raw, []byte("\n"))
			if err := os.WriteFile(files[1], bytes.Join(f(lines[:len(lines)-1]), nil), 0o640); err != nil {
				t.Fatal(err)
			}
		}
	}
	cases := []struct {
		name string
		do   func(t *testing.T, files []string)
	}{
		{"one letter is changed", edit(func(l [][]byte) [][]byte {
			l[2] = bytes.Replace(l[2], []byte("one-b"), []byte("one-x"), 1)
			return l
		})},
		{"a line is taken out", edit(func(l [][]byte) [][]byte { return append(l[:2], l[3:]...) })},
		{"two lines are swapped", edit(func(l [][]byte) [][]byte { l[1], l[2] = l[2], l[1]; return l })},
		{"a line stands twice", edit(func(l [][]byte) [][]byte { return append(l[:2], l[1:]...) })},
		{"the end is cut off a run that came to its end", edit(func(l [][]byte) [][]byte { return l[:len(l)-1] })},
		{"something is written behind the last word", edit(func(l [][]byte) [][]byte { return append(l, []byte("more\n")) })},
		{"a file is removed", func(t *testing.T, files []string) { must(t, os.Remove(files[1])) }},
		{"a file is emptied", func(t *testing.T, files []string) { must(t, os.Truncate(files[1], 0)) }},
		{"two files are swapped", func(t *testing.T, files []string) {
			must(t, os.Rename(files[0], files[0]+"x"))
			must(t, os.Rename(files[1], files[0]))
			must(t, os.Rename(files[0]+"x", files[1]))
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			root, files := threeRuns(t)
			if n := damaged(t, root); n != 0 {
				t.Fatalf("%d damages in a sound journal", n)
			}
			c.do(t, files)
			if damaged(t, root) == 0 {
				t.Error("nothing was seen")
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func damaged(t *testing.T, root string) int {
	t.Helper()
	runs, err := engine.History(root)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range runs {
		n += len(r.Damage)
	}
	return n
}

func TestATornLastLineIsToleratedAndNamed(t *testing.T) {
	b := newBench(t)
	_, err := b.run(t.Context(), &notes{name: "one", root: b.root, ids: []string{"a"}, apply: func(context.Context, string) error { return errors.New("x") }})
	wantCode(t, err, fault.Partial, "engine.partial")
	path := filepath.Join(engine.FolderOf(b.root), "0001-install.jsonl")
	raw, err := os.ReadFile(path)
	must(t, err)
	lines := bytes.SplitAfter(raw, []byte("\n"))
	whole := bytes.Join(lines[:3], nil) // up to change_started
	must(t, os.WriteFile(path, append(bytes.Clone(whole), lines[3][:20]...), 0o640))
	runs := b.history(t)
	if runs[0].Torn != 20 || runs[0].State != engine.Cut || len(runs[0].Lines) != 3 {
		t.Errorf("torn %d, state %s, %d lines", runs[0].Torn, runs[0].State, len(runs[0].Lines))
	}
	out, err := b.run(t.Context(), &notes{name: "one", root: b.root, ids: []string{"a"}})
	if err != nil || !out.Resumed {
		t.Errorf("%+v, %v", out, err)
	}
	b.history(t)
}

// TestAFailedSyncIsNeverTakenForASuccess lets each fsync of a run fail in turn with EIO, once: the fsync after it would
// succeed, as it does on Linux.
func TestAFailedSyncIsNeverTakenForASuccess(t *testing.T) {
	for at := 0; ; at++ {
		d := crash.New()
		n, told, broken := 0, 0, ""
		d.Fail = func(kind, path string) error {
			if kind != "sync" {
				return nil
			}
			if n++; n-1 == at {
				if strings.HasSuffix(path, ".jsonl") || strings.HasSuffix(path, ".egov-new") {
					broken = path
				}
				return syscall.EIO
			}
			if broken == path {
				t.Errorf("fsync %d, of %s, failed and the same file was synced again", at, path)
			}
			return nil
		}
		o := engine.Options{Root: "/opt/egov", Host: host.NewOn(d), Disk: d, Events: func(e engine.Event) {
			if e.Event == engine.RunDone {
				told++
			}
		}}
		steps := []engine.Step{retrying{enginetest.Release{Root: "/opt/egov", Version: "1", Files: map[string]string{"egovctl": "x"}}}}
		_, err := engine.New(o).Run(t.Context(), "install", steps)
		if n <= at {
			if err != nil || told != 1 {
				t.Fatalf("the undisturbed run: %v", err)
			}
			t.Logf("%d fsyncs failed in turn", at)
			return
		}
		var sync *disk.SyncError
		if !errors.As(err, &sync) || told != 0 {
			t.Errorf("fsync %d failed, the run said %v and told %d times that it was done", at, err, told)
		}
		d.Fail = nil
		if _, err := engine.New(o).Run(t.Context(), "install", steps); err != nil {
			t.Errorf("the run after fsync %d failed: %v", at, err)
		}
	}
}

// retrying is a step that would like to be tried again.
type retrying struct{ enginetest.Release }

func (r retrying) Info() engine.Info {
	i := r.Release.Info()
	i.Retries = 3
	return i
}

func TestEveryFaultOfTheEngineHasItsSentences(t *testing.T) {
	c, err := locale.Load(templates.FS)
	must(t, err)
	for _, key := range c.Keys(locale.Vietnamese) {
		if strings.HasPrefix(key, "engine.") && !c.Has(locale.English, key) {
			t.Errorf("%s has no English sentence", key)
		}
	}
	for _, dir := range []string{".", "../host"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		must(t, err)
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			raw, err := os.ReadFile(f)
			must(t, err)
			for _, part := range strings.Split(string(raw), `"engine.`)[1:] {
				key, _, _ := strings.Cut("engine."+part, `"`)
				for _, l := range []locale.Lang{locale.Vietnamese, locale.English} {
					if !c.Has(l, key) && key != "engine." {
						t.Errorf("%s: %s has no sentence in %s", f, key, l)
					}
				}
			}
		}
	}
}
