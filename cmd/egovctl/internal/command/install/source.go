package install

import (
	"context"

	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/kit"
)

// source is where the release comes from.
type source struct {
	kit *wire.Kit // one that was verified; nil for this program itself
}

// source verifies the kit before anything else is looked at. Faults: those of wire.OpenKit and wire.OpenKitToRestore, refused "kit.other_program",
// invalid "install.fingerprint_alone".
func (o options) source(ctx context.Context, env *wire.Env) (source, error) {
	if o.kit == "" {
		if o.fingerprint != "" {
			return source{}, fault.New(fault.Invalid, "install.fingerprint_alone").At("root-fingerprint")
		}
		if o.recovery.Wanted() {
			return source{}, fault.New(fault.Invalid, "install.risk_alone").At("accept-risk")
		}
		return source{}, nil
	}
	k, err := o.open(ctx, env)
	if err != nil {
		return source{}, err
	}
	if err := k.ItsProgram(); err != nil {
		k.Close()
		return source{}, err
	}
	return source{kit: k}, nil
}

func (o options) open(ctx context.Context, env *wire.Env) (*wire.Kit, error) {
	if o.recovery.Wanted() {
		return env.OpenKitToRestore(ctx, o.kit, o.fingerprint, o.recovery)
	}
	return env.OpenKit(ctx, o.kit, o.fingerprint, kit.KindRelease)
}

func (s source) close() {
	if s.kit != nil {
		s.kit.Close()
	}
}

// remember keeps the kit's root as the one that decides here from now on.
func (s source) remember(ctx context.Context) error {
	if s.kit == nil {
		return nil
	}
	return s.kit.Remember(ctx)
}
