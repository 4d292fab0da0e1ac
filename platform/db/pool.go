// Package db is the platform's way to PostgreSQL: a pool whose every transaction carries the principal, so that
// row-level security knows who asks, and the runner of migrations.
package db

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

// Pool opens transactions for the application role.
type Pool struct{ pool *pgxpool.Pool }

// Open connects lazily; Ping tells whether the server answers.
func Open(ctx context.Context, dsn string, maxConns int32) (*Pool, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "db.dsn")
	}
	if maxConns > 0 {
		cfg.MaxConns = maxConns
	}
	cfg.ConnConfig.RuntimeParams["standard_conforming_strings"] = "on" // carry() relies on it, whatever the server's default
	p, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "db.unreachable")
	}
	return &Pool{pool: p}, nil
}

// Close ends every connection.
func (p *Pool) Close() { p.pool.Close() }

// Ping asks the server for a sign of life.
func (p *Pool) Ping(ctx context.Context) error {
	if err := p.pool.Ping(ctx); err != nil {
		return fault.Wrap(err, fault.Unavailable, "db.unreachable")
	}
	return nil
}

// Raw is the pool itself, for one statement outside a transaction: the look-up of a session, the state of a schema, COPY in
// tests. It carries no principal, so row-level security shows it only what everyone may read.
func (p *Pool) Raw() *pgxpool.Pool { return p.pool }

// Tx runs fn in a read-write transaction that carries who. It commits when fn returns nil. The principal travels
// in the same round trip as BEGIN.
func (p *Pool) Tx(ctx context.Context, by who.Principal, fn func(ctx context.Context, tx pgx.Tx) error) error {
	return p.run(ctx, "begin", by, fn)
}

// Read is Tx in a read-only transaction of repeatable read: everything fn sees is of one moment.
func (p *Pool) Read(ctx context.Context, by who.Principal, fn func(ctx context.Context, tx pgx.Tx) error) error {
	return p.run(ctx, "begin isolation level repeatable read read only", by, fn)
}

func (p *Pool) run(ctx context.Context, begin string, by who.Principal, fn func(context.Context, pgx.Tx) error) error {
	tx, err := p.pool.BeginTx(ctx, pgx.TxOptions{BeginQuery: begin + "; " + carry(by)})
	if err != nil {
		return Explain(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // a no-op after Commit
	if err := fn(ctx, tx); err != nil {
		return Explain(err)
	}
	return Explain(tx.Commit(ctx))
}

// carry makes the statement that tells the transaction who acts; platform.scope() and its sisters read it.
func carry(by who.Principal) string {
	scope := "{}"
	if by.All {
		scope = "all"
	} else if s := by.Scope(); len(s) > 0 {
		scope = "{" + strings.Trim(strings.Join(strings.Fields(fmt.Sprint(s)), ","), "[]") + "}"
	}
	return fmt.Sprintf("select set_config('egov.kind',%s,true), set_config('egov.account',%s,true), set_config('egov.scope',%s,true)",
		quote(string(by.Kind)), quote(by.Account), quote(scope))
}

func quote(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, "\x00", ""), "'", "''") + "'"
}

// Explain turns what PostgreSQL or pgx said into a fault: gone, conflicting, refused by row-level security, bad
// text. A fault stays as it is, nil stays nil.
func Explain(err error) error {
	var known *fault.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	var pg *pgconn.PgError
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return fault.Wrap(err, fault.NotFound, "not_found")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fault.Wrap(err, fault.Unavailable, "db.timeout")
	case !errors.As(err, &pg):
		return fault.Wrap(err, fault.Unavailable, "db.unreachable")
	}
	switch {
	case pg.Code == "23505", pg.Code == "40001", pg.Code == "40P01", pg.Code == "55P03":
		return fault.Wrap(err, fault.Conflict, "db.conflict")
	case pg.Code == "42501":
		return fault.Wrap(err, fault.Forbidden, "forbidden")
	case pg.Code == "22021", pg.Code == "22P05":
		return fault.Wrap(err, fault.Invalid, "text.invalid")
	case strings.HasPrefix(pg.Code, "57P"), strings.HasPrefix(pg.Code, "08"), strings.HasPrefix(pg.Code, "53"):
		return fault.Wrap(err, fault.Unavailable, "db.unreachable")
	}
	return fault.Wrap(err, fault.Internal, "internal")
}
