package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db/cluster"
)

const filings = 21

// filing counts what one filed dossier costs: statements, round trips, commits, log bytes. The limits are those
// of a dossier from HTTP to durable.
func filing(ctx context.Context, b *bench) (rows []Row, err error) {
	in := b.instance("bench")
	if _, err := in.install(ctx, 0); err != nil {
		return nil, err
	}
	defer removeAfter(ctx, in, &err)
	token, err := in.signInAs(ctx, "citizen")
	if err != nil {
		return nil, err
	}
	body, err := in.dossier(ctx)
	if err != nil {
		return nil, err
	}
	for range 5 { // statements are prepared, buffers are warm
		if err := in.file(ctx, token, body); err != nil {
			return nil, err
		}
	}
	wal, took, err := in.wal(ctx, func() error { return in.file(ctx, token, body) })
	if err != nil {
		return nil, err
	}
	rows = append(rows, counted("dossier filed: WAL without page images", "bytes", median(wal), &Limit{AtMost: 2200}).noted("median of %d, request of %d bytes", filings, len(body)),
		timed("dossier filed: HTTP to durable", "ms", took, nil))
	trips, err := in.trips(ctx, b, func() error { return in.file(ctx, token, body) })
	if err != nil {
		rows = append(rows, missing("dossier filed: round trips", err))
	} else {
		rows = append(rows, counted("dossier filed: round trips", "", median(trips), &Limit{AtMost: 2}))
	}
	log, err := in.logged(ctx, func() error {
		if _, err := in.command(ctx, "restart", "--root", in.root); err != nil { // connections that know the setting
			return err
		}
		for range filings {
			if err := in.file(ctx, token, body); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return rows, err
	}
	n, commits := log.ofFilings()
	return append(rows, counted("dossier filed: statements", "", n, nil).noted("with begin and commit"),
		counted("dossier filed: commits that wrote", "", commits, &Limit{AtMost: 1})), nil
}

// dossier is the body of a filing: the first procedure that citizens file online, at its first agency.
func (in *instance) dossier(ctx context.Context) ([]byte, error) {
	conn, err := in.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	var procedure, agency string
	err = conn.QueryRow(ctx, `select o.procedure, a.identifier from procedures.offering o join agencies.agency a on a.id = o.agency_id
		where o.online and o.procedure = '1.001193' order by a.id limit 1`).Scan(&procedure, &agency)
	if err != nil {
		return nil, fmt.Errorf("find an offering: %w", err)
	}
	return json.Marshal(map[string]any{"procedure": procedure, "agency": agency,
		"applicant": map[string]string{"name": "Nguyễn Văn Thử Nghiệm", "id_number": "098204001234", "phone": "0905000111", "address": "Số 12 đường Trần Phú, phường Hải Châu"},
		"components": []map[string]any{{"name": "Giấy chứng sinh", "originals": 1}, {"name": "Tờ khai đăng ký khai sinh theo mẫu", "originals": 1},
			{"name": "Văn bản ủy quyền (được chứng thực)", "copies": 1}}})
}

func (in *instance) file(ctx context.Context, token string, body []byte) error {
	_, err := in.ask(ctx, "POST", "/api/v1/dossiers", token, bytes.NewReader(body), map[string]string{"Idempotency-Key": strconv.FormatInt(time.Now().UnixNano(), 36)})
	return err
}

// recordSize is the line of pg_waldump that sums up: "Total  12  1234 [50%]  1111 [50%]  2345 [100%]".
var recordSize = regexp.MustCompile(`(?m)^Total\s+\d+\s+(\d+)`)

// wal runs do several times and tells the bytes of log records and the milliseconds of each.
func (in *instance) wal(ctx context.Context, do func() error) (bytes, took []float64, err error) {
	pg, err := cluster.Find("")
	if err != nil {
		return nil, nil, err
	}
	conn, err := in.connect(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	for range filings {
		from, err := position(ctx, conn)
		if err != nil {
			return nil, nil, err
		}
		began := time.Now()
		if err := do(); err != nil {
			return nil, nil, err
		}
		took = append(took, time.Since(began).Seconds()*1000)
		to, err := position(ctx, conn)
		if err != nil {
			return nil, nil, err
		}
		cmd := exec.CommandContext(ctx, pg.Path("pg_waldump"), "--stats", "-p", filepath.Join(in.root, "data", "postgres", "pg_wal"), "-s", from, "-e", to)
		cmd.Env = pg.Env()
		out, err := output(cmd)
		m := recordSize.FindSubmatch(out)
		if err != nil || m == nil {
			return nil, nil, fmt.Errorf("pg_waldump: %w: %s", err, last(string(out), 300))
		}
		n, err := strconv.ParseFloat(string(m[1]), 64)
		if err != nil {
			return nil, nil, err
		}
		bytes = append(bytes, n)
	}
	return bytes, took, nil
}

func position(ctx context.Context, conn *pgx.Conn) (lsn string, err error) {
	err = conn.QueryRow(ctx, `select pg_current_wal_flush_lsn()::text`).Scan(&lsn)
	return lsn, err
}

// trips counts the messages that the platform sends to PostgreSQL during each request.
func (in *instance) trips(ctx context.Context, b *bench, do func() error) ([]float64, error) {
	pid, err := in.platform()
	if err != nil {
		return nil, err
	}
	var spans [][2]float64
	got, err := attached(ctx, b, "write,writev,sendto,sendmsg", pid, func() error {
		for range filings {
			began := seconds(time.Now())
			if err := do(); err != nil {
				return err
			}
			spans = append(spans, [2]float64{began, seconds(time.Now())})
			time.Sleep(20 * time.Millisecond)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return pick(spans, func(s [2]float64) float64 {
		return float64(got.count(func(c call) bool {
			return strings.HasPrefix(c.path, "UNIX") && c.at >= s[0] && c.at <= s[1]
		}))
	}), nil
}

func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

// ofFilings tells statements and writing commits for each filing: those of a connection between a begin and its commit in
// which a dossier was inserted.
func (l serverLog) ofFilings() (statements, commits float64) {
	blocks := map[string][]string{} // open transactions, by connection
	for _, s := range l.said("egov_app") {
		word, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(s.sql)), " ")
		word = strings.TrimSuffix(word, ";")
		if word == "begin" {
			blocks[s.pid] = nil
		}
		blocks[s.pid] = append(blocks[s.pid], s.sql)
		if word != "commit" && word != "rollback" {
			continue
		}
		if strings.Contains(strings.ToLower(strings.Join(blocks[s.pid], "\n")), "insert into onestop.dossier ") {
			statements += float64(len(blocks[s.pid]))
			commits++
		}
		delete(blocks, s.pid)
	}
	return statements / filings, commits / filings
}
