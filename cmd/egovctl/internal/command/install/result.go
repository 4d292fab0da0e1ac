package install

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/money"
	"egovctl/provisioning/engine"
)

// result is the last line of `install -o json`.
type result struct {
	Event     string             `json:"event"`
	Status    string             `json:"status"`
	Version   string             `json:"version"`
	URL       string             `json:"url"`
	Root      string             `json:"root"`
	Profile   string             `json:"profile"`
	Changes   int                `json:"changes"`
	Steps     []stepTime         `json:"steps"`
	Counts    wire.Counts        `json:"counts"`
	Accounts  []wire.DemoAccount `json:"accounts,omitempty"`
	AdminLink string             `json:"admin_link,omitempty"`

	RootFingerprint string `json:"root_fingerprint,omitempty"` // of the kit, when it came from one
	Development     bool   `json:"development,omitempty"`
}

type stepTime struct {
	Name string `json:"name"`
	MS   int64  `json:"ms"`
}

func show(ctx context.Context, env *wire.Env, in *wire.Installation, from source, out engine.Outcome) error {
	site := in.Parts.Site
	counts, err := in.Counts(ctx)
	if err != nil {
		return err
	}
	r := result{
		Event: "result", Status: "installed", Version: env.Version, URL: site.Answers.PublicURL(), Root: string(site.Root),
		Profile: site.Answers.Province.Profile, Changes: out.Changes, Steps: []stepTime{}, Counts: counts,
	}
	if from.kit != nil {
		r.RootFingerprint, r.Development = from.kit.Fingerprint(), from.kit.Development()
	}
	for _, s := range out.Steps {
		r.Steps = append(r.Steps, stepTime{s.Name, s.MS})
	}
	if r.Accounts, r.AdminLink, err = in.Credentials(); err != nil {
		return err
	}
	if env.JSON() {
		return env.Line(r)
	}
	return tell(env, in, r)
}

// tell writes the result for a person. The accounts are many lines: what one looks for first, the address, comes last,
// where the screen ends.
func tell(env *wire.Env, in *wire.Installation, r result) error {
	if len(r.Accounts) > 0 {
		if err := line(env, "\n"+env.T("install.result.accounts")+":"); err != nil {
			return err
		}
		if err := list(env, in, r.Accounts); err != nil {
			return err
		}
	}
	head := "install.done"
	if r.Changes == 0 {
		head = "install.unchanged"
	}
	if err := line(env, "\n"+env.Paint(term.Good, env.T(head))); err != nil {
		return err
	}
	for _, row := range facts(env, in, r) {
		if err := folded(env, fmt.Sprintf("  %-12s ", env.T(row[0])), row[1]); err != nil {
			return err
		}
	}
	if in.Reconstruction() {
		if err := folded(env, "  ", env.T("install.result.reconstruction")); err != nil {
			return err
		}
	}
	if r.Development {
		if err := folded(env, "  ", env.T("kit.development")); err != nil {
			return err
		}
	}
	if r.AdminLink != "" {
		return line(env, env.T("install.result.admin")+":\n  "+r.AdminLink)
	}
	return nil
}

// facts are what an operator writes down: message key and value.
func facts(env *wire.Env, in *wire.Installation, r result) [][2]string {
	return [][2]string{
		{"install.result.address", r.URL}, {"install.result.root", r.Root}, {"install.result.profile", in.ProfileName()},
		{"install.result.counts", env.T("install.result.counts.text", "units", grouped(r.Counts.Units), "agencies", grouped(r.Counts.Agencies),
			"procedures", grouped(r.Counts.Procedures), "online", grouped(r.Counts.Online))},
	}
}

// list shows the accounts under their agencies. A login says its agency and is long: heading and all, a line has no
// more than the 80 columns of a small terminal.
func list(env *wire.Env, in *wire.Installation, accounts []wire.DemoAccount) error {
	for len(accounts) > 0 {
		n, width := 0, 0
		for n < len(accounts) && accounts[n].Agency == accounts[0].Agency {
			width = max(width, len(accounts[n].Login))
			n++
		}
		name, err := in.AgencyName(accounts[0].Agency)
		if err != nil {
			return err
		}
		if name == "" {
			name = env.T("install.result.people")
		}
		if err := line(env, env.Paint(term.Strong, name)); err != nil {
			return err
		}
		for _, a := range accounts[:n] {
			roles := make([]string, len(a.Roles))
			for i, role := range a.Roles {
				roles[i] = env.T("web.role." + role)
			}
			if err := line(env, fmt.Sprintf(" %-*s  %s %s", width, a.Login, a.Password, strings.Join(roles, ", "))); err != nil {
				return err
			}
		}
		accounts = accounts[n:]
	}
	return nil
}

// folded writes text behind a head, in lines that a terminal of 80 columns does not break.
func folded(env *wire.Env, head, text string) error {
	room := 79 - utf8.RuneCountInString(head)
	for _, part := range term.Fold(text, room) {
		if err := line(env, head+part); err != nil {
			return err
		}
		head = strings.Repeat(" ", utf8.RuneCountInString(head))
	}
	return nil
}

func grouped(n int) string { return money.Group(int64(n)) }

func line(env *wire.Env, s string) error {
	_, err := fmt.Fprintln(env.Out, s)
	return err
}
