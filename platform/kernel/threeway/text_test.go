package threeway

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestTextCells(t *testing.T) {
	for _, c := range []struct {
		name, base, ours, theirs, want string
		hunks                          []Hunk
	}{
		{"changes far apart", "a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n", "A\nb\nC\n", nil},
		{"the same change", "a\nb\n", "x\nb\n", "x\nb\n", "x\nb\n", nil},
		{"both changed a line", "a\nb\nc\n", "a\nours\nc\n", "a\ntheirs\nc\n", "a\nours\nc\n", []Hunk{{2, "b\n", "ours\n", "theirs\n"}}},
		{"changes that touch", "a\nb\n", "A\nb\n", "a\nB\n", "A\nb\n", []Hunk{{1, "a\nb\n", "A\nb\n", "a\nB\n"}}},
		{"the line is that of the province's text", "a\nb\nc\nd\n", "a\nb\nc\nours\n", "new\na\nb\nc\ntheirs\n", "new\na\nb\nc\nours\n", []Hunk{{4, "d\n", "ours\n", "theirs\n"}}},
		{"no line end at the end", "a\nb", "a\nb\nc", "z\na\nb", "z\na\nb\nc", nil},
		{"both began the file", "", "a\n", "b\n", "a\n", []Hunk{{1, "", "a\n", "b\n"}}},
		{"deleted here, changed there", "a\nb\nc\n", "a\nc\n", "a\nB\nc\n", "a\nc\n", []Hunk{{2, "b\n", "", "B\n"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, hunks := Text(c.base, c.ours, c.theirs)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.hunks, hunks); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Distinct lines, so that no two ways of pairing them are equally good.
func drawTexts(t *rapid.T) (base, ours, theirs string) {
	lines := strings.SplitAfter("a\nb\nc\nd\ne\nf\ng\nh\n", "\n")
	lines = lines[:len(lines)-1]
	side := func(label, own string) string {
		var b strings.Builder
		for _, l := range lines {
			switch rapid.IntRange(0, 9).Draw(t, label+l) {
			case 0: // deleted
			case 1:
				b.WriteString(own + l)
			case 2:
				b.WriteString("both " + l)
			case 3:
				b.WriteString(l + own + " after " + l)
			default:
				b.WriteString(l)
			}
		}
		return b.String()
	}
	return strings.Join(lines, ""), side("ours ", "ours "), side("theirs ", "theirs ")
}

func TestTextLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, ours, theirs := drawTexts(t)
		got, hunks := Text(base, ours, theirs)
		if again, more := Text(theirs, got, theirs); again != got || more != nil {
			t.Fatalf("merging again gives %q, %v", again, more)
		}
		if same, more := Text(base, ours, ours); same != ours || more != nil {
			t.Fatalf("equal edits give %q, %v", same, more)
		}
		if _, swapped := Text(base, theirs, ours); len(swapped) != len(hunks) {
			t.Fatalf("%d conflicts, from the other side %d", len(hunks), len(swapped))
		}
		for _, h := range hunks {
			decided := h.Take(ours, h.Theirs)
			if _, more := Text(base, decided, theirs); len(more) >= len(hunks) {
				t.Fatalf("taking the new lines of %+v leaves %d conflicts of %d", h, len(more), len(hunks))
			}
		}
		undone := ours
		for _, h := range slices.Backward(Changes(base, ours)) {
			undone = h.Take(undone, h.Base)
		}
		if undone != base {
			t.Fatalf("%q with every change taken back is %q, not %q", ours, undone, base)
		}
		told := got
		for _, h := range hunks {
			told += h.Theirs
		}
		for side, text := range map[string]string{"ours": ours, "theirs": theirs} {
			for _, line := range linesOf(text) {
				if !strings.Contains(base, line) && !strings.Contains(told, line) {
					t.Fatalf("%q of %s vanished", line, side)
				}
			}
		}
	})
}

func TestTextMergesAsGitDoes(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		base, ours, theirs := drawTexts(r)
		got, hunks := Text(base, ours, theirs)
		want, clean := gitMerge(t, dir, base, ours, theirs)
		if clean != (len(hunks) == 0) {
			r.Fatalf("git is clean: %t, we have %d conflicts", clean, len(hunks))
		}
		if clean && got != want {
			r.Fatalf("%q, git says %q", got, want)
		}
	})
}

// gitMerge asks git, which every machine has on which this is developed.
func gitMerge(t *testing.T, dir, base, ours, theirs string) (merged string, clean bool) {
	t.Helper()
	for name, text := range map[string]string{"base": base, "ours": ours, "theirs": theirs} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "git", "merge-file", "-p", "--diff3", "-q", "ours", "base", "theirs")
	cmd.Dir = dir
	out, err := cmd.Output()
	if _, ended := err.(*exec.ExitError); err != nil && !ended { //nolint:errorlint // exec gives it bare
		t.Fatal(err)
	}
	return string(out), err == nil
}
