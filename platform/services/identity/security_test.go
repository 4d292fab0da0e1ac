package identity

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

func TestTokensAndPasswordsAreNowhereInClear(t *testing.T) {
	h := build(t)
	ctx := context.Background()
	token, p, err := h.SignIn(ctx, "quantri", h.demo["quantri"].Password, desk)
	if err != nil {
		t.Fatal(err)
	}
	c, err := h.ResetLink(ctx, p, "kiemsoat")
	if err != nil {
		t.Fatal(err)
	}
	_ = h.try("quantri", "my secret guess", address(7))
	for _, schema := range []string{"identity", "platform"} {
		dump := h.d.Text(`select string_agg(x::text, '') from (select query_to_xml(format('select * from %I.%I', schemaname, tablename), true, false, '') x
			from pg_tables where schemaname = $1) y`, schema)
		link := strings.TrimPrefix(c.Link.Reveal(), SetupPath)
		for _, s := range []string{token, link, h.demo["quantri"].Password.Reveal(), "my secret guess"} {
			if s == "" || strings.Contains(dump, s) {
				t.Errorf("schema %s holds a secret in clear", schema)
			}
		}
	}
	if s := fmt.Sprintf("%v %+v", c, h.demo["quantri"]); strings.Contains(s, c.Link.Reveal()) {
		t.Error("printing shows the link")
	}
}

func TestRowLevelSecurityWithoutTheApplicationsRules(t *testing.T) {
	h := build(t)
	ctx := context.Background()
	count := func(by who.Principal, sql string, args ...any) (n int64) {
		err := h.d.App().Tx(ctx, by, func(ctx context.Context, tx pgx.Tx) error { return tx.QueryRow(ctx, sql, args...).Scan(&n) })
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		return n
	}
	change := func(by who.Principal, sql string, args ...any) (n int64) {
		err := h.d.App().Tx(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
			tag, err := tx.Exec(ctx, sql, args...)
			n = tag.RowsAffected()
			return err
		})
		if err != nil && !fault.Is(err, fault.Forbidden) { // a typing error of the test must not pass for a wall
			t.Errorf("%s: %v", sql, err)
		}
		return n
	}
	ward, officer, citizen := h.as("quantri.phuong-mot"), h.as("chuyenvien.phuong-mot"), h.as("congdan1")
	for _, table := range []string{"account", "account_person", "position", "session", "password", "attempt", "familiar", "setup_token"} {
		if n := count(who.Nobody(), `select count(*) from identity.`+table); n != 0 {
			t.Errorf("nobody sees %d rows of %s", n, table)
		}
	}
	if n := count(ward, `select count(*) from identity.account where login not like '%.phuong-mot'`); n != 0 {
		t.Errorf("the ward's administrator sees %d foreign accounts", n)
	}
	if n := count(ward, `select count(*) from identity.account_person p where id_number <> ''`); n != 0 {
		t.Errorf("the ward's administrator sees %d citizens", n)
	}
	if n := count(citizen, `select count(*) from identity.account`) + 10*count(citizen, `select count(*) from identity.account_person`); n != 11 {
		t.Errorf("a citizen sees %d", n)
	}
	if n := count(h.as("quantri"), `select count(*) from identity.password`); n != 0 {
		t.Errorf("even the administrator sees %d hashes", n)
	}
	mine := `(select id from identity.account where login = 'motcua.phuong-mot')`
	if n := change(ward, `update identity.account set status = 'locked' where id = `+mine); n != 1 {
		t.Errorf("the ward's administrator changed %d rows of his own", n)
	}
	foreign := h.d.Text(`select id::text from identity.account where login = 'motcua.so-xay-dung'`)
	for name, c := range map[string]struct {
		by   who.Principal
		sql  string
		args []any
	}{
		"lock a foreign account":                {ward, `update identity.account set status = 'locked' where id = $1`, []any{foreign}},
		"lock as an officer":                    {officer, `update identity.account set status = 'locked' where id = ` + mine, nil},
		"draw a foreign account in":             {ward, `insert into identity.position (account_id, role, agency_id, valid_from) values ($1, 'clerk', 4, '2026-01-01')`, []any{foreign}},
		"make himself provincial administrator": {ward, `insert into identity.position (account_id, role, agency_id, valid_from) values ($1, 'admin', 4, '2026-01-01')`, []any{ward.Account}},
		"give himself a place above":            {ward, `insert into identity.position (account_id, role, agency_id, valid_from) values ($1, 'leader', 1, '2026-01-01')`, []any{ward.Account}},
		"make an account as an officer":         {officer, `insert into identity.account (id, login, kind, status, created_at) values (gen_random_uuid(), 'zz', 'official', 'active', now())`, nil},
		"set a password":                        {ward, `update identity.password set hash = 'x'`, nil},
		"issue a link for a foreign account":    {ward, `insert into identity.setup_token values ('x', $1, 'reset', now(), '', now())`, []any{foreign}},
		"open a session":                        {ward, `insert into identity.session values (gen_random_uuid(), 'x', $1, 'program', '', now(), now(), '1h', now())`, []any{foreign}},
		"end a stranger's session":              {citizen, `update identity.session set revoked_at = now() where account_id <> $1`, []any{citizen.Account}},
	} {
		if n := change(c.by, c.sql, c.args...); n != 0 {
			t.Errorf("%s: %d rows", name, n)
		}
	}
	if n := h.d.Text(`select count(*) from pg_class where relnamespace = 'identity'::regnamespace and relkind = 'r' and not relrowsecurity and relname not like '%migration%'`); n != "0" {
		t.Errorf("%s tables without row-level security", n)
	}
}
