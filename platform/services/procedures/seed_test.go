package procedures_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/who"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures"
	"egovctl/platform/services/procedures/internal/catalogue"
	"egovctl/templates"
)

func reference(t testing.TB) *packaged.Set {
	t.Helper()
	set, err := packaged.Load(templates.FS, packaged.Reference)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestEveryPackagedRecordIsOneThatMayBeStored(t *testing.T) {
	set := reference(t)
	fields := map[string]bool{}
	for _, f := range set.Fields {
		fields[f.Code] = true
	}
	for _, p := range set.Procedures {
		if err := catalogue.Check(p, func(code string) bool { return fields[code] }); err != nil {
			t.Errorf("%s: %v", p.Code, err)
		}
	}
}

func TestSeedLoadsTheWholeCatalogue(t *testing.T) {
	set := reference(t)
	o := open(t, &packaged.Set{})
	took := o.seed(t, set)
	t.Logf("%d procedures and %d offerings in %v", len(set.Procedures), len(set.Offerings), took)
	for sql, want := range map[string]int{
		`select count(*) from procedures.procedure`:                                                                                len(set.Procedures),
		`select count(*) from procedures.offering where offered`:                                                                   len(set.Offerings),
		`select count(*) from procedures.field`:                                                                                    len(set.Fields),
		`select count(*) from procedures.procedure where published`:                                                                1196,
		`select count(*) from procedures.procedure where filed_online`:                                                             498,
		`select count(*) from procedures.procedure where base_hash <> sha256(base::text::bytea) and octet_length(base_hash) <> 32`: 0,
		`select count(*) from pg_constraint where conrelid = 'procedures.offering'::regclass and contype = 'f' and convalidated`:   2,
	} {
		if got := o.db.Text(sql); got != itoa(want) {
			t.Errorf("%s: %s, want %d", sql, got, want)
		}
	}
	for _, p := range set.Procedures[:200] {
		if got := o.get(t, p.Code); !catalogue.Same(got.Procedure, p) || got.Edited || got.Version != 1 {
			t.Fatalf("%s comes back as %+v", p.Code, got)
		}
	}
}

func TestReadingForOthers(t *testing.T) {
	o := open(t, small())
	o.tx(t, citizen, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := o.Get(ctx, tx, "1.999999"); key(err) != "procedure.unknown" {
			t.Errorf("unknown procedure: %v", err)
		}
		for _, c := range []struct {
			name, code string
			agency     int32
			online     bool
			want       string
		}{
			{"offered and taken online", "1.001193", 3, true, ""},
			{"offered at the counter", "1.009994", 3, false, ""},
			{"offered by another agency", "1.001193", 2, false, "procedure.not_offered"},
			{"offered by nobody", "1.009995", 2, false, "procedure.not_offered"},
			{"no such procedure", "9.999999", 2, false, "procedure.not_offered"},
		} {
			got, err := o.Offering(ctx, tx, c.code, c.agency)
			if key(err) != c.want || err == nil && got != (procedures.Offering{Procedure: c.code, AgencyID: c.agency, Online: c.online}) {
				t.Errorf("%s: %+v, %v", c.name, got, err)
			}
		}
		by, err := o.OfferedBy(ctx, tx, 3)
		if err != nil || len(by) != 3 || by[0].Code != "1.009994" || by[0].FieldName != "Xây dựng" {
			t.Errorf("offered by agency 3: %+v, %v", by, err)
		}
		offerings, err := o.Offerings(ctx, tx, "1.009994")
		if err != nil || len(offerings) != 2 || offerings[0].AgencyID != 2 || offerings[1].AgencyID != 3 {
			t.Errorf("agencies that offer 1.009994: %v, %v", offerings, err)
		}
		return nil
	})
}

func TestRowLevelSecurityStandsBehindTheRules(t *testing.T) {
	o := open(t, small())
	try := func(by who.Principal, sql string) int64 {
		var n int64
		_ = o.db.App().Tx(context.Background(), by, func(ctx context.Context, tx pgx.Tx) error { // a refusal is no row either
			tag, err := tx.Exec(ctx, sql)
			n = tag.RowsAffected()
			return err
		})
		return n
	}
	const edit = `update procedures.procedure set edit = base where code = '1.001193'`
	const online = `update procedures.offering set edit = '{"online": false}' where agency_id = 3`
	for _, c := range []struct {
		name string
		by   who.Principal
		sql  string
		want int64
	}{
		{"a visitor does not edit the catalogue", who.Nobody(), edit, 0},
		{"a citizen does not", citizen, edit, 0},
		{"a clerk does not", clerk, edit, 0},
		{"a department's administrator does not", department, edit, 0},
		{"the administrator of the People's Committee does", committee, edit, 1},
		{"the provincial administrator does", admin, edit, 1},
		{"nobody changes the code", admin, `update procedures.procedure set code = '1.111111' where code = '1.001193'`, 0},
		{"nobody changes the packaged record", admin, `update procedures.procedure set base = base where code = '1.001193'`, 0},
		{"nobody deletes a procedure", admin, `delete from procedures.procedure where code = '1.009995'`, 0},
		{"nobody deletes history", admin, `delete from procedures.procedure_version`, 0},
		{"another agency's offerings are out of reach", department, online, 0},
		{"the committee's are within", committee, online, 3},
		{"an offering for another agency is refused", department, `insert into procedures.offering (procedure, agency_id, edit) values ('1.009995', 3, '{"online": true}')`, 0},
		{"one for the own agency is not", department, `insert into procedures.offering (procedure, agency_id, edit) values ('1.009995', 2, '{"online": true}')`, 1},
	} {
		if got := try(c.by, c.sql); got != c.want {
			t.Errorf("%s: %d rows, want %d", c.name, got, c.want)
		}
	}
	conn, err := pgx.Connect(context.Background(), o.db.ReadOnlyDSN())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	var n int
	if err := conn.QueryRow(context.Background(), `select count(*) from procedures.procedure`).Scan(&n); err != nil || n != 5 {
		t.Errorf("the read-only role sees %d procedures, %v", n, err)
	}
	if _, err := conn.Exec(context.Background(), `select * from procedures.procedure_version`); err == nil {
		t.Error("the read-only role sees who changed what")
	}
}

func TestTheFieldsWithMostToOfferComeFirst(t *testing.T) {
	set := small()
	set.Fields = append(set.Fields, packaged.Field{Code: "AA", Name: "An ninh"})
	set.Procedures[4].Published = true // the third of building, after two of civil status
	fields, err := open(t, set).BusyFields(context.Background())
	if err != nil || len(fields) != 2 || fields[0].Code != "XD" || fields[0].Procedures != 3 || fields[1].Code != "HT" || fields[1].Procedures != 2 {
		t.Errorf("%+v, %v", fields, err)
	}
}
