package sites_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

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
	"egovctl/platform/services/sites"
	"egovctl/platform/web"
	"egovctl/templates"
)

// reference is the profile of the reference instance, read once.
var reference = sync.OnceValues(func() (*packaged.Set, error) { return packaged.Load(templates.FS, "danang-2014") })

// records answers the ports from the packaged records themselves.
type records struct{ set *packaged.Set }

func (r records) All(context.Context, pgx.Tx) ([]sites.Agency, error) {
	var out []sites.Agency
	for _, a := range r.set.Agencies {
		out = append(out, sites.Agency{ID: a.Number, Identifier: a.Identifier, Slug: a.Slug, NameVI: a.NameVI, NameEN: a.NameEN,
			Short: a.Short, Kind: a.Kind, Level: a.Level, UnitKey: a.UnitKey, ParentID: r.set.AgencyID(a.Parent),
			Provisional: a.Provisional, Site: a.Site})
	}
	return out, nil
}

func (r records) Units(context.Context, pgx.Tx) ([]sites.Unit, error) {
	var out []sites.Unit
	for _, u := range r.set.Units {
		if u.ValidTo.IsZero() || u.ValidTo.After(r.set.Profile.AsOf) {
			out = append(out, sites.Unit{Key: u.Key, ParentKey: u.ParentKey, Level: u.Level, Code: u.Code, FullName: u.Names[len(u.Names)-1].FullName})
		}
	}
	return out, nil
}

