package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/kernel/who"
	"egovctl/platform/module"
	"egovctl/platform/packaged"
	"egovctl/platform/services/agencies"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/services/identity/internal/argon"
	"egovctl/platform/services/identity/internal/guard"
	"egovctl/platform/web"
	"egovctl/templates"
)

// watch is a clock that tests move.
type watch struct {
	mu sync.Mutex
	at time.Time
}

func (w *watch) Now() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.at }

func (w *watch) pass(d time.Duration) { w.mu.Lock(); defer w.mu.Unlock(); w.at = w.at.Add(d) }

// house is the office over a database with four agencies: H17 above H17.1 and H17.2, H17.1.1 under H17.1.
type house struct {
	*Service
	t     *testing.T
	d     *dbtest.DB
	clock *watch
	demo  map[string]Credential
	set   *packaged.Set
}

func build(t *testing.T) *house {
	t.Helper()
	ctx := context.Background()
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	c := &watch{at: clock.Date(2026, time.November, 22).Add(9 * time.Hour)}
	pages, err := web.NewPages(web.PagesConfig{Shipped: templates.FS, Texts: texts, Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	deps := module.Deps{Log: slog.New(slog.DiscardHandler), Clock: c, Texts: texts, Pages: pages,
		Settings: module.Settings{PublicURL: "http://portal.test", LocalSignIn: true, Demo: true}}
	territory, err := agencies.New(deps)
	if err != nil {
		t.Fatal(err)
	}
	people, err := New(Deps{Deps: deps, Agencies: territory})
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.New(t, db.Stream{Schema: "agencies", FS: territory.Module().Migrations}, db.Stream{Schema: "identity", FS: people.Module().Migrations})
	deps.DB = d.App()
	if territory, err = agencies.New(deps); err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, d: d, clock: c, demo: map[string]Credential{}, set: sampleSet()}
	if h.Service, err = New(Deps{Deps: deps, Agencies: territory}); err != nil {
		t.Fatal(err)
	}
	h.keeper = argon.New(argon.Cost{MemoryKiB: 128, Passes: 1}) // the rules do not depend on the price
	err = d.Owner().Tx(ctx, who.Program("seed"), func(ctx context.Context, tx pgx.Tx) error {
		if err := territory.Seed(ctx, tx, h.set); err != nil {
			return err
		}
		list, err := h.SeedDemo(ctx, tx, h.set)
		for _, x := range list {
			h.demo[x.Login] = x
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func sampleSet() *packaged.Set {
	s := &packaged.Set{Profile: packaged.Profile{ID: "test", AsOf: clock.Date(2026, 1, 1)}}
	for _, u := range [][3]string{{"p", "province", ""}, {"d", "district", "p"}, {"c", "commune", "d"}, {"e", "commune", "p"}} {
		s.Units = append(s.Units, packaged.Unit{Key: u[0], Level: unit.Level(u[1]), Code: u[0], ParentKey: u[2],
			Names: []packaged.UnitName{{Type: "Xã", Name: u[0], FullName: "Xã " + u[0]}}})
	}
	for i, a := range [][5]string{{"H17", "uy-ban", "province", "p", ""}, {"H17.1", "so-xay-dung", "province", "p", "H17"},
		{"H17.2", "quan-hai-chau", "district", "d", "H17"}, {"H17.2.1", "phuong-mot", "commune", "c", "H17.2"}, {"H17.3", "xa-hai", "commune", "e", "H17"}} {
		s.Agencies = append(s.Agencies, packaged.Agency{Identifier: a[0], Slug: a[1], NameVI: "Cơ quan " + a[0], NameEN: "Agency " + a[0],
			Short: "A", Kind: "department", Level: unit.Level(a[2]), UnitKey: a[3], Parent: a[4], Order: i})
	}
	return s
}

var desk = netip.MustParseAddr("10.0.0.1")

func address(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{127, byte(i >> 16), byte(i >> 8), byte(i)})
}

// as is the principal of a demonstration account.
func (h *house) as(login string) who.Principal {
	h.t.Helper()
	_, p, err := h.SignIn(context.Background(), login, h.demo[login].Password, desk)
	if err != nil {
		h.t.Fatalf("%s: %v", login, err)
	}
	return p
}

func (h *house) try(login, password string, from netip.Addr) error {
	_, _, err := h.SignIn(context.Background(), login, secret.New(password), from)
	return err
}

func TestDemoAccountsSignInAndReachAsFarAsTheirRole(t *testing.T) {
	h := build(t)
	for _, c := range []struct {
		login string
		all   bool
		scope []int32
	}{
		{"quantri", true, []int32{1, 2, 3, 4, 5}},
		{"kiemsoat", true, []int32{1, 2, 3, 4, 5}},
		{"motcua.so-xay-dung", false, []int32{2}},
		{"lanhdao.quan-hai-chau", false, []int32{3, 4}},
		{"truongphong.quan-hai-chau", false, []int32{3}},
		{"quantri.phuong-mot", false, []int32{4}},
		{"congdan1", false, nil},
	} {
		p := h.as(c.login)
		if p.All != c.all || fmt.Sprint(p.Scope()) != fmt.Sprint(c.scope) {
			t.Errorf("%s reaches %v (all %v), want %v", c.login, p.Scope(), p.All, c.scope)
		}
	}
	if len(h.demo) != 2+3*8+2 {
		t.Errorf("%d demonstration accounts", len(h.demo))
	}
	if n := h.d.Text(`select count(distinct hash) from identity.password`); n != fmt.Sprint(len(h.demo)) {
		t.Errorf("%s different hashes", n)
	}
}

func TestADrawnPasswordIsHashedAnewOnFirstUse(t *testing.T) {
	h := build(t)
	const q = `select hash from identity.password w join identity.account a on a.id = w.account_id where a.login = 'congdan1'`
	before := h.d.Text(q)
	h.as("congdan1")
	after := h.d.Text(q)
	if before == after || h.keeper.Stale(after) || !strings.HasPrefix(after, "$argon2id$") {
		t.Errorf("%s became %s", before, after)
	}
	h.as("congdan1")
}

func TestKnownAndUnknownCannotBeToldApart(t *testing.T) {
	h := build(t)
	h.d.Exec(`update identity.account set status = 'locked' where login = 'congdan2'`)
	h.d.Exec(`delete from identity.password where account_id = (select id from identity.account where login = 'kiemsoat')`)
	right := h.demo["congdan2"].Password.Reveal()
	for i, c := range []struct{ name, login, password string }{
		{"known, wrong password", "quantri", "wrong password"},
		{"unknown", "nobody.here", "wrong password"},
		{"locked, right password", "congdan2", right},
		{"without a password", "kiemsoat", "wrong password"},
		{"login that cannot be one", "' or 1=1 --", "x"},
		{"empty", "", ""},
		{"endless password", "quantri", strings.Repeat("x", 5000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			checks, rows := h.keeper.Checks(), h.d.Text(`select count(*) from platform.audit`)
			err := h.try(c.login, c.password, address(i+1))
			f := fault.From(err)
			if f.Code != fault.Unauthenticated || f.Key != "identity.signin.wrong" || len(f.Args) != 0 || f.Field != "" {
				t.Errorf("%v", err)
			}
			if n := h.keeper.Checks() - checks; n != 1 {
				t.Errorf("%d computations, want exactly 1", n)
			}
			if now := h.d.Text(`select count(*) from platform.audit`); now == rows {
				t.Error("nothing was noted")
			}
		})
	}
}

func TestGuessingIsBoundedPerAccountAndHour(t *testing.T) {
	for _, addresses := range []int{1, 50, 5000} {
		t.Run(fmt.Sprintf("from %d addresses", addresses), func(t *testing.T) {
			h := build(t)
			h.as("congdan1") // familiar at the desk
			checks := h.keeper.Checks()
			for i := range 250 {
				h.clock.pass(time.Second)
				if err := h.try("congdan1", "guess", address(i%addresses+1)); !fault.Is(err, fault.Unauthenticated) && !fault.Is(err, fault.TooMany) {
					t.Fatal(err)
				}
			}
			if n := h.keeper.Checks() - checks; n > 100 || n < 5 {
				t.Errorf("%d guesses were tried within the hour, want at most 100", n)
			}
			h.as("congdan1") // the honest holder at his desk, whatever happened
			if err := h.try("congdan1", h.demo["congdan1"].Password.Reveal(), netip.MustParseAddr("10.9.9.9")); addresses < 70 && err != nil {
				t.Errorf("the honest holder at a new place: %v", err)
			}
			h.clock.pass(time.Hour)
			if err := h.try("congdan1", h.demo["congdan1"].Password.Reveal(), address(1)); err != nil {
				t.Errorf("an hour later: %v", err)
			}
		})
	}
}

func TestManyAtOnceDoNotPassTheBoundTogether(t *testing.T) {
	h := build(t)
	checks := h.keeper.Checks()
	var wg sync.WaitGroup
	for i := range 160 {
		wg.Go(func() { _ = h.try("quantri", "guess", address(i+1)) })
	}
	wg.Wait()
	if n := h.keeper.Checks() - checks; n > 100 {
		t.Errorf("%d tries at once", n)
	}
}

func TestUnknownLoginsAreBoundedAlike(t *testing.T) {
	h := build(t)
	for i := range 120 {
		known := fault.From(h.try("kiemsoat", "guess", address(i+1)))
		unknown := fault.From(h.try("khong.co", "guess", address(i+1+1000)))
		if known.Key != unknown.Key || known.Args["seconds"] != unknown.Args["seconds"] {
			t.Fatalf("try %d: %v, %v", i, known, unknown)
		}
	}
}

func TestOneAddressIsStoppedButNotWhereItIsFamiliar(t *testing.T) {
	h := build(t)
	h.as("congdan1")
	for i := range guard.MaxAddress {
		h.clock.pass(time.Second)
		_ = h.try(fmt.Sprintf("user%d", i), "guess", desk)
	}
	if err := h.try("congdan2", h.demo["congdan2"].Password.Reveal(), desk); !fault.Is(err, fault.TooMany) {
		t.Errorf("a stranger there: %v", err)
	}
	h.as("congdan1")
}

func TestSessions(t *testing.T) {
	h := build(t)
	ctx := context.Background()
	signIn := func(login string) string {
		token, _, err := h.SignIn(ctx, login, h.demo[login].Password, desk)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	alive := func(token string) bool {
		p, err := h.BySession(ctx, token)
		if err != nil && !fault.Is(err, fault.Unauthenticated) {
			t.Fatal(err)
		}
		return err == nil && p.SignedIn()
	}
	t.Run("signing out ends it at once, twice is no fault", func(t *testing.T) {
		token := signIn("quantri")
		if !alive(token) || h.SignOut(ctx, token) != nil || alive(token) || h.SignOut(ctx, token) != nil {
			t.Error("the session did not live and end as it should")
		}
	})
	t.Run("an official's idle session ends after half an hour, one in use goes on", func(t *testing.T) {
		token := signIn("quantri")
		for range 4 {
			h.clock.pass(29 * time.Minute)
			if !alive(token) {
				t.Fatal("ended while in use")
			}
		}
		h.clock.pass(31 * time.Minute)
		if alive(token) {
			t.Error("still alive after 31 idle minutes")
		}
	})
	t.Run("it ends after twelve hours in any case", func(t *testing.T) {
		token := signIn("quantri")
		for range 24 {
			h.clock.pass(29 * time.Minute)
			alive(token)
		}
		h.clock.pass(25 * time.Minute)
		if alive(token) {
			t.Error("alive after 12 hours")
		}
	})
	t.Run("what is not a token is nobody's", func(t *testing.T) {
		for _, x := range []string{"", "x", strings.Repeat("a", 500)} {
			if alive(x) {
				t.Error(x)
			}
		}
	})
	t.Run("locking ends every session", func(t *testing.T) {
		token := signIn("motcua.phuong-mot")
		if _, err := h.Lock(ctx, h.as("quantri.phuong-mot"), "motcua.phuong-mot"); err != nil {
			t.Fatal(err)
		}
		if alive(token) {
			t.Error("a locked account's session is alive")
		}
		if _, err := h.Unlock(ctx, h.as("quantri"), "motcua.phuong-mot"); err != nil {
			t.Fatal(err)
		}
		if alive(token) {
			t.Error("unlocking brought an ended session back")
		}
		signIn("motcua.phuong-mot")
	})
	t.Run("changing the password ends the others and keeps this one", func(t *testing.T) {
		here, there := signIn("congdan2"), signIn("congdan2")
		p, _ := h.BySession(ctx, here)
		if err := h.ChangePassword(ctx, p, secret.New("wrong"), secret.New("con mèo uống trà sen"), here); !fault.Is(err, fault.Invalid) {
			t.Errorf("with a wrong present password: %v", err)
		}
		if err := h.ChangePassword(ctx, p, h.demo["congdan2"].Password, secret.New("con mèo uống trà sen"), here); err != nil {
			t.Fatal(err)
		}
		if !alive(here) || alive(there) {
			t.Error("the wrong session ended")
		}
		if err := h.try("congdan2", norm.NFD.String("con mèo uống trà sen"), desk); err != nil {
			t.Errorf("the new password, typed in NFD: %v", err)
		}
	})
}

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

func TestFirstAdministratorComesByALinkThatWorksOnce(t *testing.T) {
	h := build(t)
	ctx := context.Background()
	h.d.Exec(`delete from identity.setup_token; delete from identity.attempt; delete from identity.familiar; delete from identity.session;
		delete from identity.password; delete from identity.position; delete from identity.account_person; delete from identity.account`)
	first := func() (c Created, err error) {
		err = h.d.Owner().Tx(ctx, who.Program("install"), func(ctx context.Context, tx pgx.Tx) error {
			c, err = h.FirstAdministrator(ctx, tx, "quantri", "Nguyễn Văn An")
			return err
		})
		return c, err
	}
	old, err := first()
	if err != nil {
		t.Fatal(err)
	}
	c, err := first()
	if err != nil {
		t.Fatal(err)
	}
	choose := func(c Created, password string) error {
		return h.ChoosePassword(ctx, strings.TrimPrefix(c.Link.Reveal(), SetupPath), secret.New(password))
	}
	const good = "bảy con voi đi chợ Hàn"
	for _, x := range []struct {
		name, password string
		link           Created
		key            string
	}{
		{"a replaced link", good, old, "identity.link.ended"},
		{"too short", "ngắn quá", c, "identity.password.short"},
		{"too common", "matkhau123456", c, "identity.password.common"},
		{"holds the login", "toi la quantri day", c, "identity.password.login"},
		{"good", good, c, ""},
		{"a second time", good, c, "identity.link.ended"},
	} {
		err := choose(x.link, x.password)
		if (x.key == "") != (err == nil) || (err != nil && fault.From(err).Key != x.key) {
			t.Errorf("%s: %v", x.name, err)
		}
	}
	_, p, err := h.SignIn(ctx, "QuanTri ", secret.New(good), desk)
	if err != nil || !p.Holds(who.Admin) || !p.All || p.Name != "Nguyễn Văn An" {
		t.Errorf("%+v %v", p, err)
	}
	if _, err := first(); fault.From(err).Key != "identity.first.done" {
		t.Errorf("a second first administrator: %v", err)
	}
	late, err := h.ResetLink(ctx, p, "quantri")
	if err != nil {
		t.Fatal(err)
	}
	h.clock.pass(25 * time.Hour)
	if err := choose(late, good); !fault.Is(err, fault.NotFound) {
		t.Errorf("a link of yesterday: %v", err)
	}
}

func TestAnAgencyAdministratorStaysWithinHisAgencies(t *testing.T) {
	h := build(t)
	ctx := context.Background()
	district, ward, department := h.as("quantri.quan-hai-chau"), h.as("quantri.phuong-mot"), h.as("quantri.so-xay-dung")
	logins := func(by who.Principal) (all []string) {
		after := ""
		for {
			list, next, err := h.List(ctx, by, Query{After: after, Limit: 5})
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range list {
				all = append(all, a.Login)
			}
			if next == "" {
				return all
			}
			after = next
		}
	}
	if got := logins(district); len(got) != 16 {
		t.Errorf("the district sees %d accounts: %v", len(got), got)
	}
	for _, l := range logins(ward) {
		if !strings.HasSuffix(l, ".phuong-mot") {
			t.Errorf("the ward sees %s", l)
		}
	}
	if got := logins(h.as("quantri")); len(got) != len(h.demo) {
		t.Errorf("the province sees %d of %d", len(got), len(h.demo))
	}
	at := func(role who.Role, agency string) []Position { return []Position{{Role: role, Agency: agency}} }
	for _, c := range []struct {
		name string
		do   func() error
		want fault.Code
	}{
		{"makes an account of his own", func() error {
			_, err := h.CreateAccount(ctx, ward, NewAccount{Login: "moi.phuong", Name: "Lê Mới", Positions: at(who.Clerk, "H17.2.1")})
			return err
		}, ""},
		{"makes one below", func() error {
			_, err := h.CreateAccount(ctx, district, NewAccount{Login: "moi.duoi", Name: "Lê Mới", Positions: at(who.Officer, "H17.2.1")})
			return err
		}, ""},
		{"makes one above", func() error {
			_, err := h.CreateAccount(ctx, ward, NewAccount{Login: "x1", Name: "Lê", Positions: at(who.Clerk, "H17.2")})
			return err
		}, fault.Forbidden},
		{"makes a provincial administrator", func() error {
			_, err := h.CreateAccount(ctx, ward, NewAccount{Login: "x2", Name: "Lê", Positions: at(who.Admin, "H17.2.1")})
			return err
		}, fault.Forbidden},
		{"locks another's", func() error { _, err := h.Lock(ctx, department, "motcua.phuong-mot"); return err }, fault.NotFound},
		{"resets the provincial administrator", func() error { _, err := h.ResetLink(ctx, district, "quantri"); return err }, fault.NotFound},
		{"moves one of his own up", func() error {
			_, err := h.SetPositions(ctx, ward, "motcua.phuong-mot", at(who.Leader, "H17"))
			return err
		}, fault.Forbidden},
		{"gives one of his own another role", func() error {
			a, err := h.SetPositions(ctx, ward, "vanthu.phuong-mot", []Position{{Role: who.Registrar, Agency: "H17.2.1"}, {Role: who.Editor, Agency: "H17.2.1"}})
			if err == nil && len(a.Positions) != 2 {
				t.Errorf("%+v", a.Positions)
			}
			return err
		}, ""},
		{"locks himself", func() error { _, err := h.Lock(ctx, ward, "quantri.phuong-mot"); return err }, fault.Conflict},
		{"an officer tries to list", func() error { _, _, err := h.List(ctx, h.as("chuyenvien.phuong-mot"), Query{}); return err }, fault.Forbidden},
		{"a controller sees all but administers none", func() error { _, err := h.Lock(ctx, h.as("kiemsoat"), "motcua.phuong-mot"); return err }, fault.Forbidden},
		{"the last administrator is kept", func() error {
			_, err := h.SetPositions(ctx, h.as("quantri"), "quantri", at(who.Clerk, "H17"))
			return err
		}, fault.Conflict},
		{"the same login again", func() error {
			_, err := h.CreateAccount(ctx, ward, NewAccount{Login: "QUANTRI", Name: "Lê", Positions: at(who.Clerk, "H17.2.1")})
			return err
		}, fault.Conflict},
	} {
		if err := c.do(); fault.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	t.Run("an account with a foot in another agency is not his to lock", func(t *testing.T) {
		if _, err := h.SetPositions(ctx, h.as("quantri"), "thuphi.phuong-mot", append(at(who.Cashier, "H17.2.1"), at(who.Cashier, "H17.1")...)); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Lock(ctx, ward, "thuphi.phuong-mot"); fault.From(err).Key != "identity.account.elsewhere" {
			t.Errorf("%v", err)
		}
	})
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

func TestPositionsCountOnlyInTheirTime(t *testing.T) {
	h := build(t)
	ctx := context.Background()
	admin := h.as("quantri")
	set := func(from, to string) {
		t.Helper()
		if _, err := h.SetPositions(ctx, admin, "motcua.xa", []Position{{Role: who.Clerk, Agency: "H17.3", From: from, To: to}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.CreateAccount(ctx, admin, NewAccount{Login: "motcua.xa", Name: "Lê Xã", Positions: []Position{{Role: who.Clerk, Agency: "H17.3"}}}); err != nil {
		t.Fatal(err)
	}
	h.d.Exec(`update identity.account set status = 'active' where login = 'motcua.xa'`)
	o, err := h.Token(ctx, who.Program("cli"), "motcua.xa")
	if err != nil {
		t.Fatal(err)
	}
	held := func() bool {
		p, err := h.BySession(ctx, o.Token.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		return p.Holds(who.Clerk) && len(p.Scope()) == 1
	}
	if !held() {
		t.Error("today's position is not held")
	}
	set("2026-11-23", "")
	if held() {
		t.Error("tomorrow's position is held today")
	}
	set("2026-01-01", "2026-11-23")
	if !held() {
		t.Error("a position until tomorrow is not held today")
	}
	h.d.Exec(`update identity.position set valid_from = '2026-01-01', valid_to = '2026-11-22' where agency_id = 5`)
	if held() {
		t.Error("an expired position still gives something")
	}
}

func (h *house) send(method, path, token, body string) *httptest.ResponseRecorder {
	h.t.Helper()
	front, err := web.NewFront(web.Config{Routes: h.Module().Routes, Pages: h.deps.Pages, Texts: h.deps.Texts, Log: h.deps.Log,
		Clock: h.clock, Identities: h.Service, RatePerMinute: map[web.Rate]int{web.RateSignIn: 10000}})
	if err != nil {
		h.t.Fatal(err)
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	switch {
	case strings.HasPrefix(path, "/api/") && body != "":
		r.Header.Set("Content-Type", "application/json")
	case body != "":
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if strings.HasPrefix(path, "/api/") && token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	} else if token != "" {
		r.AddCookie(&http.Cookie{Name: "egov_session", Value: token})
	}
	w := httptest.NewRecorder()
	front.ServeHTTP(w, r)
	return w
}

func TestSessionAPI(t *testing.T) {
	h := build(t)
	body := fmt.Sprintf(`{"login":"motcua.phuong-mot","password":%q}`, h.demo["motcua.phuong-mot"].Password.Reveal())
	w := h.send("POST", "/api/v1/session", "", body)
	var o struct {
		Token   string
		Expires time.Time `json:"expires_at"`
		Account struct {
			Login     string
			Positions []struct{ Role, Agency string }
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &o); err != nil || w.Code != 200 || o.Token == "" || o.Account.Login != "motcua.phuong-mot" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if len(o.Account.Positions) != 1 || o.Account.Positions[0].Agency != "H17.2.1" || o.Account.Positions[0].Role != "clerk" {
		t.Errorf("%+v", o.Account)
	}
	if w := h.send("GET", "/api/v1/session", o.Token, ""); w.Code != 200 || !strings.Contains(w.Body.String(), "motcua.phuong-mot") {
		t.Errorf("who am I: %d %s", w.Code, w.Body)
	}
	if w := h.send("GET", "/api/v1/accounts", o.Token, ""); w.Code != 403 {
		t.Errorf("a clerk lists accounts: %d", w.Code)
	}
	if w := h.send("DELETE", "/api/v1/session", o.Token, ""); w.Code != 204 {
		t.Errorf("sign out: %d", w.Code)
	}
	if w := h.send("GET", "/api/v1/session", o.Token, ""); w.Code != 401 {
		t.Errorf("after signing out: %d", w.Code)
	}
	one := h.send("POST", "/api/v1/session", "", `{"login":"quantri","password":"x"}`)
	two := h.send("POST", "/api/v1/session", "", `{"login":"khong.co","password":"x"}`)
	strip := func(w *httptest.ResponseRecorder) string {
		b, _, _ := strings.Cut(w.Body.String(), `"instance"`)
		return b
	}
	if one.Code != 401 || strip(one) != strip(two) {
		t.Errorf("%d %s\n%d %s", one.Code, one.Body, two.Code, two.Body)
	}
	for range 10 {
		w = h.send("POST", "/api/v1/session", "", `{"login":"quantri","password":"x"}`)
	}
	if w.Code != 429 || w.Header().Get("Retry-After") == "" || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("after many tries: %d %v", w.Code, w.Header())
	}
}

func TestAccountsAPI(t *testing.T) {
	h := build(t)
	o, err := h.Token(context.Background(), who.Program("cli"), "quantri.phuong-mot")
	if err != nil {
		t.Fatal(err)
	}
	token := o.Token.Reveal()
	w := h.send("POST", "/api/v1/accounts", token, `{"login":"moi","name":"Lê Mới","positions":[{"role":"clerk","agency":"H17.2.1"}]}`)
	if w.Code != 201 || !strings.Contains(w.Body.String(), `"setup_link":"/thiet-lap/`) {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for _, c := range []struct {
		method, path, body string
		status             int
		has                string
	}{
		{"GET", "/api/v1/accounts?q=le+moi", "", 200, `"login":"moi"`},
		{"GET", "/api/v1/accounts?agency=H17.2.1&status=new", "", 200, `"login":"moi"`},
		{"GET", "/api/v1/accounts?status=odd", "", 400, ""},
		{"PUT", "/api/v1/accounts/moi/positions", `{"positions":[{"role":"officer","agency":"H17.2.1"}]}`, 200, `"officer"`},
		{"PUT", "/api/v1/accounts/moi/positions", `{"positions":[{"role":"king","agency":"H17.2.1"}]}`, 400, ""},
		{"PUT", "/api/v1/accounts/moi/positions", `{"positions":[{"role":"clerk","agency":"H99"}]}`, 400, ""},
		{"POST", "/api/v1/accounts/moi/lock", "", 200, `"locked"`},
		{"POST", "/api/v1/accounts/moi/unlock", "", 200, `"login":"moi"`},
		{"POST", "/api/v1/accounts/moi/reset", "", 200, "setup_link"},
		{"POST", "/api/v1/accounts/motcua.so-xay-dung/lock", "", 404, ""},
		{"POST", "/api/v1/accounts", `{"login":"x y","name":"Lê","positions":[{"role":"clerk","agency":"H17.2.1"}]}`, 400, "login"},
	} {
		w := h.send(c.method, c.path, token, c.body)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.has) {
			t.Errorf("%s %s: %d %s", c.method, c.path, w.Code, w.Body)
		}
	}
	if n := h.d.Text(`select count(*) from platform.audit where service = 'identity' and login = 'quantri.phuong-mot'`); n == "0" {
		t.Error("nothing was noted")
	}
}

func TestPages(t *testing.T) {
	h := build(t)
	admin, err := h.Token(context.Background(), who.Program("cli"), "quantri")
	if err != nil {
		t.Fatal(err)
	}
	token := admin.Token.Reveal()
	c, err := h.ResetLink(context.Background(), h.as("quantri"), "kiemsoat")
	if err != nil {
		t.Fatal(err)
	}
	good := fmt.Sprintf("login=motcua.phuong-mot&next=%%2Fcan-bo%%2Fho-so&password=%s", h.demo["motcua.phuong-mot"].Password.Reveal())
	register := "name=Võ+Thị+Thử&id_number=099090000123&login=vothithu&password=bay+con+voi+di+cho+Han"
	for _, x := range []struct {
		name, method, path, token, body string
		status                          int
		has                             string
	}{
		{"the form", "GET", "/dang-nhap?next=/ho-so", "", "", 200, `value="/ho-so"`},
		{"it sends nobody elsewhere", "GET", "/dang-nhap?next=https://evil.test", "", "", 200, `name="next" value=""`},
		{"wrong password", "POST", "/dang-nhap", "", "login=quantri&password=x", 422, "không đúng"},
		{"right password", "POST", "/dang-nhap", "", good, 303, ""},
		{"the link", "GET", c.Link.Reveal(), "", "", 200, "kiemsoat"},
		{"a made-up link", "GET", "/thiet-lap/made-up", "", "", 404, ""},
		{"passwords that differ", "POST", c.Link.Reveal(), "", "password=a&again=b", 422, "không giống nhau"},
		{"the link is used", "POST", c.Link.Reveal(), "", "password=bay+con+voi+di+cho+Han&again=bay+con+voi+di+cho+Han", 303, ""},
		{"registration", "GET", "/dang-ky", "", "", 200, "trình diễn"},
		{"a number with a letter", "POST", "/dang-ky", "", strings.Replace(register, "0123", "012x", 1), 422, "12 chữ số"},
		{"registered", "POST", "/dang-ky", "", register, 303, ""},
		{"the same person again", "POST", "/dang-ky", "", strings.Replace(register, "login=vothithu", "login=khac", 1), 422, "đã có tài khoản"},
		{"my account", "GET", "/tai-khoan", token, "", 200, "Phiên này"},
		{"my account, in English", "GET", "/tai-khoan?lang=en", token, "", 200, "My account"},
		{"my account, nobody", "GET", "/tai-khoan", "", "", 303, ""},
		{"accounts", "GET", "/quan-tri/tai-khoan?q=motcua", token, "", 200, "motcua.phuong-mot"},
		{"new account form", "GET", "/quan-tri/tai-khoan/tao-moi", token, "", 200, "H17.2.1"},
		{"new account without a name", "POST", "/quan-tri/tai-khoan/tao-moi", token, "login=an.le&name=&role=clerk&agency=H17.1", 422, "Họ tên"},
		{"new account", "POST", "/quan-tri/tai-khoan/tao-moi", token, "login=an.le&name=L%C3%AA+An&role=clerk&agency=H17.1", 200, "http://portal.test/thiet-lap/"},
		{"one account", "GET", "/quan-tri/tai-khoan/an.le", token, "", 200, "Lê An"},
		{"a role added", "POST", "/quan-tri/tai-khoan/an.le/chuc-vu", token, "keep=clerk@H17.1&role=editor&agency=H17.1", 303, ""},
		{"both are there", "GET", "/quan-tri/tai-khoan/an.le", token, "", 200, "editor@H17.1"},
		{"locked", "POST", "/quan-tri/tai-khoan/an.le/khoa", token, "x=1", 303, ""},
		{"the last administrator cannot go", "POST", "/quan-tri/tai-khoan/quantri/chuc-vu", token, "x=1", 422, "quản trị hệ thống nào"},
		{"signing out", "POST", "/dang-xuat", token, "x=1", 303, ""},
		{"my account, after that", "GET", "/tai-khoan", token, "", 303, ""},
	} {
		w := h.send(x.method, x.path, x.token, x.body)
		page := w.Body.String()
		if w.Code != x.status || !strings.Contains(page, x.has) {
			t.Errorf("%s: %d, without %q\n%s", x.name, w.Code, x.has, page[strings.Index(page+"<main", "<main"):])
		}
		if w.Code < 300 && strings.Count(page, "<h1") != 1 {
			t.Errorf("%s: not one h1", x.name)
		}
		if strings.Contains(page, "voi di cho") {
			t.Errorf("%s: the page repeats a password", x.name)
		}
	}
}

func TestSentencesAreThereInBothLanguages(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]locale.Lang{{locale.Vietnamese, locale.English}, {locale.English, locale.Vietnamese}} {
		for _, k := range texts.Keys(pair[0]) {
			if strings.HasPrefix(k, "identity.") && !texts.Has(pair[1], k) {
				t.Errorf("%s has no %s", pair[1], k)
			}
		}
	}
}

func TestDemoFitsEveryKindOfProfile(t *testing.T) {
	for profile, want := range map[string]string{
		"danang-2014": "so-xay-dung quan-hai-chau phuong-",
		"48":          "so-xay-dung phuong-",
		"20":          "so-xay-dung ",
	} {
		set, err := packaged.Load(templates.FS, profile)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range sampleAgencies(set) {
			got = append(got, a.Slug)
			if _, err := account.ParseLogin("chuyenvien." + a.Slug); err != nil {
				t.Errorf("%s: %v", profile, err)
			}
		}
		if !strings.HasPrefix(strings.Join(got, " "), want) {
			t.Errorf("%s: %v, want %s", profile, got, want)
		}
	}
}

func TestMigrationsGoDownAndUpAgain(t *testing.T) {
	territory, err := agencies.New(module.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	people, err := New(Deps{})
	if err != nil {
		t.Fatal(err)
	}
	streams := []db.Stream{{Schema: "agencies", FS: territory.Module().Migrations}, {Schema: "identity", FS: people.Module().Migrations}}
	d, ctx := dbtest.New(t, streams...), context.Background()
	for _, s := range []db.Stream{streams[1], streams[0]} {
		if err := db.Steps(ctx, d.OwnerDSN(), s, -1); err != nil {
			t.Fatalf("%s down: %v", s.Schema, err)
		}
	}
	left := d.Text(`select string_agg(relname, ' ') from pg_class where relnamespace in ('identity'::regnamespace, 'agencies'::regnamespace)
		and relkind in ('r', 'S', 'v') and relname not like '%migration%'`) + d.Text(`select string_agg(proname, ' ') from pg_proc
		where pronamespace in ('identity'::regnamespace, 'agencies'::regnamespace)`)
	if left != "" {
		t.Errorf("going down leaves %s", left)
	}
	if _, err := db.Migrate(ctx, d.OwnerDSN(), streams, nil); err != nil {
		t.Errorf("up again: %v", err)
	}
}

func TestSweepKeepsWhatStillCounts(t *testing.T) {
	h := build(t)
	_ = h.try("quantri", "guess", address(1))
	h.as("quantri")
	if err := h.Sweep(context.Background()); err != nil || h.d.Text(`select count(*) from identity.attempt`) != "1" {
		t.Errorf("a failure of this hour is gone (%v)", err)
	}
	h.clock.pass(61 * time.Minute)
	if err := h.Sweep(context.Background()); err != nil || h.d.Text(`select count(*) from identity.attempt`) != "0" {
		t.Errorf("a failure of the last hour is kept (%v)", err)
	}
	if h.d.Text(`select count(*) from identity.session`) == "0" {
		t.Error("sessions of today were swept")
	}
	if r := h.health(context.Background()); r[0].Status != "pass" {
		t.Errorf("%+v", r)
	}
}
