package outside

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// pooled finds out what stands between us and the server. PostgreSQL tells each connection its process number at the
// start, and again when asked: where the two differ, somebody else answered first. That alone does no harm; a pooler
// that gives a session's server to another session between two transactions does: a lock that is held by the session, as
// migrations and jobs hold them, would belong to whoever comes next. So sessions that stay open are asked in turns
// which process serves them: one that is seen by two sessions, or a session that sees two, is the proof.
func pooled(ctx context.Context, a Address, first *pgx.Conn) (pooler, shares bool, err error) {
	pid, err := served(ctx, first, false)
	if strict(err) {
		return true, true, nil
	}
	if err != nil || pid == first.PgConn().PID() {
		return false, false, err
	}
	second, err := Connect(ctx, a.DSN().Reveal())
	if err != nil {
		return true, false, err
	}
	defer func() { _ = second.Close(context.WithoutCancel(ctx)) }()
	for range rounds {
		one, err1 := served(ctx, first, false)
		two, err2 := served(ctx, second, true) // stays in its transaction while the first is asked again
		again, err3 := served(ctx, first, false)
		_, err4 := second.PgConn().Exec(ctx, "rollback").ReadAll()
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			return true, strict(err), ignoring(err)
		}
		if one == two || again == two || one != again || one != pid {
			return true, true, nil
		}
	}
	return true, false, nil
}

// rounds of asking: a busy pooler may happen to give a session the same server more than once.
const rounds = 20

// served is the number of the process that serves a connection now; within leaves a transaction open behind.
func served(ctx context.Context, c *pgx.Conn, within bool) (uint32, error) {
	sql := "begin; select pg_backend_pid()"
	if !within {
		sql += "; commit"
	}
	results, err := c.PgConn().Exec(ctx, sql).ReadAll() // nothing is prepared: that would itself fail behind such a pooler
	if err != nil {
		return 0, err
	}
	var pid uint32
	for _, digit := range string(results[1].Rows[0][0]) {
		pid = pid*10 + uint32(digit-'0')
	}
	return pid, nil
}

// strict reports the error of a pooler that does not even let a transaction have several statements.
func strict(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && strings.Contains(pg.Message, "statement pooling")
}

func ignoring(err error) error {
	if strict(err) {
		return nil
	}
	return err
}
