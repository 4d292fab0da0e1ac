package install

import (
	"context"
	"fmt"
	"strings"

	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
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
}

type stepTime struct {
	Name string `json:"name"`
	MS   int64  `json:"ms"`
}

func show(ctx context.Context, env *wire.Env, in *wire.Installation, out engine.Outcome) error {
	site := in.Parts.Site
	counts, err := in.Counts(ctx)
	if err != nil {
		return err
	}
	r := result{
		Event: "result", Status: "installed", Version: env.Version, URL: site.Answers.PublicURL(), Root: string(site.Root),
		Profile: site.Answers.Province.Profile, Changes: out.Changes, Steps: []stepTime{}, Counts: counts,
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

func tell(env *wire.Env, in *wire.Installation, r result) error {
	head := "install.done"
	if r.Changes == 0 {
		head = "install.unchanged"
	}
	rows := [][2]string{
		{"install.result.address", r.URL}, {"install.result.root", r.Root}, {"install.result.profile", in.ProfileName()},
		{"install.result.counts", env.T("install.result.counts.text", "units", r.Counts.Units, "agencies", r.Counts.Agencies,
			"procedures", r.Counts.Procedures, "online", r.Counts.Online)},
	}
	if err := line(env, env.Paint(term.Good, env.T(head))); err != nil {
		return err
	}
	for _, row := range rows {
		if err := line(env, fmt.Sprintf("  %-12s %s", env.T(row[0]), row[1])); err != nil {
			return err
		}
	}
	if in.Reconstruction() {
		if err := line(env, "  "+env.T("install.result.reconstruction")); err != nil {
			return err
		}
	}
	if r.AdminLink != "" {
		return line(env, env.T("install.result.admin")+":\n  "+r.AdminLink)
	}
	if len(r.Accounts) == 0 {
		return nil
	}
	if err := line(env, env.T("install.result.accounts")+":"); err != nil {
		return err
	}
	table := [][]string{}
	for _, a := range r.Accounts {
		table = append(table, []string{"  " + a.Login, a.Password, strings.Join(a.Roles, ", "), a.Agency})
	}
	header := []string{"  " + env.T("install.column.login"), env.T("install.column.password"), env.T("install.column.roles"), env.T("install.column.agency")}
	return term.Table(env.Out, header, table)
}

func line(env *wire.Env, s string) error {
	_, err := fmt.Fprintln(env.Out, s)
	return err
}
