package trial

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Reference is what an installation that nothing disturbed leaves.
type Reference struct {
	Counts Counts
	Shape  Tree
	Sizes  Rows
}

// Reference looks at an instance that was just installed.
func (p *Place) Reference(in Installed) Reference {
	p.T.Helper()
	return Reference{Counts: in.Counts, Shape: p.Tree().Shape(), Sizes: p.Sizes()}
}

// Oracle checks an instance after a disturbed run against one that nothing disturbed, in six looks, O2 to O7; O1 is Kept,
// and the half of O5 that needs a stopped server Checksums. in is the result of the run that took the disturbed one up.
func (p *Place) Oracle(in Installed, want Reference) {
	p.T.Helper()
	p.Whole(in, want)
	p.Amcheck() // O5
}

// Whole is Oracle without the look at every page of the database, which costs as much as the others together.
func (p *Place) Whole(in Installed, want Reference) {
	p.T.Helper()
	// O2: new, and nothing mixed
	if in.Status != "installed" || in.Counts != want.Counts {
		p.T.Errorf("%s with %+v, want %+v", in.Status, in.Counts, want.Counts)
	}
	sizes := p.Sizes()
	for table, n := range want.Sizes {
		if got := sizes[table]; got != n {
			p.T.Errorf("%s has %s rows, want %s", table, got, n)
		}
	}
	// O3: green, and the next run writes nothing
	if h := p.Health("--no-probe"); h.Status != "healthy" {
		p.T.Errorf("health is %s: %+v", h.Status, h.Checks)
	}
	if again := p.Install(); again.Changes != 0 {
		p.T.Errorf("the next run makes %d changes", again.Changes)
	}
	p.Run("audit", "verify").Status(Done) // O4
	// O6: what a run that nothing disturbed leaves, with owners and modes, and no more
	Same(p.T, "the folder of the instance", want.Shape, p.Tree().Shape())
	p.leftovers()
	p.Leaks(in) // O7
}

// leftovers fails the test for a temporary file anywhere below Root but in PostgreSQL's own folder.
func (p *Place) leftovers() {
	p.T.Helper()
	err := filepath.WalkDir(p.Root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path == p.At("data", "postgres") {
			return fs.SkipDir
		}
		for _, mark := range []string{".egov-new", ".new", ".tmp", ".pw", "~"} {
			if strings.HasSuffix(d.Name(), mark) {
				p.T.Errorf("a temporary file is left: %s", path)
			}
		}
		return nil
	})
	if err != nil {
		p.T.Fatal(err)
	}
}

// Logs shows the ends of what the processes of the instance wrote when the test has failed by now.
func (p *Place) Logs() {
	p.T.Helper()
	if !p.T.Failed() {
		return
	}
	files, err := filepath.Glob(p.At("log", "*"))
	if err != nil {
		p.T.Fatal(err)
	}
	for _, file := range files {
		if raw, err := os.ReadFile(file); err == nil { // a folder says nothing
			p.T.Logf("%s:\n%s", file, tail(string(raw)))
		}
	}
}

// Gone checks that an uninstallation left nothing: no folder, no account, no process.
func (p *Place) Gone() {
	p.T.Helper()
	if exists(p.Root) {
		Same(p.T, "what lies around", Tree{}, p.Around())
	}
	if p.AccountExists() {
		p.T.Errorf("the account %s is still there", p.Account())
	}
	if exists("/run/" + p.Account()) {
		p.T.Errorf("/run/%s is still there", p.Account())
	}
	for _, pid := range p.Processes() {
		p.T.Errorf("process %d of the instance still runs", pid)
	}
}
