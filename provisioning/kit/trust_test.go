package kit

import (
	"context"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/host"
)

// instance is a trust folder that has seen kits.
func instance(t testing.TB, fingerprint string, kits ...[]byte) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "trust")
	for _, k := range kits {
		v, err := verify(t, onDisk(t, k), Anchor{Folder: folder, Fingerprint: fingerprint})
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Remember(t.Context(), host.NewLocal(), folder); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func kitOf(t testing.TB, p *publisher, version string) *parts {
	t.Helper()
	return press(t, version, release(), zstd.SpeedDefault).sign(t, p.signer())
}

func TestTheFirstTrustIsGivenByAPerson(t *testing.T) {
	p := newPublisher(t, "nha-phat-hanh")
	path := onDisk(t, kitOf(t, p, "1.2.0").bytes(t))
	own := Fingerprint(p.chain)
	for name, c := range map[string]struct{ given, want string }{
		"nobody vouches":                    {"", "kit.first_trust"},
		"as it stands in the letter":        {Grouped(own), ""},
		"as a program writes it":            {own, ""},
		"in capitals with dashes":           {strings.ToUpper(strings.ReplaceAll(Grouped(own), " ", "-")), ""},
		"another one":                       {Fingerprint(newPublisher(t, "ke-la").chain), "kit.fingerprint"},
		"half of it":                        {own[:32], "kit.fingerprint"},
		"one sign is wrong":                 {"0000" + own[4:], "kit.fingerprint"},
		"what has no sign of a fingerprint": {"mã đối chiếu", "kit.fingerprint"},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := verify(t, path, Anchor{Fingerprint: c.given})
			if c.want != "" {
				refused(t, err, c.want)
				return
			}
			if err != nil || v.Fingerprint() != own || v.Trusted() {
				t.Error(v, err)
			}
		})
	}
}

func TestTheStoredRootDecides(t *testing.T) {
	p := newPublisher(t, "p")
	first := kitOf(t, p, "1.2.0").bytes(t)
	own := Fingerprint(p.chain)
	folder := instance(t, own, first)
	if v, err := verify(t, onDisk(t, first), Anchor{Folder: folder}); err != nil || !v.Trusted() {
		t.Error("the same kit again:", err)
	}
	stranger := newPublisher(t, "q")
	theirs := onDisk(t, kitOf(t, stranger, "1.3.0").bytes(t))
	_, err := verify(t, theirs, Anchor{Folder: folder})
	refused(t, err, "kit.root_other")
	_, err = verify(t, theirs, Anchor{Folder: folder, Fingerprint: Fingerprint(stranger.chain)})
	refused(t, err, "kit.root_other")
	if _, err := verify(t, onDisk(t, kitOf(t, p, "1.3.0").bytes(t)), Anchor{Folder: folder, Fingerprint: own}); err != nil {
		t.Error("the fingerprint may be given again:", err)
	}
}

func TestRotatedKeys(t *testing.T) {
	p := newPublisher(t, "p")
	old := *p
	first, own := kitOf(t, p, "1.2.0").bytes(t), Fingerprint(p.chain)
	second := kitOf(t, p.rotate(t), "1.3.0").bytes(t)
	third := kitOf(t, p.rotate(t), "1.4.0").bytes(t)

	t.Run("an instance follows over one root and over two", func(t *testing.T) {
		folder := instance(t, own, first, second, third)
		if v, err := verify(t, onDisk(t, third), Anchor{Folder: folder}); err != nil || v.Fingerprint() != own {
			t.Error("the identity stays:", err)
		}
		instance(t, own, first, third)
	})
	t.Run("a new host begins with the newest", func(t *testing.T) { instance(t, own, third) })
	t.Run("the revoked keys sign nothing any more", func(t *testing.T) {
		folder := instance(t, own, first, second)
		by := old.signer() // what a thief of the old keys can make: any version, under the roots of that time
		_, err := verify(t, onDisk(t, press(t, "9.0.0", release(), zstd.SpeedDefault).sign(t, by).bytes(t)), Anchor{Folder: folder})
		refused(t, err, "kit.signature")
		by.Roots = p.chain // or under all of them
		_, err = verify(t, onDisk(t, press(t, "9.0.0", release(), zstd.SpeedDefault).sign(t, by).bytes(t)), Anchor{Folder: folder})
		refused(t, err, "kit.signature")
		_, err = verify(t, onDisk(t, press(t, "9.0.0", release(), zstd.SpeedDefault).sign(t, by).bytes(t)), Anchor{Fingerprint: own})
		refused(t, err, "kit.signature")
	})
	t.Run("a kit with a shorter chain and good keys is as good", func(t *testing.T) {
		q := newPublisher(t, "q")
		one := kitOf(t, q, "1.2.0").bytes(t)
		q.next(t, q.holders[1:]...) // renewed, the same keys
		two := kitOf(t, q, "1.3.0").bytes(t)
		folder := instance(t, Fingerprint(q.chain), one, two)
		q.chain = q.chain[:1]
		if _, err := verify(t, onDisk(t, kitOf(t, q, "1.4.0").bytes(t)), Anchor{Folder: folder}); err != nil {
			t.Error(err)
		}
	})
}

