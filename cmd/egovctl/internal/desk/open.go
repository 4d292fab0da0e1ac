// Package desk is what the commands about the platform's data share: the way to the offices, and how a list, the facts
// of one thing and a note are shown. Lists are {"items":[...]} for programs and tables for people.
package desk

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
)

// Read runs fn in a read-only transaction of the operator. Faults: NotInstalled without an instance, Unavailable
// "db.unreachable" while PostgreSQL is away.
func Read(ctx context.Context, env *wire.Env, fn func(context.Context, pgx.Tx, *platform.Offices) error) error {
	return open(env, func(d *wire.Data) error { return d.Read(ctx, fn) })
}

// Tx runs fn in a transaction of the operator. Faults as Read.
func Tx(ctx context.Context, env *wire.Env, fn func(context.Context, pgx.Tx, *platform.Offices) error) error {
	return open(env, func(d *wire.Data) error { return d.Tx(ctx, fn) })
}

// Offices gives fn the offices, whose methods open transactions of their own. Faults as Read.
func Offices(env *wire.Env, fn func(*platform.Offices) error) error {
	return open(env, func(d *wire.Data) error {
		o, err := d.Offices()
		if err != nil {
			return err
		}
		return fn(o)
	})
}

func open(env *wire.Env, fn func(*wire.Data) error) error {
	d, err := env.Data()
	if err != nil {
		return err
	}
	defer d.Close()
	return fn(d)
}
