package trial

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Leaks looks for the instance's secrets (its own and the passwords of its first accounts) where they may never be: in
// the journal, the logs and every other file outside etc/secrets and the database, in the arguments and the environment
// of every process of this host, and in more, what a command has printed. O7 of the oracle.
func (p *Place) Leaks(in Installed, more ...string) {
	p.T.Helper()
	words := p.secrets(in)
	if len(words) < 5 {
		p.T.Fatalf("only %d secrets are known, nothing would be proven", len(words))
	}
	found := func(where string, text []byte) {
		for name, word := range words {
			if bytes.Contains(text, []byte(word)) {
				p.T.Errorf("the secret %s stands in %s", name, where)
			}
		}
	}
	err := filepath.WalkDir(p.Root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == p.At("etc", "secrets"), path == p.At("data", "postgres"), path == p.At("releases"):
			return fs.SkipDir
		case d.Type().IsRegular():
			raw, err := os.ReadFile(path)
			found(path, raw)
			return err
		}
		return nil
	})
	if err != nil {
		p.T.Fatal(err)
	}
	for _, pattern := range []string{"/proc/[0-9]*/cmdline", "/proc/[0-9]*/environ"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			p.T.Fatal(err)
		}
		for _, file := range files {
			raw, _ := os.ReadFile(file) // gone by now, or not ours to read
			found(file, raw)
		}
	}
	for _, text := range more {
		found("what a command printed", []byte(text))
	}
}

func (p *Place) secrets(in Installed) map[string]string {
	p.T.Helper()
	words := map[string]string{}
	entries, err := os.ReadDir(p.At("etc", "secrets"))
	if err != nil {
		p.T.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".pub") || e.Name() == "first-accounts" {
			continue
		}
		word := p.secret(e.Name())
		if lines := strings.Split(word, "\n"); len(lines) > 2 {
			word = lines[1] // of a PEM block: its frame is no secret
		}
		words[e.Name()] = word
	}
	for _, a := range in.Accounts {
		words["password of "+a.Login] = a.Password
	}
	return words
}