func TestARootNeedsItsThreshold(t *testing.T) {
	p := newPublisher(t, "p")
	own := Fingerprint(p.chain)
	folder := instance(t, own, kitOf(t, p, "1.2.0").bytes(t))
	for name, holders := range map[string][]string{"nobody": nil, "one of three": {"p-a"}} {
		t.Run(name, func(t *testing.T) {
			q := *p
			q.chain = slices.Clone(p.chain)
			q.release = "thief"
			q.next(t, holders...)
			for _, a := range []Anchor{{Folder: folder}, {Fingerprint: own}} {
				_, err := verify(t, onDisk(t, kitOf(t, &q, "1.3.0").bytes(t)), a)
				refused(t, err, "kit.signature")
			}
		})
	}
	t.Run("new holders alone", func(t *testing.T) {
		q := *p
		q.chain, q.holders, q.release = slices.Clone(p.chain), []string{"t-a", "t-b", "t-c"}, "thief"
		q.next(t, q.holders...)
		_, err := verify(t, onDisk(t, kitOf(t, &q, "1.3.0").bytes(t)), Anchor{Folder: folder})
		refused(t, err, "kit.signature")
	})
	t.Run("a role whose threshold is two, signed once", func(t *testing.T) {
		q := newPublisher(t, "two")
		q.chain = nil
		r := Root{Version: 1, Expires: published.AddDate(9, 0, 0), Threshold: 1, Keys: map[string][]ed25519.PublicKey{
			RootRole: public("two-a"), "timestamp": public(q.release + "-ts"), "snapshot": public(q.release + "-sn"), "targets": public(q.release+"-tg", "two-tg2"),
		}}
		raw, err := NewRoot(r)
		if err != nil {
			t.Fatal(err)
		}
		md, err := readRoot(raw)
		if err != nil {
			t.Fatal(err)
		}
		md.Signed.Roles["targets"].Threshold = 2
		if err := addSignature(md, pair("two-a")); err != nil {
			t.Fatal(err)
		}
		if raw, err = md.ToBytes(false); err != nil {
			t.Fatal(err)
		}
		q.chain = [][]byte{raw}
		by := q.signer()
		k := press(t, "1.2.0", release(), zstd.SpeedDefault)
		_, err = verify(t, onDisk(t, k.sign(t, by).bytes(t)), Anchor{Fingerprint: Fingerprint(q.chain)})
		refused(t, err, "kit.signature")
		by.Targets = append(by.Targets, pair("two-tg2"))
		if _, err = verify(t, onDisk(t, k.sign(t, by).bytes(t)), Anchor{Fingerprint: Fingerprint(q.chain)}); err != nil {
			t.Error("signed twice:", err)
		}
	})
}

func TestNothingOlderComesBack(t *testing.T) {
	p := newPublisher(t, "p")
	own := Fingerprint(p.chain)
	kits := map[string][]byte{}
	for _, v := range []string{"1.2.0", "1.3.0-rc.1", "1.3.0-rc.2", "1.3.0"} {
		kits[v] = kitOf(t, p, v).bytes(t)
	}
	folder := instance(t, own, kits["1.2.0"], kits["1.3.0-rc.2"])
	for version, want := range map[string]string{"1.2.0": "kit.older", "1.3.0-rc.1": "kit.older", "1.3.0-rc.2": "", "1.3.0": ""} {
		_, err := verify(t, onDisk(t, kits[version]), Anchor{Folder: folder})
		if want != "" {
			refused(t, err, want)
		} else if err != nil {
			t.Error(version, err)
		}
	}
	_, err := verify(t, onDisk(t, kits["1.2.0"]), Anchor{Fingerprint: own, Running: "1.2.1"})
	refused(t, err, "kit.older")

	other := press(t, "1.3.0-rc.2", append(release(), content{"docs/more.txt", []byte("?"), false}), zstd.SpeedDefault).sign(t, p.signer())
	_, err = verify(t, onDisk(t, other.bytes(t)), Anchor{Folder: folder})
	refused(t, err, "kit.same_version")
}

