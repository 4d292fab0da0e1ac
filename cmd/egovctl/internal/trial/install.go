package trial

import (
	"strings"
	"sync"
	"testing"
)

// Installed is the last line of `install -o json`, as the contract has it.
type Installed struct {
	Event   string `json:"event"`
	Status  string `json:"status"`
	Version string `json:"version"`
	URL     string `json:"url"`
	Root    string `json:"root"`
	Profile string `json:"profile"`
	Changes int    `json:"changes"`
	Steps   []struct {
		Name string `json:"name"`
		MS   *int64 `json:"ms"`
	} `json:"steps"`
	Counts    Counts    `json:"counts"`
	Accounts  []Account `json:"accounts"`
	AdminLink string    `json:"admin_link"`
}

// Counts is what the instance holds.
type Counts struct {
	Units      int `json:"units"`
	Agencies   int `json:"agencies"`
	Procedures int `json:"procedures"`
	Online     int `json:"procedures_online"`
}

// Account is one that a demonstration prints.
type Account struct {
	Login    string   `json:"login"`
	Password string   `json:"password"`
	Roles    []string `json:"roles"`
	Agency   string   `json:"agency"`
}

// Danang2014 is what the reference holds.
var Danang2014 = Counts{Units: 65, Agencies: 93, Procedures: 1196, Online: 498}

// InstallArgs is the command line of a demonstration at this place, with more arguments behind. Dossiers and the probe
// are left out unless they are asked for with --samples or --with-probe.
func (p *Place) InstallArgs(more ...string) []string {
	args := []string{"install", "--demo", "--instance", p.Instance, "--listen", p.Listen, "--yes", "-o", "json"}
	if !has(more, "--samples") {
		args = append(args, "--samples", "0")
	}
	probe := false
	for _, a := range more {
		if a == "--with-probe" {
			probe = true
			continue
		}
		args = append(args, a)
	}
	if !probe {
		args = append(args, "--no-probe")
	}
	return args
}

// Install installs a demonstration and returns its result; anything but exit 0 fails the test.
func (p *Place) Install(more ...string) Installed {
	p.T.Helper()
	var in Installed
	p.Run(p.InstallArgs(more...)...).Status(Done).Result(&in)
	return in
}

// Holder finds the demo's account with a role at an agency ("" for any).
func (in Installed) Holder(role, agency string) (Account, bool) {
	for _, a := range in.Accounts {
		for _, r := range a.Roles {
			if r == role && (agency == "" || strings.EqualFold(a.Agency, agency)) {
				return a, true
			}
		}
	}
	return Account{}, false
}

// Shared is the one instance, a demonstration with everything in it, of all tests that only use it as people do. It is
// made at the first call and goes at End. A test that stops, breaks or changes an instance takes New.
func Shared(t testing.TB) (*Place, Installed) {
	t.Helper()
	shared.Do(func() {
		p := Lasting(t)
		shared.in = p.Install("--samples", "200")
		shared.place = p
	})
	if shared.place == nil {
		t.Fatal("the shared instance was not installed, see the first test that asked for it")
	}
	return shared.place.For(t), shared.in
}

// Lasting is a place that more than one test uses: it goes at End.
func Lasting(t testing.TB) *Place {
	t.Helper()
	p, w, err := lay(Binary(t))
	if err != nil {
		t.Fatal(err)
	}
	keep(w)
	return p.For(t)
}

var shared struct {
	sync.Once
	place *Place
	in    Installed
}
