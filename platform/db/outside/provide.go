package outside

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
)

// Provide makes the three roles and gives them their rights on the database. What the database's administrator has given
// to others stays as it is. Faults: those of Connect and db.EnsureRoles; those of Connect again when the server does not
// let a new role in.
func Provide(ctx context.Context, a Address, p db.Passwords) error {
	if _, err := db.EnsureRoles(ctx, a.DSN().Reveal(), p); err != nil {
		return err
	}
	conn, err := Connect(ctx, a.DSN().Reveal())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	id := quoted(a.Database())
	_, err = conn.Exec(ctx, "begin; grant connect, temporary, create on database "+id+" to "+db.OwnerRole+
		"; grant connect on database "+id+" to "+db.AppRole+", "+db.ReadOnlyRole+"; commit")
	if err != nil {
		return db.Explain(err)
	}
	for role, password := range map[string]secret.String{db.OwnerRole: p.Owner, db.AppRole: p.App, db.ReadOnlyRole: p.ReadOnly} {
		mine, err := Connect(ctx, a.For(role, password).Reveal())
		if err != nil {
			return err
		}
		_ = mine.Close(ctx)
	}
	return nil
}

// Taken reports whether a role takes a password at the address. That it may not use the database yet is no refusal of the
// password. Faults as Connect's, but for "external.password".
func Taken(ctx context.Context, a Address, role string, password secret.String) (bool, error) {
	conn, err := pgx.Connect(ctx, a.For(role, password).Reveal())
	if err == nil {
		return true, conn.Close(ctx)
	}
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &pg) && pg.Code == "28P01":
		return false, nil
	case errors.As(err, &pg) && pg.Code == "42501":
		return true, nil
	}
	return false, explain(err)
}

// Withdraw removes what an instance has in the database and the three roles, all or nothing, and leaves the database as it
// was given. Sessions of the three are ended. Called again it finds nothing to do. Faults: those of Connect; Conflict
// "external.kept" when something outside this database still depends on a role.
func Withdraw(ctx context.Context, a Address) error {
	conn, err := Connect(ctx, a.DSN().Reveal())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return withdraw(ctx, tx, a.Database()) })
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.Code == "2BP01" || pg.Code == "55006") {
		return fault.Wrap(err, fault.Conflict, "external.kept", "why", clean(pg.Message+" "+pg.Detail))
	}
	return db.Explain(err)
}

func withdraw(ctx context.Context, tx pgx.Tx, database string) error {
	for _, role := range []string{db.OwnerRole, db.AppRole, db.ReadOnlyRole} { // what the owner gave to the others goes with what it owns
		var there bool
		if err := tx.QueryRow(ctx, `select exists (select from pg_roles where rolname = $1)`, role).Scan(&there); err != nil {
			return err
		}
		if !there {
			continue
		}
		// Whoever made a role may enter it, and what it owns is its own to drop.
		if _, err := tx.Exec(ctx, "grant "+role+" to current_user; select pg_terminate_backend(pid) from pg_stat_activity where usename = '"+role+
			"'; set local role "+role+"; set local client_min_messages = error; drop owned by "+role+" cascade; reset role; revoke all on database "+
			quoted(database)+" from "+role+"; drop role "+role); err != nil {
			return err
		}
	}
	return nil
}
