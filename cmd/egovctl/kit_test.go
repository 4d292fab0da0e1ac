package main_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// madeKit is a kit of the program under trial, under keys of its own.
type madeKit struct{ file, keys, phrase, fingerprint string }

// makeKit makes keys and a kit, as a publisher does.
func makeKit(t *testing.T, p *trial.Place) madeKit {
	t.Helper()
	k := madeKit{file: filepath.Join(p.Base, "egov.kit"), keys: filepath.Join(p.Base, "keys"), phrase: filepath.Join(p.Base, "phrase")}
	if err := os.WriteFile(k.phrase, []byte("một câu mà chỉ người giữ khóa biết\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Run("kit", "keys", "init", "--keys", k.keys, "--holders", "1", "--threshold", "1", "--passphrase-file", k.phrase).Status(trial.Done)
	var out struct {
		Fingerprint string `json:"root_fingerprint"`
		Development bool
	}
	p.Run("kit", "build", "--out", k.file, "--keys", k.keys, "--passphrase-file", k.phrase, "-o", "json").Status(trial.Done).JSON(&out)
	if out.Development || len(out.Fingerprint) != 64 {
		t.Fatalf("%+v", out)
	}
	k.fingerprint = out.Fingerprint
	return k
}

// The way of a kit: from the publisher's keys to a province that trusts it, and whoever comes between.
func TestTheLifeOfAKit(t *testing.T) {
	p := trial.New(t)
	k := makeKit(t, p)
	t.Run("the same source is the same bytes", func(t *testing.T) {
		again := filepath.Join(p.Base, "again.kit")
		p.For(t).Run("kit", "build", "--out", again, "--keys", k.keys, "--passphrase-file", k.phrase).Status(trial.Done)
		if !bytes.Equal(read(t, again), read(t, k.file)) || !bytes.Equal(read(t, again+".minisig"), read(t, k.file+".minisig")) {
			t.Error("another kit")
		}
	})
	t.Run("inspect tells what is in it", func(t *testing.T) { inspectKit(t, p.For(t), k) })
	nobody := func(t *testing.T) { // nothing of ROOT was made
		t.Helper()
		if _, err := os.Lstat(p.Root); err == nil {
			t.Error("ROOT was made")
		}
	}
	t.Run("nobody vouches for it", func(t *testing.T) {
		p := p.For(t)
		p.Run("kit", "verify", k.file).Status(trial.Refused)
		p.Run(p.InstallArgs("--kit", k.file)...).Status(trial.Refused)
		nobody(t)
	})
	t.Run("the letter has another fingerprint", func(t *testing.T) {
		p := p.For(t)
		p.Run(p.InstallArgs("--kit", k.file, "--root-fingerprint", strings.Repeat("0", 64))...).Status(trial.Refused)
		nobody(t)
	})
	t.Run("it was changed on its way", func(t *testing.T) {
		p := p.For(t)
		for i, at := range []int{700, 3000, len(read(t, k.file)) / 2, len(read(t, k.file)) - 1} {
			raw := read(t, k.file)
			raw[at] ^= 1
			bad := filepath.Join(p.Base, fmt.Sprint(i, ".kit"))
			put(t, bad, raw)
			p.Run("kit", "verify", bad, "--root-fingerprint", k.fingerprint).Status(trial.Refused)
			p.Run(p.InstallArgs("--kit", bad, "--root-fingerprint", k.fingerprint)...).Status(trial.Refused)
		}
		nobody(t)
	})
	t.Run("a fingerprint without a kit", func(t *testing.T) {
		p := p.For(t)
		p.Run(p.InstallArgs("--root-fingerprint", k.fingerprint)...).Status(trial.Usage)
		p.Run("kit", "verify", filepath.Join(p.Base, "absent.kit")).Status(trial.Usage)
		nobody(t)
	})
	t.Run("installed, it is remembered", func(t *testing.T) {
		p := p.For(t)
		var in struct {
			Fingerprint string `json:"root_fingerprint"`
			Changes     int
		}
		spaced := regexp.MustCompile("....").ReplaceAllString(k.fingerprint, "$0 ")
		p.Run(p.InstallArgs("--kit", k.file, "--root-fingerprint", strings.ToUpper(spaced))...).Status(trial.Done).Result(&in)
		if in.Fingerprint != k.fingerprint || in.Changes == 0 {
			t.Errorf("%+v", in)
		}
		p.Run("kit", "verify", k.file).Status(trial.Done)
		before := p.Tree()
		p.Run(p.InstallArgs("--kit", k.file)...).Status(trial.Done).Result(&in)
		if in.Changes != 0 {
			t.Errorf("%d changes", in.Changes)
		}
		trial.Same(t, "ROOT after a second installation", before.Still(), p.Tree().Still())
	})
	t.Run("and nobody else's is taken", func(t *testing.T) {
		p := p.For(t)
		keys := filepath.Join(p.Base, "stranger")
		p.Run("kit", "keys", "init", "--keys", keys, "--holders", "1", "--threshold", "1", "--passphrase-file", k.phrase).Status(trial.Done)
		theirs := filepath.Join(p.Base, "stranger.kit")
		var out struct {
			Fingerprint string `json:"root_fingerprint"`
		}
		p.Run("kit", "build", "--out", theirs, "--keys", keys, "--passphrase-file", k.phrase, "-o", "json").Status(trial.Done).JSON(&out)
		before := p.Tree()
		for _, args := range [][]string{{"kit", "verify", theirs}, {"kit", "verify", theirs, "--root-fingerprint", out.Fingerprint},
			p.InstallArgs("--kit", theirs), p.InstallArgs("--kit", theirs, "--root-fingerprint", out.Fingerprint)} {
			p.Run(args...).Status(trial.Refused)
		}
		trial.Same(t, "ROOT after refusals", before.Still(), p.Tree().Still())
	})
}

// inspectKit holds the JSON of inspect against what tools outside rely on.
func inspectKit(t *testing.T, p *trial.Place, k madeKit) {
	var out struct {
		Product, Version string
		Fingerprint      string `json:"root_fingerprint"`
		Members          []struct {
			Path, SHA256 string
			Size         int64
		}
		UpgradeFrom []string `json:"upgrade_from"`
	}
	p.Run("kit", "inspect", k.file, "-o", "json").Status(trial.Done).JSON(&out)
	if out.Product != "egovctl" || out.Version != trial.Version || out.Fingerprint != k.fingerprint || len(out.UpgradeFrom) == 0 || len(out.Members) < 100 {
		t.Errorf("%s %s %s %v, %d members", out.Product, out.Version, out.Fingerprint, out.UpgradeFrom, len(out.Members))
	}
	for _, want := range []string{"linux-", "templates/catalogue/", "templates/hierarchy/", "templates/portals/", "templates/calendar/", "migrations/onestop/", "migrations/platform/"} {
		if !slices.ContainsFunc(out.Members, func(m struct {
			Path, SHA256 string
			Size         int64
		}) bool {
			return strings.HasPrefix(m.Path, want) && len(m.SHA256) == 64
		}) {
			t.Errorf("nothing below %s", want)
		}
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func put(t *testing.T, path string, raw []byte) {
	t.Helper()
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}
