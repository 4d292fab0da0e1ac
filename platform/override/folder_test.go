package override

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const page = "portals/site/about.html"

// folders holds files of the province's, and keeps shipped contents by their hash.
func folders(t testing.TB, own map[string]string, kept ...string) Folders {
	t.Helper()
	d := Folders{filepath.Join(t.TempDir(), "templates"), t.TempDir()}
	for name, text := range own {
		put(t, filepath.Join(d.Own, name), text)
	}
	for _, text := range kept {
		put(t, filepath.Join(d.Kept, Hash([]byte(text))), text)
	}
	return d
}

func put(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func shippedNow(text string) fs.FS {
	if text == "" {
		return fstest.MapFS{}
	}
	return fstest.MapFS{page: {Data: []byte(text)}}
}

func scan(t testing.TB, d Folders, shipped fs.FS) []File {
	t.Helper()
	files, refused, err := d.Scan(shipped)
	if err != nil || refused != nil {
		t.Fatal(refused, err)
	}
	return files
}

func TestWhatAFileWasMadeFromIsReadByItsHash(t *testing.T) {
	old := Hash([]byte("old\n"))
	for _, c := range []struct {
		name, mark, kept string
		state            State
		base             string
	}{
		{"kept", old + "\n", "old\n", Marked, "old\n"},
		{"kept no more", old, "", Lost, ""},
		{"of the shipped file itself", Hash([]byte("new\n")), "", Marked, "new\n"},
		{"of nothing", Nothing, "", Marked, ""},
		{"not marked", "", "", Unmarked, "new\n"},
		{"a mark that would lead elsewhere", "../templates/" + page, "", Lost, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			own := map[string]string{page: "own\n"}
			if c.mark != "" {
				own[page+From] = c.mark
			}
			d := folders(t, own)
			if c.kept != "" {
				put(t, filepath.Join(d.Kept, old), c.kept)
			}
			files := scan(t, d, shippedNow("new\n"))
			if len(files) != 1 || files[0].State != c.state || string(files[0].Base) != c.base || files[0].By == "" || files[0].At.IsZero() {
				t.Errorf("%+v", files)
			}
		})
	}
	damaged := folders(t, map[string]string{page: "own\n", page + From: old})
	put(t, filepath.Join(damaged.Kept, old), "another content")
	if f := scan(t, damaged, shippedNow("new\n"))[0]; f.State != Lost {
		t.Errorf("a damaged base is used: %+v", f)
	}
	if files := scan(t, Folders{filepath.Join(t.TempDir(), "none"), ""}, shippedNow("new\n")); files != nil {
		t.Errorf("%v", files)
	}
}

func TestWhatIsServedIsMergedAndWhatTheProvinceWroteStays(t *testing.T) {
	const base, own, now = "a\nb\nc\n", "own\nb\nc\n", "a\nb\nnew\n"
	d := folders(t, map[string]string{page: own, page + From: Hash([]byte(base)), "portals/site/gone.html": "x\n", "portals/site/gone.html" + From: Hash([]byte("x\n"))}, base, "x\n")
	served := d.Serve(scan(t, d, shippedNow(now)))
	if info, err := fs.Stat(served, page); err != nil || info.Name() != "about.html" || info.Size() != 10 || info.IsDir() {
		t.Errorf("%v %v", info, err)
	}
	if raw, err := fs.ReadFile(served, page); err != nil || string(raw) != "own\nb\nnew\n" {
		t.Errorf("%q %v", raw, err)
	}
	if raw, ok := served.Unmerged(page); !ok || string(raw) != own {
		t.Errorf("unmerged: %q", raw)
	}
	if _, err := fs.ReadFile(served, "portals/site/gone.html"); !os.IsNotExist(err) {
		t.Errorf("a copy of what is shipped no more is served: %v", err)
	}
	// The release before finds what the province wrote: that is all a rollback needs.
	before := d.Serve(scan(t, d, shippedNow(base)))
	if raw, err := fs.ReadFile(before, page); err != nil || string(raw) != own {
		t.Errorf("after going back: %q %v", raw, err)
	}
}

// Whatever is decided at the places of conflicts, in any order, ends with none, and every line of the province's that nobody
// decided about stays.
func TestDecisionsEndEveryConflict(t *testing.T) {
	lines := strings.Fields("a b c d e f g h")
	rapid.Check(t, func(t *rapid.T) {
		side := func(label string) []byte {
			var out []string
			for _, l := range lines {
				if rapid.IntRange(0, 3).Draw(t, label+l) == 0 {
					l = label + l
				}
				out = append(out, l)
			}
			return []byte(strings.Join(out, "\n") + "\n")
		}
		f := File{Path: page, Base: []byte(strings.Join(lines, "\n") + "\n"), Own: side("own "), New: side("new ")}
		for left := f.Merge().Conflicts; len(left) > 0; left = f.Merge().Conflicts {
			c := rapid.SampledFrom(left).Draw(t, "place")
			own, err := f.Decide(c.Path, c.Theirs)
			if err != nil {
				t.Fatal(err)
			}
			f.Own = own
			if n := len(f.Merge().Conflicts); n >= len(left) {
				t.Fatalf("%d conflicts left of %d", n, len(left))
			}
		}
	})
}

