package keeper

import (
	"context"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// outside keeps the platform as another keeper does, and leaves PostgreSQL to whoever keeps that.
type outside struct {
	Keeper

	site instance.Site
}

// StartServer cannot start it. Fault Unavailable "external.away" when it does not answer.
func (k outside) StartServer(_ context.Context, on engine.Host) error {
	up, err := k.site.Running(on)
	if err == nil && !up {
		a, _ := k.site.Elsewhere() // it was just read
		err = fault.New(fault.Unavailable, "external.away", "host", a.Host(), "port", a.Port())
	}
	return err
}

// StopServer leaves it alone.
func (k outside) StopServer(context.Context, engine.Host) error { return nil }

// Server reports whether it answers.
func (k outside) Server(_ context.Context, look engine.Reader) (bool, error) {
	return k.site.Running(look)
}
