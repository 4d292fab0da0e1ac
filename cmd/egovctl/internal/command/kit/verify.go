package kit

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/provisioning/kit"
)

func newVerify(env *wire.Env) *cobra.Command {
	fingerprint := ""
	c := &cobra.Command{Use: "verify FILE", Args: cobra.ExactArgs(1), Annotations: wire.Reads(), RunE: func(c *cobra.Command, args []string) error {
		return verify(c.Context(), env, args[0], fingerprint)
	}}
	c.Flags().StringVar(&fingerprint, "root-fingerprint", "", env.T("cmd.kit.flag.root_fingerprint"))
	return c
}

// verified is the result of `kit verify -o json`.
type verified struct {
	Status      string `json:"status"`
	Product     string `json:"product"`
	Kind        string `json:"kind"`
	Version     string `json:"version"`
	Fingerprint string `json:"root_fingerprint"`
	Manifest    string `json:"manifest_sha256"`
	Members     int    `json:"members"`
	Development bool   `json:"development"`
	Known       bool   `json:"known"` // the instance had this root already
}

func verify(ctx context.Context, env *wire.Env, path, fingerprint string) error {
	k, err := env.OpenKit(ctx, path, fingerprint, "")
	if err != nil {
		return err
	}
	defer k.Close()
	m := k.Manifest()
	if env.JSON() {
		return env.Print(verified{"verified", kit.Product, m.Kind, m.Version, k.Fingerprint(), k.Digest(), len(m.Members), k.Development(), k.Trusted()})
	}
	if _, err := fmt.Fprintln(env.Out, env.Paint(term.Good, env.T("kit.verified", "path", path))); err != nil {
		return err
	}
	warnDevelopment(env, k.Development())
	return desk.Facts(env, facts(env, m, k.Fingerprint()))
}