func TestWhatAKitMustBe(t *testing.T) {
	p := newPublisher(t, "p")
	own := Fingerprint(p.chain)
	for name, c := range map[string]struct {
		change func(m *Manifest)
		anchor Anchor
		want   string
	}{
		"as it is":                            {func(*Manifest) {}, Anchor{Kind: KindRelease}, ""},
		"another product":                     {func(m *Manifest) { m.Product = "khac" }, Anchor{}, "kit.product"},
		"no kind":                             {func(m *Manifest) { m.Kind = "" }, Anchor{}, "kit.kind"},
		"a release where data are wanted":     {func(*Manifest) {}, Anchor{Kind: KindData}, "kit.kind"},
		"data where a release is wanted":      {func(m *Manifest) { m.Kind = KindData }, Anchor{Kind: KindRelease}, "kit.kind"},
		"for another machine":                 {func(*Manifest) {}, Anchor{Platform: "linux-riscv64"}, "kit.platform"},
		"a machine it names without program":  {func(m *Manifest) { m.Platforms = append(m.Platforms, "linux-riscv64") }, Anchor{Platform: "linux-riscv64"}, "kit.platform"},
		"a program for a machine not named":   {func(m *Manifest) { m.Platforms = []string{"linux-arm64"} }, Anchor{}, "kit.platform"},
		"a program that is none":              {func(m *Manifest) { m.Members[1].Exec = false }, Anchor{}, "kit.platform"},
		"data that fit":                       {func(m *Manifest) { m.Kind, m.Fits = KindData, ">=1.2.0 <1.3.0" }, Anchor{Running: "1.2.9"}, ""},
		"data that do not fit":                {func(m *Manifest) { m.Kind, m.Fits = KindData, ">=1.2.0 <1.3.0" }, Anchor{Running: "1.3.0"}, "kit.data_fits"},
		"data for a release without a number": {func(m *Manifest) { m.Kind, m.Fits = KindData, ">=1.2.0 <1.3.0" }, Anchor{Running: "thu"}, "kit.data_fits"},
		"past its date":                       {func(*Manifest) {}, Anchor{Now: published.AddDate(lifetime, 0, 1)}, "kit.expired"},
		"on its last day":                     {func(*Manifest) {}, Anchor{Now: published.AddDate(lifetime, 0, -1)}, ""},
		"a format of the future":              {func(m *Manifest) { m.Format = Format + 1 }, Anchor{}, "kit.newer"},
	} {
		t.Run(name, func(t *testing.T) {
			k := press(t, "1.2.0", release(), zstd.SpeedDefault)
			c.change(&k.manifest)
			c.anchor.Fingerprint = own
			_, err := verify(t, onDisk(t, k.sign(t, p.signer()).bytes(t)), c.anchor)
			if c.want != "" {
				refused(t, err, c.want)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// A clock that was set back does not bring an expired kit back to life, once a newer one was seen.
func TestAClockSetBackHelpsNobody(t *testing.T) {
	p := newPublisher(t, "p")
	old := press(t, "1.2.0", release(), zstd.SpeedDefault)
	late := press(t, "1.1.0", release(), zstd.SpeedDefault)
	late.date = published.AddDate(lifetime+1, 0, 0)
	late.manifest.Date = late.date
	folder := filepath.Join(t.TempDir(), "trust")
	a := Anchor{Folder: folder, Fingerprint: Fingerprint(p.chain), Now: late.date.AddDate(0, 0, 1)}
	v, err := verify(t, onDisk(t, late.sign(t, p.signer()).bytes(t)), a)
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Remember(t.Context(), host.NewLocal(), folder); err != nil {
		t.Fatal(err)
	}
	a.Now = published
	_, err = verify(t, onDisk(t, old.sign(t, p.signer()).bytes(t)), a)
	refused(t, err, "kit.expired")
}

// A restore on a new host may take an expired or an older kit: named, and with the recovery key at hand.
func TestARestoreMayTakeANamedRisk(t *testing.T) {
	p := newPublisher(t, "p")
	own := Fingerprint(p.chain)
	path := onDisk(t, kitOf(t, p, "1.2.0").bytes(t))
	late := published.AddDate(lifetime, 1, 0)
	asked := 0
	yes := func(context.Context) error { asked++; return nil }
	no := func(context.Context) error { return fault.New(fault.Refused, "no.key") }
	both := []string{RiskExpired, RiskOlder}
	for name, c := range map[string]struct {
		restore *Restore
		want    string
	}{
		"nothing named":           {&Restore{Newest: "1.3.0", Prove: yes}, "kit.expired"},
		"one of two named":        {&Restore{Newest: "1.3.0", Accept: both[:1], Prove: yes}, "kit.older"},
		"without a key":           {&Restore{Newest: "1.3.0", Accept: both, Prove: no}, "no.key"},
		"without a way to ask":    {&Restore{Newest: "1.3.0", Accept: both}, "kit.expired"},
		"both named, with a key":  {&Restore{Newest: "1.3.0", Accept: both, Prove: yes}, ""},
		"no restore at all":       {nil, "kit.expired"},
		"nothing newer was known": {&Restore{Accept: both[:1], Prove: yes}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := verify(t, path, Anchor{Fingerprint: own, Now: late, Restore: c.restore})
			if c.want != "" {
				refused(t, err, c.want)
				return
			}
			if err != nil || len(v.Risks()) == 0 {
				t.Error(v, err)
			}
		})
	}
	if asked != 3 { // also where the second risk was not named
		t.Errorf("the key was asked for %d times, once a restore is enough", asked)
	}
	t.Run("where a root is stored it weighs nothing", func(t *testing.T) {
		folder := instance(t, own, kitOf(t, p, "1.2.0").bytes(t))
		_, err := verify(t, path, Anchor{Folder: folder, Now: late, Restore: &Restore{Accept: both, Prove: yes}})
		refused(t, err, "kit.expired")
	})
	t.Run("another root is never a risk to take", func(t *testing.T) {
		_, err := verify(t, path, Anchor{Fingerprint: Fingerprint(newPublisher(t, "q").chain), Now: late, Restore: &Restore{Accept: both, Prove: yes}})
		refused(t, err, "kit.fingerprint")
	})
}

func TestADamagedStoreIsNoFirstTrust(t *testing.T) {
	p := newPublisher(t, "p")
	own, raw := Fingerprint(p.chain), kitOf(t, p, "1.2.0").bytes(t)
	for name, spoil := range map[string]func(folder string) error{
		"the first root is gone": func(f string) error { return os.Remove(filepath.Join(f, "1.root.json")) },
		"the state is no JSON":   func(f string) error { return rewrite(filepath.Join(f, stateFile), []byte("{")) },
		"the state says nothing that can be": func(f string) error {
			return rewrite(filepath.Join(f, stateFile), []byte(`{"roots":1,"seen":{"release":{"version":"1"}}}`))
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := instance(t, own, raw)
			if err := spoil(folder); err != nil {
				t.Fatal(err)
			}
			_, err := verify(t, onDisk(t, raw), Anchor{Folder: folder, Fingerprint: own})
			refused(t, err, "kit.trust.damaged")
		})
	}
	t.Run("a root that was put there by somebody", func(t *testing.T) {
		folder := instance(t, own, raw)
		if err := os.WriteFile(filepath.Join(folder, "2.root.json"), newPublisher(t, "q").chain[0], 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := verify(t, onDisk(t, raw), Anchor{Folder: folder})
		refused(t, err, "kit.signature")
	})
	t.Run("a cut after the roots is no damage", func(t *testing.T) {
		folder := instance(t, own, raw)
		if err := os.Remove(filepath.Join(folder, stateFile)); err != nil {
			t.Fatal(err)
		}
		if _, err := verify(t, onDisk(t, raw), Anchor{Folder: folder}); err != nil {
			t.Error(err)
		}
	})
}

func rewrite(path string, raw []byte) error {
	return errors.Join(os.Remove(path), os.WriteFile(path, raw, 0o600))
}

// Remember writes nothing the second time, and never forgets.
func TestRememberIsIdempotent(t *testing.T) {
	p := newPublisher(t, "p")
	folder := instance(t, Fingerprint(p.chain), kitOf(t, p, "1.2.0").bytes(t), kitOf(t, p, "1.3.0").bytes(t))
	before := tree(t, folder)
	v, err := verify(t, onDisk(t, kitOf(t, p, "1.3.0").bytes(t)), Anchor{Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := v.Remember(t.Context(), host.NewLocal(), folder); err != nil {
			t.Fatal(err)
		}
	}
	if after := tree(t, folder); after != before {
		t.Errorf("%s\nbecame\n%s", before, after)
	}
}
