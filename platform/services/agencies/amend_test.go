package agencies_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/agencies"
)

func TestAdministratorConfirmsAnIdentifier(t *testing.T) {
	o := open(t, "danang-2014")
	ctx := context.Background()
	all, _ := o.All(ctx, nil)
	var provisional agencies.Agency
	for _, a := range all {
		if a.Provisional {
			provisional = a
			break
		}
	}
	admin := who.Principal{Account: "0199a000-0000-7000-8000-000000000001", Login: "quantri", Kind: who.Official, All: true,
		Positions: []who.Position{{Role: who.Admin, Agency: 1, Scope: []int32{1}}}}
	clerk := who.Principal{Account: "x", Kind: who.Official, Positions: []who.Position{{Role: who.Clerk, Agency: 1, Scope: []int32{1}}}}
	patch := func(by who.Principal, identifier, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPatch, "/api/v1/agencies/"+identifier, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		return o.ask(r, by, nil)
	}
	if w := patch(clerk, provisional.Identifier, `{"short":"X"}`); w.Code != http.StatusForbidden {
		t.Errorf("a clerk: %d", w.Code)
	}
	if w := patch(admin, provisional.Identifier, `{"identifier":"nonsense"}`); w.Code != http.StatusBadRequest {
		t.Errorf("nonsense: %d", w.Code)
	}
	if w := patch(admin, provisional.Identifier, `{"identifier":"H17"}`); w.Code != http.StatusConflict {
		t.Errorf("another agency's identifier: %d %s", w.Code, w.Body)
	}
	if w := patch(admin, provisional.Identifier, `{"identifier":"H17.999","name_en":"New name","alias":"000.00.99.H17"}`); w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for _, known := range []string{"H17.999", provisional.Identifier, "000.00.99.H17"} {
		a, err := o.ByIdentifier(ctx, nil, known)
		if err != nil || a.ID != provisional.ID || a.Provisional || a.NameEN != "New name" || !a.Edited || a.NameVI != provisional.NameVI {
			t.Errorf("by %s: %+v %v", known, a, err)
		}
	}
	if w := patch(admin, "H17.999", `{"identifier":"H17.998"}`); w.Code != http.StatusConflict {
		t.Errorf("a confirmed identifier was changed: %d", w.Code)
	}
	if w := patch(admin, "H17", `{"alias":"000.00.99.H17"}`); w.Code != http.StatusConflict {
		t.Errorf("an alias was given to a second agency: %d", w.Code)
	}
	trace := o.d.Text(`select string_agg(login || ' ' || action || ' ' || object, ';') from platform.audit`)
	if trace != "quantri agency.amend H17.999" {
		t.Errorf("the trace is %q", trace)
	}
	if o.d.Text(`select base ->> 'identifier' from agencies.agency where id = $1`, provisional.ID) != provisional.Identifier {
		t.Error("the packaged value was changed")
	}
}

func TestRowLevelSecurity(t *testing.T) {
	o := open(t, "danang-2014")
	clerk := who.Principal{Account: "x", Kind: who.Official, Positions: []who.Position{{Role: who.Clerk, Agency: 1, Scope: []int32{1}}}}
	err := o.d.App().Tx(context.Background(), clerk, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update agencies.agency set edit = base where id = 1`)
		if err == nil && tag.RowsAffected() != 0 {
			t.Error("a clerk changed an agency")
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if n := o.d.Text(`select count(*) from pg_class where relnamespace = 'agencies'::regnamespace and relkind = 'r' and not relrowsecurity and relname not like '%migration%'`); n != "0" {
		t.Errorf("%s tables without row-level security", n)
	}
}
