package identity

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/kernel/who"
	"egovctl/platform/module"
	"egovctl/platform/packaged"
	"egovctl/platform/services/agencies"
	"egovctl/platform/services/identity/internal/argon"
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
			Short: "A", Kind: "department", Level: unit.Level(a[2]), UnitKey: a[3], Parent: a[4], Number: int32(i + 1)})
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
