package backup_test

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
)

func text(shares ...[]string) io.Reader {
	var all []string
	for _, s := range shares {
		all = append(all, append([]string{"Mảnh khóa"}, s...)...)
	}
	return strings.NewReader(strings.Join(all, "\n"))
}

// A site with nothing but its keys.
func keys(t *testing.T) instance.Site {
	t.Helper()
	a, err := instance.Load(instance.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	site := instance.Site{Root: instance.Root(t.TempDir()), Answers: a}
	if err := os.MkdirAll(site.Root.Secrets(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := secrets(host.NewLocal(), site.Root); err != nil {
		t.Fatal(err)
	}
	return site
}

func TestSharesOpenWhatTheRecoveryKeyOpens(t *testing.T) {
	site := keys(t)
	shares, err := backup.Split(site, 5, 3)
	if err != nil {
		t.Fatal(err)
	}
	pub, err := backup.Public(site.Root)
	if err != nil {
		t.Fatal(err)
	}
	got, err := backup.ReadKeys(text(shares[4], shares[0], shares[2]))
	if err != nil || got[0].(*age.X25519Identity).Recipient().String() != pub {
		t.Fatalf("three of five: %v", err)
	}
	whole, err := backup.Export(site)
	if err != nil {
		t.Fatal(err)
	}
	got, err = backup.ReadKeys(strings.NewReader(whole.Reveal()))
	if err != nil || got[0].(*age.X25519Identity).Recipient().String() != pub {
		t.Fatalf("the whole key: %v", err)
	}
}

func TestWhatIsNoRecoveryKeyIsToldHowToMendIt(t *testing.T) {
	site := keys(t)
	shares, err := backup.Split(site, 5, 3)
	if err != nil {
		t.Fatal(err)
	}
	others, err := backup.Split(keys(t), 5, 3)
	if err != nil {
		t.Fatal(err)
	}
	again, err := backup.Split(site, 5, 3)
	if err != nil {
		t.Fatal(err)
	}
	slip := slices.Clone(shares[1])
	slip[2] = strings.Replace(slip[2], string(slip[2][4]), "7", 1)
	if slip[2] == shares[1][2] {
		slip[2] = strings.Replace(slip[2], string(slip[2][4]), "a", 1)
	}
	for name, c := range map[string]struct {
		in  io.Reader
		key string
	}{
		"two of three":          {text(shares[0], shares[1]), "backup.share.few"},
		"of another key":        {text(shares[0], shares[1], others[2]), "backup.share.mixed"},
		"of another splitting":  {text(shares[0], shares[1], again[2]), "backup.share.mixed"},
		"a slip":                {text(shares[0], slip, shares[2]), "backup.share.line"},
		"a line left out":       {text(shares[0], shares[1], shares[2][:3]), "backup.share.line"},
		"nothing":               {strings.NewReader(""), "backup.key.form"},
		"a letter":              {strings.NewReader("Kính gửi"), "backup.key.form"},
		"a broken age key":      {strings.NewReader("AGE-SECRET-KEY-1QQQ"), "backup.key.form"},
		"more than is readable": {strings.NewReader(strings.Repeat("x", 1<<20)), "backup.key.form"},
	} {
		_, err := backup.ReadKeys(c.in)
		if f := fault.From(err); f.Key != c.key || f.Code != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "AGE-SECRET") {
			t.Errorf("%s: the error repeats the key: %v", name, err)
		}
	}
	for _, nk := range [][2]int{{1, 1}, {3, 1}, {2, 3}, {99, 3}} {
		if _, err := backup.Split(site, nk[0], nk[1]); !fault.Is(err, fault.Invalid) {
			t.Errorf("%d of %d: %v", nk[1], nk[0], err)
		}
	}
}

func TestTheKeyLeavesTheHostOnlyWhenSomebodyHoldsIt(t *testing.T) {
	site, on := keys(t), host.NewLocal()
	stranger, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	if err := backup.Forget(on, site, []age.Identity{stranger}); fault.From(err).Key != "backup.key.other" || !backup.Exposed(site.Root) {
		t.Fatalf("with another key: %v", err)
	}
	whole, err := backup.Export(site)
	if err != nil {
		t.Fatal(err)
	}
	held, err := backup.ReadKeys(strings.NewReader(whole.Reveal()))
	if err != nil {
		t.Fatal(err)
	}
	if err := backup.Forget(on, site, held); err != nil {
		t.Fatal(err)
	}
	if backup.Exposed(site.Root) || !backup.KeyTaken(site.Root) {
		t.Error("the private half is still on the host, or would be made anew")
	}
	if _, err := backup.Export(site); !fault.Is(err, fault.NotFound) {
		t.Errorf("export afterwards: %v", err)
	}
	if err := backup.Forget(on, site, held); err != nil {
		t.Errorf("forget again: %v", err)
	}
	if _, err := backup.Public(site.Root); err != nil {
		t.Errorf("nothing can be sealed any more: %v", err)
	}
	if s := fmt.Sprint(whole); strings.Contains(s, "AGE-SECRET") {
		t.Error("the key prints itself")
	}
}
