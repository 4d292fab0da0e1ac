package kit

import (
	"time"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/kit"
	"egovctl/provisioning/kit/keyring"
)

type keysOptions struct {
	dir                string
	phrases            []string
	holders, threshold int
	key                string
}

func newKeys(env *wire.Env) *cobra.Command {
	o := &keysOptions{}
	sub := func(use string, args cobra.PositionalArgs, effect map[string]string, do func(args []string) error) *cobra.Command {
		c := &cobra.Command{Use: use, Args: args, Annotations: effect, RunE: func(_ *cobra.Command, args []string) error {
			if o.dir == "" {
				return fault.New(fault.Invalid, "kit.keys.no_folder").At("keys")
			}
			return do(args)
		}}
		c.Flags().StringVar(&o.dir, "keys", "", env.T("cmd.kit.keys.flag.keys"))
		if use != "status" {
			c.Flags().StringArrayVar(&o.phrases, "passphrase-file", nil, env.T("cmd.kit.flag.passphrase_file"))
		}
		return c
	}
	begin := sub("init", cobra.NoArgs, wire.Acts(), func([]string) error {
		r, err := keyring.Init(o.ring(env, true), o.holders, o.threshold, clock.System{}.Now())
		if err != nil {
			return err
		}
		return showKeys(env, r)
	})
	begin.Flags().IntVar(&o.holders, "holders", 3, env.T("cmd.kit.keys.flag.holders"))
	begin.Flags().IntVar(&o.threshold, "threshold", 2, env.T("cmd.kit.keys.flag.threshold"))
	sign := sub("sign-root", cobra.NoArgs, wire.Acts(), func([]string) error {
		if o.key == "" {
			return fault.New(fault.Invalid, "kit.keys.no_key").At("key")
		}
		return o.change(env, func(r *keyring.Ring) error { return r.Sign(o.key) })
	})
	sign.Flags().StringVar(&o.key, "key", "", env.T("cmd.kit.keys.flag.key"))
	return desk.Group("keys",
		begin,
		sub("status", cobra.NoArgs, wire.Reads(), func([]string) error { return o.change(env, func(*keyring.Ring) error { return nil }) }),
		sub("rotate", cobra.NoArgs, wire.Acts(), func([]string) error {
			return o.change(env, func(r *keyring.Ring) error { return r.Rotate(clock.System{}.Now()) })
		}),
		sub("revoke KEY", cobra.ExactArgs(1), wire.Acts(), func(args []string) error {
			return o.change(env, func(r *keyring.Ring) error { return r.Revoke(args[0], clock.System{}.Now()) })
		}),
		sign)
}

func (o *keysOptions) ring(env *wire.Env, fresh bool) keyring.Options {
	return keyring.Options{Dir: o.dir, Pass: phrases(env, o.phrases, fresh)}
}

// change opens the ring, does something to it and shows what it is then.
func (o *keysOptions) change(env *wire.Env, do func(*keyring.Ring) error) error {
	r, err := keyring.Open(o.ring(env, false))
	if err != nil {
		return err
	}
	if err := do(r); err != nil {
		return err
	}
	return showKeys(env, r)
}

// ringShown is the result of every `kit keys` command.
type ringShown struct {
	Fingerprint string     `json:"root_fingerprint"`
	Development bool       `json:"development"`
	Version     int64      `json:"root_version"`
	Expires     time.Time  `json:"expires"`
	Threshold   int        `json:"threshold"`
	Keys        []keyShown `json:"keys"`
	Minisign    string     `json:"minisign"`
	Pending     *waiting   `json:"pending,omitempty"`
}

type keyShown struct {
	Role string `json:"role"`
	ID   string `json:"id"`
	Here bool   `json:"here"`
}

type waiting struct {
	Version  int64    `json:"root_version"`
	SignedBy []string `json:"signed_by"`
}

func showKeys(env *wire.Env, r *keyring.Ring) error {
	s, err := r.Status()
	if err != nil {
		return err
	}
	if env.JSON() {
		out := ringShown{s.Fingerprint, s.Development, s.Version, s.Expires, s.Threshold, []keyShown{}, s.Public, nil}
		for _, k := range s.Keys {
			out.Keys = append(out.Keys, keyShown(k))
		}
		if s.Pending != nil {
			out.Pending = &waiting{s.Pending.Version, some(s.Pending.SignedBy)}
		}
		return env.Print(out)
	}
	rows := []desk.Fact{
		{Label: env.T("kit.label.fingerprint"), Value: kit.Grouped(s.Fingerprint)},
		{Label: env.T("kit.label.root"), Value: env.T("kit.keys.root", "n", s.Version, "date", day(s.Expires))},
		{Label: env.T("kit.label.minisign"), Value: s.Public},
	}
	holders := 0
	for _, k := range s.Keys {
		if k.Role == kit.RootRole {
			holders++
		}
	}
	rows = append(rows, desk.Fact{Label: env.T("kit.label.threshold"), Value: env.T("kit.keys.threshold_of", "k", s.Threshold, "n", holders)})
	for _, k := range s.Keys {
		place := "kit.keys.elsewhere"
		if k.Here {
			place = "kit.keys.here"
		}
		rows = append(rows, desk.Fact{Label: k.Role, Value: k.ID[:16] + "  " + env.T(place)})
	}
	if s.Pending != nil {
		rows = append(rows, desk.Fact{Label: env.T("kit.label.pending"), Value: env.T("kit.keys.pending", "n", s.Pending.Version, "signed", len(s.Pending.SignedBy))})
	}
	if err := desk.Facts(env, rows); err != nil {
		return err
	}
	warnDevelopment(env, s.Development)
	return nil
}
