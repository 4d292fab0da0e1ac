package kit

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/money"
	"egovctl/provisioning/kit"
)

type buildOptions struct {
	out, keys string
	phrases   []string
	data      bool
	postgres  []string
}

func newBuild(env *wire.Env) *cobra.Command {
	var o buildOptions
	c := &cobra.Command{Use: "build", Args: cobra.NoArgs, Annotations: wire.Rehearses(), RunE: func(c *cobra.Command, _ []string) error {
		return build(c.Context(), env, o)
	}}
	f := c.Flags()
	f.StringVar(&o.out, "out", "", env.T("cmd.kit.flag.out"))
	f.StringVar(&o.keys, "keys", "", env.T("cmd.kit.flag.keys"))
	f.StringArrayVar(&o.phrases, "passphrase-file", nil, env.T("cmd.kit.flag.passphrase_file"))
	f.BoolVar(&o.data, "data-only", false, env.T("cmd.kit.flag.data_only"))
	f.StringArrayVar(&o.postgres, "with-postgres", nil, env.T("cmd.kit.flag.with_postgres"))
	return c
}

// built is the result of `kit build -o json`.
type built struct {
	Status      string   `json:"status"` // built, planned
	Path        string   `json:"path"`
	Signature   string   `json:"signature,omitempty"`
	Product     string   `json:"product"`
	Kind        string   `json:"kind"`
	Version     string   `json:"version"`
	Platforms   []string `json:"platforms,omitempty"`
	Members     int      `json:"members"`
	Bytes       int64    `json:"bytes,omitempty"`
	SHA256      string   `json:"sha256,omitempty"`
	Fingerprint string   `json:"root_fingerprint,omitempty"`
	Development bool     `json:"development"`
	Absent      []string `json:"absent,omitempty"` // what would belong into a full kit and was not there
}

func build(ctx context.Context, env *wire.Env, o buildOptions) error {
	if o.out == "" {
		return fault.New(fault.Invalid, "kit.build.no_out").At("out")
	}
	source, absent, err := env.KitSource(wire.KitOptions{DataOnly: o.data, Postgres: o.postgres})
	if err != nil {
		return err
	}
	if env.Flags.DryRun {
		return rehearse(env, o, source, absent)
	}
	signer, err := env.KitSigner(o.keys, phrases(env, o.phrases, false), source.Date)
	if err != nil {
		return err
	}
	b, err := kit.Build(ctx, o.out, source, signer, nil)
	if err != nil {
		return err
	}
	if env.JSON() {
		return env.Print(built{Status: "built", Path: b.Path, Signature: b.Path + kit.SignatureSuffix, Product: kit.Product, Kind: b.Manifest.Kind, Version: b.Manifest.Version,
			Platforms: b.Manifest.Platforms, Members: len(b.Manifest.Members), Bytes: b.Bytes, SHA256: b.SHA256, Fingerprint: b.Fingerprint,
			Development: b.Development, Absent: absent})
	}
	warnAbsent(env, absent)
	warnDevelopment(env, b.Development)
	rows := append([]desk.Fact{{Label: env.T("kit.label.file"), Value: b.Path}, {Label: env.T("kit.label.size"), Value: env.T("kit.bytes", "n", money.Group(b.Bytes))},
		{Label: env.T("kit.label.sha256"), Value: b.SHA256}}, facts(env, b.Manifest, b.Fingerprint)...)
	return desk.Facts(env, rows)
}

// rehearse tells what would be packed.
func rehearse(env *wire.Env, o buildOptions, source kit.Source, absent []string) error {
	m, err := source.Plan()
	if err != nil {
		return err
	}
	if env.JSON() {
		return env.Print(built{Status: "planned", Path: o.out, Product: kit.Product, Kind: m.Kind, Version: m.Version, Platforms: m.Platforms,
			Members: len(m.Members), Development: o.keys == "", Absent: absent})
	}
	warnAbsent(env, absent)
	desk.Note(env, "commands.dry_run")
	return desk.Facts(env, append([]desk.Fact{{Label: env.T("kit.label.file"), Value: o.out}}, facts(env, m, "")...))
}

// warnAbsent names what a full kit would have and this one has not.
func warnAbsent(env *wire.Env, absent []string) {
	for _, path := range absent {
		fmt.Fprintln(env.Err, env.PaintErr(term.Warning, env.T("cli.warning"))+" "+env.T("kit.build.absent", "path", path))
	}
}
