package wire

import (
	"os"
	"path/filepath"
	"testing"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/instance"
)

// How many invented dossiers there are is decided by the first installation, and by nothing that comes after.
func TestHowManyInventedDossiers(t *testing.T) {
	n := func(n int) *int { return &n }
	const demonstration = `{"accounts":[{"login":"x","password":"y","roles":null,"agency":""}],"samples":50}`
	for _, c := range []struct {
		name, first string // content of first-accounts, "" for none
		o           InstallOptions
		want        int
		refused     string // message key
	}{
		{name: "a demonstration gets its two thousand", o: InstallOptions{Demo: true}, want: DefaultSamples},
		{name: "or as many as are asked for", o: InstallOptions{Demo: true, Samples: n(7)}, want: 7},
		{name: "or none", o: InstallOptions{Demo: true, Samples: n(0)}, want: 0},
		{name: "an installation for real use gets none", o: InstallOptions{}, want: 0},
		{name: "and does not drop a number in silence", o: InstallOptions{Samples: n(0)}, refused: "install.samples.plain"},
		{name: "a second run that says nothing keeps the number", first: demonstration, o: InstallOptions{Demo: true}, want: 50},
		{name: "and so does one that says the same", first: demonstration, o: InstallOptions{Demo: true, Samples: n(50)}, want: 50},
		{name: "another number is refused", first: demonstration, o: InstallOptions{Demo: true, Samples: n(0)}, refused: "install.samples.changed"},
		{name: "none stays none", first: `{"samples":0}`, o: InstallOptions{Demo: true}, want: 0},
		{name: "none does not become some", first: `{"samples":0}`, o: InstallOptions{Demo: true, Samples: n(2)}, refused: "install.samples.changed"},
		{name: "an instance in real use takes no demonstration", first: `{"admin_link":"http://x"}`, o: InstallOptions{Demo: true}, refused: "install.demo.real"},
	} {
		t.Run(c.name, func(t *testing.T) {
			site := instance.Site{Root: instance.Root(t.TempDir())}
			if c.first != "" {
				file := site.Root.Secret(credentialsFile)
				if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(c.first), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := c.o.samples(site)
			if c.refused != "" {
				if !fault.Is(err, fault.Invalid) || fault.From(err).Key != c.refused {
					t.Errorf("%d, %v, want %s", got, err, c.refused)
				}
				return
			}
			if err != nil || got != c.want {
				t.Errorf("%d, %v, want %d", got, err, c.want)
			}
		})
	}
}
