package platform_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"egovctl/platform/internal/inspect"
)

// rights has everybody insert and delete rows in every table, past the application. A table without a line in
// testdata/rights.csv fails.
func rights(t *testing.T, w *inspect.World) {
	ctx := context.Background()
	list := rightsTable(t)
	all, err := w.Tables(ctx)
	if err != nil {
		t.Fatal(err)
	}
	// of what nobody has written yet
	w.DB.Exec(`insert into agencies.agency_alias (identifier, agency_id) values ('inspection', $1)`, w.Places[inspect.Home].ID)
	w.DB.Exec(`insert into deadlines.day (date, edit) values ('2030-05-20', '{"kind": "working"}')`)
	w.DB.Exec(`insert into identity.attempt (login_hash, address, lane, at) values ('', '127.0.0.1', 'open', now())`)
	w.DB.Exec(`insert into platform.job (name, started_at) values ('inspection', now())`)
	w.DB.Exec(`insert into platform.accepted (service, kind, key, path, accepted_by, reason) values ('inspection', '', '', '{}', '', '')`)
	w.DB.Exec(`insert into platform.state (key, value) values ('inspection', '1')`)
	trial, err := w.NewTrial(ctx, all)
	if err != nil {
		t.Fatal(err)
	}
	defer trial.Close()
	var found []string
	for _, table := range all {
		r, ok := list[table.Name]
		if !ok {
			found = append(found, "testdata/rights.csv has no line about "+table.Name)
			continue
		}
		wrong, err := trial.Table(ctx, table, r)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, wrong...)
		delete(list, table.Name)
	}
	for name := range list {
		found = append(found, "testdata/rights.csv names "+name+", which is not there")
	}
	report(t, w, found)
	rightsTwins(t, w, trial, all)
}

func rightsTable(t *testing.T) map[string]inspect.Rights {
	t.Helper()
	return expected(t, "testdata/rights.csv", inspect.ReadRights)
}

// rightsTwins breaks a policy at a time, and looks whether it is seen.
func rightsTwins(t *testing.T, w *inspect.World, trial *inspect.Trial, all []inspect.Table) {
	list := rightsTable(t)
	for _, x := range []struct{ table, policy, want string }{
		{"procedures.offering", "for insert to egov_app with check (true)", "clerk@home may insert into procedures.offering"},
		{"procedures.offering", "for delete to egov_app using (true)", "clerk@away may delete from procedures.offering"},
		{"onestop.dossier_person", "for insert with check (true)", "anonymous may insert into onestop.dossier_person"},
		{"identity.session", "for delete using (platform.sees_all())", "admin may delete from identity.session"},
		{"onestop.counter", "as restrictive for insert with check (platform.sees_all())", "nobody shows that the right to insert into onestop.counter"},
	} {
		i := slices.IndexFunc(all, func(a inspect.Table) bool { return a.Name == x.table })
		w.DB.Exec("create policy twin on " + x.table + " " + x.policy)
		found, err := trial.Table(context.Background(), all[i], list[x.table])
		w.DB.Exec("drop policy twin on " + x.table)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(found, func(f string) bool { return strings.HasPrefix(f, x.want) }) {
			t.Errorf("%s with a policy %s: %v", x.table, x.policy, found)
		}
	}
}

// onlooker looks at what the read-only role may do, and whether a grant too many is seen.
func onlooker(t *testing.T, w *inspect.World) {
	look := func() []string {
		found, err := w.Onlooker(context.Background(), exceptions(t))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	report(t, w, look())
	for _, granted := range []string{"insert on sites.site", "update (edit) on sites.site", "truncate on sites.site", "create on schema sites",
		"select (name) on identity.account_person", "execute on function onestop.standing(text)"} {
		w.DB.Exec("grant " + granted + " to egov_readonly")
		found := look()
		w.DB.Exec("revoke " + granted + " from egov_readonly")
		if len(found) != 1 {
			t.Errorf("with %s: %v", granted, found)
		}
	}
	w.DB.Exec(`update sites.site set base = base || jsonb_build_object('name', $1::text) where agency_id = $2`,
		w.Places[inspect.Home].Canaries[0], w.Places[inspect.Home].ID)
	if found := look(); len(found) != 1 {
		t.Errorf("with a person's name in what is public: %v", found)
	}
}
