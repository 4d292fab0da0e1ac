// Package iso holds no code: these tests make a disc of small files and run its launcher as a province would. What stands in
// for the program writes down how it was called; the program itself is tried by the script trial.
package iso

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const fingerprint = "4710fd9344b5005b6f301067ce620f7fb9928b21fb15fc08ce5166282bd57bf8"

// standIn answers as the program does to the calls of build, and writes every call of the launcher to $CALLS. A kit whose
// first word is "bad" is refused.
const standIn = `#!/bin/sh
case "$1 $2" in
"kit build") printf 'kit of the disc\n' >"$4"; printf 'signature\n' >"$4.minisig"; echo '{"root_fingerprint": "` + fingerprint + `"}' ;;
"kit keys") echo '{"minisign": "RWQkey"}' ;;
*) for a in "$@"; do printf '%s|' "$a"; done >>"$CALLS"; echo >>"$CALLS"
   if [ "$1 $2" = "kit verify" ] && grep -q '^bad' "$3"; then exit 6; fi
   [ "$1" != install ] || exit "${INSTALL_ENDS:-0}" ;;
esac
`

func machine(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Fatal("the disc is for Linux")
	}
	return "egovctl-linux-" + runtime.GOARCH
}

// disc builds an ISO of small files and returns its path and the folder that it was extracted to.
func disc(t *testing.T, dist string) (iso, folder string) {
	t.Helper()
	bin := t.TempDir()
	write(t, filepath.Join(bin, "egovctl"), standIn)
	write(t, filepath.Join(bin, machine(t)), standIn)
	c := exec.Command("./build", "1.2.3")
	c.Env = append(os.Environ(), "BIN="+bin, "DIST="+dist, "SOURCE_DATE_EPOCH=1767225600")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	iso = filepath.Join(dist, "egovctl-1.2.3.iso")
	folder = filepath.Join(t.TempDir(), "cdrom")
	if out, err := exec.Command("xorriso", "-osirrox", "on", "-indev", iso, "-extract", "/", folder).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if out, err := exec.Command("chmod", "-R", "u+w", folder).CombinedOutput(); err != nil { // as on the disc it is read-only
		t.Fatalf("%v: %s", err, out)
	}
	return iso, folder
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestTheSameFilesGiveTheSameDisc(t *testing.T) {
	one, folder := disc(t, t.TempDir())
	two, _ := disc(t, t.TempDir())
	if read(t, one) != read(t, two) {
		t.Error("two discs of the same files differ")
	}
	for _, name := range []string{"CÀI-ĐẶT.txt", "KHÔI-PHỤC.txt", "INSTALL.txt", "RECOVERY.txt", "egovctl-1.2.3.kit", "egovctl-1.2.3.kit.minisig", "install.sh"} {
		if read(t, filepath.Join(folder, name)) == "" || !strings.Contains(read(t, filepath.Join(folder, "SHA256SUMS")), "  "+name+"\n") {
			t.Errorf("%s is not on the disc, or not in its list", name)
		}
	}
	if out, err := exec.Command("xorriso", "-indev", one, "-pvd_info").CombinedOutput(); err != nil || !strings.Contains(string(out), "EGOVCTL_1_2_3") {
		t.Errorf("the disc is not called EGOVCTL_1_2_3 (%v): %s", err, out)
	}
	letter := read(t, filepath.Join(filepath.Dir(one), "egovctl-1.2.3.letter.txt"))
	sum, err := exec.Command("sha256sum", filepath.Join(folder, "SHA256SUMS")).Output()
	if err != nil {
		t.Fatal(err)
	}
	bare := strings.Join(strings.Fields(letter), "")
	if !strings.Contains(bare, string(sum[:64])) || !strings.Contains(bare, fingerprint) || !strings.Contains(bare, "RWQkey") {
		t.Errorf("the letter lacks the sum of the disc, the fingerprint or the key:\n%s", letter)
	}
}

func TestTheLauncherHandsOver(t *testing.T) {
	_, folder := disc(t, t.TempDir())
	kit := filepath.Join(folder, "egovctl-1.2.3.kit")
	for name, c := range map[string]struct {
		args    []string
		before  func(t *testing.T)
		install string // how the installation ends
		status  int
		calls   []string
		says    string
	}{
		"it checks, then installs with the words that it was given": {
			args: []string{"--lang", "en", "--root-fingerprint", "4710 fd93", "--root", "/srv/e gov", "--demo", "--set", "a b=c"},
			calls: []string{
				"kit|verify|" + kit + "|--lang|en|--root|/srv/e gov|--root-fingerprint|4710 fd93|",
				"install|--kit|" + kit + "|--lang|en|--root|/srv/e gov|--demo|--set|a b=c|--root-fingerprint|4710 fd93|",
			}},
		"it speaks Vietnamese unless told otherwise": {
			args:  []string{"--root-fingerprint=4710", "--root=/srv/x", "--demo"},
			calls: []string{"kit|verify|" + kit + "|--lang|vi|--root|/srv/x|--root-fingerprint|4710|", "install|--kit|" + kit + "|--root=/srv/x|--demo|--lang|vi|--root-fingerprint|4710|"}},
		"it ends as the installation ends": {args: []string{"--root-fingerprint", "1"}, install: "4", status: 4,
			calls: []string{"kit|verify|" + kit + "|--lang|vi|--root-fingerprint|1|", "install|--kit|" + kit + "|--lang|vi|--root-fingerprint|1|"}},
		"without a fingerprint and without a person the program decides": {
			calls: []string{"kit|verify|" + kit + "|--lang|vi|", "install|--kit|" + kit + "|--lang|vi|"}},
		"it only checks": {args: []string{"--verify-only", "--root-fingerprint", "1"}, calls: []string{"kit|verify|" + kit + "|--lang|vi|--root-fingerprint|1|"}},
		"it shows help":  {args: []string{"--help", "--lang", "en"}, says: "Installs from this disc"},
		"a damaged kit ends before anything of the disc runs": {status: 6, says: "đĩa hỏng",
			before: func(t *testing.T) { write(t, kit, "kit of the disk\n") }},
		"a changed program ends before it runs": {args: []string{"--lang=en"}, status: 6, says: "the disc is damaged",
			before: func(t *testing.T) { write(t, filepath.Join(folder, machine(t)), standIn+"#\n") }},
		"a kit that is refused is not installed": {args: []string{"--root-fingerprint", "1"}, status: 6, calls: []string{"kit|verify|" + kit + "|--lang|vi|--root-fingerprint|1|"},
			before: func(t *testing.T) { write(t, kit, "bad\n"); sums(t, folder) }},
		"a missing kit is named": {args: []string{"--lang", "en"}, status: 2, says: "lacks a file",
			before: func(t *testing.T) { remove(t, kit) }},
		"two kits are one too many": {args: []string{"--lang", "en"}, status: 2, says: "more than one kit",
			before: func(t *testing.T) { write(t, filepath.Join(folder, "z.kit"), "x") }},
		"a missing list is named": {args: []string{"--lang", "en"}, status: 2, says: "lacks a file",
			before: func(t *testing.T) { remove(t, filepath.Join(folder, "SHA256SUMS")) }},
	} {
		t.Run(name, func(t *testing.T) {
			keep := t.TempDir()
			if out, err := exec.Command("cp", "-a", folder+"/.", keep).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			defer func() {
				if out, err := exec.Command("sh", "-c", `rm -rf "$2"; cp -a "$1" "$2"`, "sh", keep, folder).CombinedOutput(); err != nil {
					t.Errorf("%v: %s", err, out)
				}
			}()
			if c.before != nil {
				c.before(t)
			}
			calls, temporary := filepath.Join(t.TempDir(), "calls"), t.TempDir()
			cmd := exec.Command("sh", append([]string{filepath.Join(folder, "install.sh")}, c.args...)...)
			cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "CALLS=" + calls, "TMPDIR=" + temporary, "INSTALL_ENDS=" + c.install}
			out, _ := cmd.CombinedOutput()
			if got := cmd.ProcessState.ExitCode(); got != c.status {
				t.Errorf("ends with %d, want %d: %s", got, c.status, out)
			}
			if !strings.Contains(string(out), c.says) {
				t.Errorf("does not say %q: %s", c.says, out)
			}
			have, _ := os.ReadFile(calls)
			if want := strings.Join(append(c.calls, ""), "\n"); string(have) != want {
				t.Errorf("the program was called so:\n%swant:\n%s", have, want)
			}
			if left, _ := os.ReadDir(temporary); len(left) > 0 {
				t.Errorf("%s is left behind", left[0].Name())
			}
		})
	}
}

