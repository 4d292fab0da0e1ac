package main_test

import (
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

var framed = regexp.MustCompile(`(?s)<pre>(.*?)</pre>`)

// The sheets that holders get are for their eyes alone, say in two languages what they are, and enough of them, typed off, open a backup.
func TestTheSheetsOfTheHoldersOpenABackup(t *testing.T) {
	p, _ := trial.Shared(t)
	var made backedUp
	p.Run("backup", "create", "--out", t.TempDir(), "-o", "json").Status(trial.Done).Result(&made)
	dir := t.TempDir()
	var told struct{ Sheets []string }
	p.Run("backup", "key", "split", "--shares", "4", "--threshold", "2", "--sheet", dir, "-o", "json").Status(trial.Done).JSON(&told)
	if len(told.Sheets) != 4 {
		t.Fatalf("sheets %v", told.Sheets)
	}
	for _, two := range [][]int{{0, 3}, {2, 1}} {
		var typed strings.Builder
		for _, i := range two {
			typed.WriteString(onSheet(t, told.Sheets[i]))
		}
		key := filepath.Join(t.TempDir(), "key")
		write(t, key, typed.String())
		p.Run("backup", "verify", made.Path, "--recovery-key", key).Status(trial.Done)
	}
	few := filepath.Join(t.TempDir(), "few")
	write(t, few, onSheet(t, told.Sheets[0]))
	p.Run("backup", "verify", made.Path, "--recovery-key", few).Status(trial.Usage)

	p.Run("backup", "key", "split", "--shares", "4", "--threshold", "2", "--sheet", dir).Status(trial.Usage) // they are there
	p.Run("backup", "key", "split", "--sheet", filepath.Join(dir, "none")).Status(trial.Usage)
	p.Run("backup", "key", "export", "--sheet", p.At("backups")).Status(trial.Usage) // it would burn with the data
	inside := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(p.At("local"), inside); err != nil {
		t.Fatal(err)
	}
	p.Run("backup", "key", "export", "--sheet", inside).Status(trial.Usage)

	o := p.Run("backup", "key", "export", "--sheet", dir).Status(trial.Done)
	if strings.Contains(o.Stdout+o.Stderr, "AGE-SECRET") {
		t.Error("the key is printed beside its sheet")
	}
	whole := filepath.Join(t.TempDir(), "whole")
	write(t, whole, onSheet(t, strings.TrimSpace(o.Stdout)))
	p.Run("backup", "verify", made.Path, "--recovery-key", whole).Status(trial.Done)
}

// onSheet is what stands in the frame of a sheet.
func onSheet(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	if info.Mode().Perm() != 0o600 || !strings.Contains(text, "Khóa phục hồi") || !strings.Contains(text, "Recovery key") || strings.Contains(text, "http") {
		t.Errorf("%s: mode %v, or not in both languages, or it asks somebody for something", path, info.Mode())
	}
	m := framed.FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("%s has no frame", path)
	}
	return html.UnescapeString(m[1])
}
