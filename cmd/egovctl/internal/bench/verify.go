package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strconv"
	"time"

	"egovctl/platform/db/cluster"
)

// auditRows is how many acts are verified: enough that the start of the two processes does not count.
const auditRows = 100_000

const actsSQL = `insert into platform.audit (kind, account, login, service, action, object, agency_id, detail)
	select 'official', gen_random_uuid()::text, 'motcua.phuong-thanh-binh', 'onestop', 'receive', 'H17.47-261122-' || n, 1 + n % 90,
		jsonb_build_object('to', 'received', 'due', '2026-11-30T17:00:00+07:00', 'reason', 'hồ sơ đầy đủ, hợp lệ', 'step', n)
	from generate_series(1, $1::int) n`

// verifying compares `audit verify` with COPY of the same rows to nowhere, each a process of its own.
func verifying(ctx context.Context, b *bench) (rows []Row, err error) {
	in := b.instance("bench")
	if _, err := in.install(ctx, 0); err != nil {
		return nil, err
	}
	defer removeAfter(ctx, in, &err)
	if err := in.acts(ctx, auditRows); err != nil {
		return nil, err
	}
	sealed, err := in.sealed(ctx)
	if err != nil {
		return nil, err
	}
	pg, err := cluster.Find("")
	if err != nil {
		return nil, err
	}
	dsn, err := in.super()
	if err != nil {
		return nil, err
	}
	took, err := turns(b.pairs, func() (float64, error) {
		cmd := exec.CommandContext(ctx, pg.Path("psql"), "-X", "-q", "-d", dsn, "-c",
			"copy (select * from platform.audit a join platform.audit_link l on l.entry = a.id order by l.seq) to stdout")
		cmd.Env = pg.Env()
		began := time.Now()
		err := cmd.Run() // stdout goes nowhere
		return time.Since(began).Seconds() * 1000, err
	}, func() (float64, error) {
		began := time.Now()
		_, err := in.command(ctx, "audit", "verify", "--root", in.root)
		return time.Since(began).Seconds() * 1000, err
	})
	if err != nil {
		return nil, err
	}
	return []Row{compared("audit verify against COPY of the chained rows", "ms", took, &Limit{AtMost: 3}).noted("%s rows", strconv.Itoa(sealed))}, nil
}

// acts invents n acts of the one-stop office.
func (in *instance) acts(ctx context.Context, n int) error {
	conn, err := in.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err = conn.Exec(ctx, actsSQL, n); err == nil {
		_, err = conn.Exec(ctx, "analyze")
	}
	return err
}

// sealed waits until the platform has sealed every act, which it does once a minute.
func (in *instance) sealed(ctx context.Context) (int, error) {
	var r struct{ Rows, Unsealed int }
	for began := time.Now(); time.Since(began) < 5*time.Minute; time.Sleep(2 * time.Second) {
		raw, err := in.command(ctx, "audit", "verify", "--root", in.root, "-o", "json")
		if err != nil {
			return 0, err
		}
		if err := json.Unmarshal(raw, &r); err != nil {
			return 0, err
		}
		if r.Unsealed == 0 && r.Rows >= auditRows {
			return r.Rows, nil
		}
	}
	return r.Rows, fmt.Errorf("%d acts are not sealed after 5 minutes", r.Unsealed)
}