func sums(t *testing.T, folder string) {
	t.Helper()
	c := exec.Command("sh", "-c", "rm SHA256SUMS && sha256sum * >.sums && mv .sums SHA256SUMS")
	c.Dir = folder
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// The guides are printed on plain paper, and both languages lead through the same commands.
func TestTheGuidesAreForPaper(t *testing.T) {
	for _, guide := range []string{"disc-to-first-dossier", "burnt-host-to-green"} {
		texts := map[string]string{}
		for _, end := range []string{"", ".vi"} {
			texts[end] = read(t, filepath.Join("../../architecture-docs/guides", guide+end+".md"))
			for n, line := range strings.Split(texts[end], "\n") {
				if len([]rune(line)) > 80 {
					t.Errorf("%s%s:%d is longer than a printed line: %s", guide, end, n+1, line)
				}
			}
		}
		en, vi := commands(texts[""]), commands(texts[".vi"])
		if len(en) < 10 || strings.Join(en, "\n") != strings.Join(vi, "\n") {
			t.Errorf("%s: the commands differ:\n%q\n%q", guide, en, vi)
		}
	}
}

// commands are the lines to type, without what the reader fills in and without the choice of language.
func commands(text string) (found []string) {
	for _, line := range strings.Split(text, "\n") {
		if !strings.HasPrefix(line, "    ") || strings.HasPrefix(line, "     ") { // farther in is the rest of a sentence
			continue
		}
		var words []string
		for _, w := range strings.Fields(strings.ReplaceAll(line, " --lang en", "")) {
			if w == strings.ToLower(w) {
				words = append(words, w)
			}
		}
		found = append(found, strings.Join(words, " "))
	}
	return found
}