func (r records) OfferedBy(_ context.Context, _ pgx.Tx, agency int32) ([]sites.Procedure, error) {
	names, fields := map[string]*packaged.Procedure{}, map[string]string{}
	for i := range r.set.Procedures {
		names[r.set.Procedures[i].Code] = &r.set.Procedures[i]
	}
	for _, f := range r.set.Fields {
		fields[f.Code] = f.Name
	}
	var out []sites.Procedure
	for _, o := range r.set.Offerings {
		if p := names[o.Procedure]; r.set.AgencyID(o.Agency) == agency && p.Published {
			field := fields[p.Field]
			if field == "" {
				field = p.Field
			}
			out = append(out, sites.Procedure{Code: p.Code, Name: p.Name, Field: field, Online: o.Online})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out, nil
}

func (r records) Fields(context.Context, pgx.Tx) ([]sites.Field, error) {
	counts := map[string]int{}
	for _, p := range r.set.Procedures {
		if p.Published {
			counts[p.Field]++
		}
	}
	var out []sites.Field
	for _, f := range r.set.Fields {
		if counts[f.Code] > 0 {
			out = append(out, sites.Field{Code: f.Code, Name: f.Name, Count: counts[f.Code]})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Count > out[j].Count })
	return out, nil
}

func (r records) Numbers(context.Context, pgx.Tx) (sites.Numbers, error) {
	var n sites.Numbers
	for _, p := range r.set.Procedures {
		if p.Published {
			n.Procedures++
		}
		if p.FiledOnline {
			n.Online++
		}
	}
	return n, nil
}

// people is an identity office in memory: the token is the login.
type people map[string]who.Principal

func (p people) BySession(_ context.Context, token string) (who.Principal, error) {
	if x, ok := p[token]; ok {
		return x, nil
	}
	return who.Nobody(), fault.New(fault.Unauthenticated, "unauthenticated")
}

func (people) SignIn(context.Context, string, secret.String, netip.Addr) (string, who.Principal, error) {
	return "", who.Nobody(), fault.New(fault.Unauthenticated, "unauthenticated")
}

func (people) SignOut(context.Context, string) error { return nil }

// instance is the portal of the reference, on a database of its own.
type instance struct {
	t     *testing.T
	db    *dbtest.DB
	set   *packaged.Set
	front *web.Front
	svc   *sites.Service
}

func open(t *testing.T) *instance {
	t.Helper()
	set, err := reference()
	if err != nil {
		t.Fatal(err)
	}
	texts, err := locale.Load(words(t))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := web.NewPages(web.PagesConfig{Shipped: words(t), Texts: texts, Portal: web.Portal{
		ProvinceVI: "Thành phố Đà Nẵng", ProvinceEN: "Da Nang City", Code: set.Profile.Province, Domain: set.Profile.Domain,
		Note: set.Profile.Note, Demo: true, Version: "1.0.0"}})
	if err != nil {
		t.Fatal(err)
	}
	own, err := fs.Sub(os.DirFS("."), "migrations")
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.New(t, db.Stream{Schema: "agencies", FS: os.DirFS("../agencies/migrations")}, db.Stream{Schema: "sites", FS: own})
	log := slog.New(slog.DiscardHandler)
	svc, err := sites.New(sites.Deps{Deps: module.Deps{DB: d.App(), Log: log, Clock: clock.System{}, Texts: texts, Pages: pages},
		Agencies: records{set}, Procedures: records{set}})
	if err != nil {
		t.Fatal(err)
	}
	in := &instance{t: t, db: d, set: set, svc: svc}
	in.seed()
	m := svc.Module()
	in.front, err = web.NewFront(web.Config{Routes: m.Routes, Identities: in.people(), Pages: pages, Texts: texts, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// words are the templates without the files that other offices are responsible for.
func words(t *testing.T) fs.FS {
	t.Helper()
	return only{templates.FS, func(name string) bool {
		switch {
		case strings.HasPrefix(name, "text/"):
			return strings.HasSuffix(name, "/web.yaml") || strings.HasSuffix(name, "/kernel.yaml") || strings.HasSuffix(name, "/sites.yaml")
		case strings.HasPrefix(name, "portals/"):
			return strings.HasPrefix(name, "portals/layout") || strings.HasPrefix(name, "portals/assets") || strings.HasPrefix(name, "portals/site")
		}
		return true
	}}
}

// only shows the files and folders of a file system that keep takes.
type only struct {
	fs.FS
	keep func(name string) bool
}

func (o only) ReadDir(dir string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(o.FS, dir)
	var out []fs.DirEntry
	for _, e := range all {
		if dir == "." || o.keep(dir+"/"+e.Name()) || dir == "text" {
			out = append(out, e)
		}
	}
	return out, err
}

func (in *instance) seed() {
	in.t.Helper()
	ctx := context.Background()
	err := in.db.Owner().Tx(ctx, who.Program("seed"), func(ctx context.Context, tx pgx.Tx) error {
		for _, a := range in.set.Agencies {
			base, err := json.Marshal(map[string]any{"identifier": a.Identifier, "provisional": a.Provisional, "slug": a.Slug, "name_vi": a.NameVI,
				"name_en": a.NameEN, "short": a.Short, "kind": a.Kind, "level": a.Level, "site": a.Site, "order": a.Number})
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `insert into agencies.agency (id, base) values ($1, $2)`, a.Number, base); err != nil {
				return err
			}
		}
		return in.svc.Seed(ctx, tx, in.set)
	})
	if err != nil {
		in.t.Fatal(err)
	}
}

// people of the reference: the first ward with a site has an editor; another ward has a clerk only.
func (in *instance) people() people {
	mine, other := in.ward(0), in.ward(1)
	return people{
		"editor":  {Account: "e", Login: "editor", Name: "Biên tập viên", Kind: who.Official, Positions: []who.Position{{Role: who.Editor, Agency: mine.ID, Scope: []int32{mine.ID}}}},
		"clerk":   {Account: "c", Login: "clerk", Name: "Cán bộ một cửa", Kind: who.Official, Positions: []who.Position{{Role: who.Clerk, Agency: other.ID, Scope: []int32{other.ID}}}},
		"citizen": {Account: "p", Login: "citizen", Kind: who.Person},
		"admin":   {Account: "a", Login: "admin", Name: "Quản trị", Kind: who.Official, All: true, Positions: []who.Position{{Role: who.Admin, Agency: 1, Scope: []int32{1}}}},
	}
}

// ward is the n-th commune whose committee has a site.
func (in *instance) ward(n int) sites.Agency {
	all, _ := records{in.set}.All(context.Background(), nil)
	for _, a := range all {
		if a.Site && a.Level == unit.Commune {
			if n == 0 {
				return a
			}
			n--
		}
	}
	in.t.Fatal("no ward with a site")
	return sites.Agency{}
}

func (in *instance) ask(method, target, login, contentType, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, bytes.NewReader([]byte(body)))
	if login != "" {
		r.AddCookie(&http.Cookie{Name: "egov_session", Value: login})
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	in.front.ServeHTTP(w, r)
	return w
}

func (in *instance) form(target, login string, values url.Values) *httptest.ResponseRecorder {
	return in.ask("POST", target, login, "application/x-www-form-urlencoded", values.Encode())
}
