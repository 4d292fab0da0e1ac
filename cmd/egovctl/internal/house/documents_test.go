package house_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root of the repository, from this package.
const root = "../../../.."

var (
	link = regexp.MustCompile(`\]\(([^)#\s]+)(#[^)]*)?\)`)
	path = regexp.MustCompile("`((?:cmd|platform|provisioning|templates|architecture-docs|installers|\\.ci)/[A-Za-z0-9_./*-]+)`")
)

// Every link and every path that a document names leads somewhere.
func TestDocumentsNameWhatExists(t *testing.T) {
	seen := 0
	for _, file := range documents(t) {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(raw), -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			seen++
			exists(t, file, filepath.Join(filepath.Dir(file), m[1]))
		}
		for _, m := range path.FindAllStringSubmatch(string(raw), -1) {
			seen++
			exists(t, file, filepath.Join(root, m[1]))
		}
	}
	if seen < 30 {
		t.Fatalf("only %d links and paths found: this test looked in the wrong place", seen)
	}
}

var (
	paper   = regexp.MustCompile(`[A-Za-z0-9_./-]*[A-Za-z0-9_-]+\.md\b`)
	section = regexp.MustCompile(`\b[A-Z]{4,}(?:\.md)?,? (?:§|promise)|\([A-Z]{5,}: `) // a chapter of something named in capitals
)

// No comment sends its reader to a document that did not come along.
func TestProgramsNameOnlyDocumentsThatAreHere(t *testing.T) {
	seen := 0
	for _, folder := range []string{"cmd", "platform", "provisioning", "templates", "installers", "Makefile"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(p string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "dist" || d.Name() == "bin" || d.Name() == "testdata"):
				return filepath.SkipDir
			case d.IsDir() || p == filepath.Join(root, "cmd/egovctl/internal/house/documents_test.go"):
				return nil
			}
			seen++
			raw, err := os.ReadFile(p)
			for _, m := range section.FindAllString(string(raw), -1) {
				t.Errorf("%s sends its reader to %q, which is not here", p, m)
			}
			for _, m := range paper.FindAllString(string(raw), -1) {
				_, beside := os.Stat(filepath.Join(filepath.Dir(p), m))
				if _, above := os.Stat(filepath.Join(root, m)); above != nil && beside != nil {
					t.Errorf("%s names %s, which does not exist", p, m)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 500 {
		t.Fatalf("only %d files read: this test looked in the wrong place", seen)
	}
}

func exists(t *testing.T, document, target string) {
	t.Helper()
	if strings.Contains(target, "*") {
		if found, err := filepath.Glob(target); err != nil || len(found) == 0 {
			t.Errorf("%s names %s, which matches nothing", document, target)
		}
		return
	}
	if _, err := os.Stat(target); err != nil {
		t.Errorf("%s names %s, which does not exist", document, target)
	}
}

func documents(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "dist" || d.Name() == "bin") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(p, ".md") {
			files = append(files, p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
