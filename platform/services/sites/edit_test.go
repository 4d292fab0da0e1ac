package sites_test

import (
	"context"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/sites"
)

func TestWhoMayEdit(t *testing.T) {
	in := open(t)
	mine, other := in.ward(0).Slug, in.ward(1).Slug
	patch := `{"phone":"0236 3 000 000"}`
	for _, c := range []struct {
		name, login, slug string
		status            int
	}{
		{"a stranger is asked to sign in", "", mine, 401},
		{"a clerk has no part in it", "clerk", other, 403},
		{"an editor keeps the own agency's site", "editor", mine, 200},
		{"but not another's", "editor", other, 403},
		{"the province's administrator keeps them all", "admin", other, 200},
		{"a site that is not there", "admin", "none", 404},
	} {
		if w := in.ask("PATCH", "/api/v1/sites/"+c.slug, c.login, "application/json", patch); w.Code != c.status {
			t.Errorf("%s: %d, want %d\n%s", c.name, w.Code, c.status, w.Body)
		}
	}
	for login, want := range map[string]int{"": 303, "clerk": 403, "editor": 403, "admin": 200} {
		if w := in.ask("GET", "/can-bo/trang/"+other, login, "", ""); w.Code != want {
			t.Errorf("the page for %q: %d, want %d", login, w.Code, want)
		}
	}
}

func TestAnEditIsShownAuditedAndTakenBack(t *testing.T) {
	in := open(t)
	ward := in.ward(0)
	page := "/can-bo/trang/" + ward.Slug
	w := in.form(page, "editor", url.Values{"title_vi": {"Phường thử"}, "title_en": {"Test ward"}, "intro_vi": {"Một.\r\n\r\nHai <b>."}})
	if w.Code != 303 || w.Header().Get("Location") != page+"?saved=1" {
		t.Fatalf("saving: %d %s\n%s", w.Code, w.Header().Get("Location"), w.Body)
	}
	body := in.ask("GET", "/co-quan/"+ward.Slug, "", "", "").Body.String()
	if !strings.Contains(body, "<h1>Phường thử</h1>") || !strings.Contains(body, "<p>Một.</p>") || !strings.Contains(body, "Hai &lt;b&gt;.") {
		t.Errorf("the edit is not shown:\n%s", body)
	}
	audit := `select coalesce(string_agg(action || ' ' || object || ' ' || (detail->>'changed'), ';' order by id), '') from platform.audit where service = 'sites'`
	if got, want := in.db.Text(audit), `site.edit `+ward.Slug+` ["title_vi", "title_en", "intro_vi"]`; got != want {
		t.Errorf("audit %q, want %q", got, want)
	}
	drift := `select count(*) from sites.site where edit is not null`
	if got := in.db.Text(drift); got != "1" {
		t.Errorf("%s sites drift, want 1", got)
	}
	in.form(page, "editor", url.Values{"title_vi": {"Phường thử"}})
	if got := in.db.Text(`select count(*) from platform.audit where service = 'sites'`); got != "1" {
		t.Errorf("saving the same again left %s audit rows, want 1", got)
	}
	if w := in.form(page, "editor", url.Values{"reset": {"1"}}); w.Code != 303 {
		t.Errorf("going back: %d", w.Code)
	}
	if got := in.db.Text(drift); got != "0" {
		t.Errorf("%s sites drift after going back, want 0", got)
	}
	if body := in.ask("GET", "/co-quan/"+ward.Slug, "", "", "").Body.String(); !strings.Contains(body, "<h1>"+ward.NameVI+"</h1>") {
		t.Errorf("the packaged title is not back")
	}
}

func TestADeskShowsWhatItsOwnerMayDo(t *testing.T) {
	in := open(t)
	for login, c := range map[string]struct {
		status int
		edits  bool
	}{"": {303, false}, "citizen": {403, false}, "clerk": {200, false}, "editor": {200, true}, "admin": {200, true}} {
		w := in.ask("GET", "/can-bo", login, "", "")
		if w.Code != c.status || strings.Contains(w.Body.String(), `href="/can-bo/trang"`) != c.edits {
			t.Errorf("%q: status %d, editing shown %v; want %d, %v", login, w.Code, !c.edits, c.status, c.edits)
		}
	}
	for _, login := range []string{"", "citizen"} {
		if body := in.ask("GET", "/", login, "", "").Body.String(); strings.Contains(body, "nav-staff") {
			t.Errorf("%q sees the officials' navigation", login)
		}
	}
}

func TestWhatAFormRefusesIsToldBesideIt(t *testing.T) {
	in := open(t)
	page := "/can-bo/trang/" + in.ward(0).Slug
	for _, c := range []struct {
		name   string
		values url.Values
		want   string
	}{
		{"an empty title", url.Values{"title_vi": {"  "}, "phone": {"giữ lại"}}, `href="#title_vi"`},
		{"a mail address without @", url.Values{"email": {"abc"}, "phone": {"giữ lại"}}, `href="#email"`},
		{"a text without end", url.Values{"address": {strings.Repeat("a", 300)}, "phone": {"giữ lại"}}, `href="#address"`},
		{"a control character", url.Values{"address": {"a\x07b"}, "phone": {"giữ lại"}}, `href="#address"`},
	} {
		w := in.form(page, "editor", c.values)
		if w.Code != 400 || !strings.Contains(w.Body.String(), c.want) || !strings.Contains(w.Body.String(), `value="giữ lại"`) {
			t.Errorf("%s: %d\n%s", c.name, w.Code, w.Body)
		}
	}
	if got := in.db.Text(`select count(*) from sites.site where edit is not null`); got != "0" {
		t.Errorf("%s sites were changed by refused forms", got)
	}
}

// The second wall: with the service's own rule out of the way, row-level security still keeps an editor to the agency.
func TestRowLevelSecurityKeepsForeignSites(t *testing.T) {
	in := open(t)
	editor := in.people()["editor"]
	mine, other := in.ward(0), in.ward(1)
	write := func(by who.Principal, a sites.Agency) (rows int64) {
		err := in.db.App().Tx(t.Context(), by, func(ctx context.Context, tx pgx.Tx) error {
			tag, err := tx.Exec(ctx, `update sites.site set edit = base where agency_id = $1`, a.ID)
			rows = tag.RowsAffected()
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	if n := write(editor, mine); n != 1 {
		t.Errorf("%d own rows, want 1", n)
	}
	if n := write(editor, other); n != 0 {
		t.Errorf("%d foreign rows, want 0", n)
	}
	if n := write(who.Nobody(), mine); n != 0 {
		t.Errorf("%d rows for nobody, want 0", n)
	}
}

func TestMigrationsPassTheLinter(t *testing.T) { dbtest.LintMigrations(t, os.DirFS("migrations")) }