func TestDecisionsAboutSentences(t *testing.T) {
	f := File{Path: "text/vi/a.yaml", Base: []byte("a.b: Chào {n}\na.c: x\n"), New: []byte("a.b: Xin chào {n}\na.c: x\n"),
		Own: []byte("# của tỉnh\na.b: |\n  Kính chào {n}\n  thân mến\n\na.c: y # giữ\n")}
	for _, c := range []struct {
		name   string
		key    string
		chosen any
		want   string // "" for a refusal
	}{
		{"the new one: the sentence is as shipped from now on", "a.b", "Xin chào {n}", "# của tỉnh\na.c: y # giữ\n"},
		{"another one", "a.b", "Thân chào {n}", "# của tỉnh\n\"a.b\": \"Thân chào {n}\"\na.c: y # giữ\n"},
		{"one that loses a blank", "a.b", "Thân chào", ""},
		{"no text", "a.b", 3, ""},
		{"of a key that is not shipped", "a.d", "x", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := f.Decide([]string{c.key}, c.chosen)
			if diff := cmp.Diff(c.want, string(got)); diff != "" || (err == nil) != (c.want != "") {
				t.Error(diff, err)
			}
		})
	}
	nested := File{Path: f.Path, Base: f.Base, New: f.New, Own: []byte("a:\n  b: Kính chào {n}\n")}
	if _, err := nested.Decide([]string{"a.b"}, "Xin chào {n}"); err == nil {
		t.Error("a nested file was rewritten")
	}
}

func TestDifferencesFromWhatIsShipped(t *testing.T) {
	for _, c := range []struct {
		name, path, own, now string
		want                 int
	}{
		{"the same", page, "a\n", "a\n", 0},
		{"two runs of lines", page, "x\nb\ny\n", "a\nb\nc\n", 2},
		{"a file that is not shipped", page, "x\n", "", 1},
		{"sentences", "text/vi/a.yaml", "a: x\nb: y\n", "a: x\nb: z\nc: z\n", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := File{Path: c.path, Base: content(c.now), Own: content(c.own), New: content(c.now)}
			if d := f.Differences(); len(d) != c.want {
				t.Errorf("%+v", d)
			}
		})
	}
}

func TestAnEditDecidesAConflictAndARollbackDoesNot(t *testing.T) {
	const old, own, now = "a\nold\nc\n", "a\nown\nc\n", "a\nnew\nc\n"
	hunk := File{Path: page, Base: []byte(old), Own: []byte(own), New: []byte(now)}
	said := File{Path: "text/vi/a.yaml", Base: []byte("k: old\n"), Own: []byte("k: own\n"), New: []byte("k: new\n")}
	whole := File{Path: page, Own: []byte(own), New: []byte(now)}
	taken := File{Path: page, Base: []byte(old), Own: []byte("a\nc\n"), New: []byte(now)}
	with := func(f File, base, own, now string) File {
		f.Base, f.Own, f.New = content(base), content(own), content(now)
		return f
	}
	for _, c := range []struct {
		name    string
		f, then File
		decided bool
	}{
		{"nothing happened", hunk, hunk, false},
		{"the release before is back", hunk, with(hunk, old, own, old), false},
		{"other lines were edited", hunk, with(hunk, old, "b\nown\nc\n", now), false},
		{"the lines were edited", hunk, with(hunk, old, "a\nother\nc\n", now), true},
		{"the file was said to be made from the new one", hunk, with(hunk, now, own, now), true},
		{"a sentence: nothing happened", said, said, false},
		{"a sentence: the release before is back", said, with(said, "k: old\n", "k: own\n", "k: old\n"), false},
		{"a sentence was edited", said, with(said, "k: old\n", "k: x\n", "k: new\n"), true},
		{"a sentence was taken out", said, with(said, "k: old\n", "# \n", "k: new\n"), true},
		{"a whole file: nothing happened", whole, whole, false},
		{"a whole file was edited", whole, with(whole, "", "other\n", now), true},
		{"lines taken out: nothing happened", taken, taken, false},
		{"lines taken out are back", taken, with(taken, old, old, now), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			conflicts := c.f.Merge().Conflicts
			if len(conflicts) != 1 {
				t.Fatalf("%+v", conflicts)
			}
			if _, decided := c.then.Decided(conflicts[0]); decided != c.decided {
				t.Errorf("decided: %t", decided)
			}
		})
	}
}
