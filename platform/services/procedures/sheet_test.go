package procedures_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures"
)

func TestWhatIsExportedAndImportedChangesNothing(t *testing.T) {
	o, ctx := open(t, reference(t)), context.Background()
	before := o.db.Text(`select version from platform.revision where schema = 'procedures'`)
	for _, format := range []string{"csv", "yaml"} {
		var sheet bytes.Buffer
		if err := o.Export(ctx, admin, &sheet, format); err != nil {
			t.Fatal(err)
		}
		size := sheet.Len()
		got, err := o.Import(ctx, admin, &sheet, format, false)
		if diff := cmp.Diff(procedures.Report{Unchanged: 3738}, got); err != nil || diff != "" {
			t.Errorf("%s of %d bytes: %v (-want +got)\n%s", format, size, err, diff[:min(len(diff), 2000)])
		}
	}
	if after := o.db.Text(`select version from platform.revision where schema = 'procedures'`); after != before {
		t.Errorf("the catalogue moved from %s to %s", before, after)
	}
}

const header = "code,name,field,levels,online,published,filed_online,direct_terms,direct_fees\n"

func TestImport(t *testing.T) {
	for _, c := range []struct {
		name, format, sheet string
		want                procedures.Report
		names               map[string]string // afterwards, by code
	}{
		{"a changed name and a new procedure", "csv", header + "1.001193,Khai sinh mới,HT,commune,full,true,true,same_day,\n" +
			"1.555555,Thủ tục của tỉnh,XD,province | commune,partial,true,false,3.5 working_days,charge 8000 (một bản) | fee 5000\n",
			procedures.Report{Added: 1, Changed: 1}, map[string]string{"1.001193": "Khai sinh mới", "1.555555": "Thủ tục của tỉnh"}},
		{"columns that are not there stay", "csv", "code,name\n1.009994,Tên khác\n1.000894,Đăng ký kết hôn\n",
			procedures.Report{Changed: 1, Unchanged: 1}, map[string]string{"1.009994": "Tên khác"}},
		{"semicolons and a byte order mark, as spreadsheets write", "csv", "\xef\xbb\xbfcode;name\r\n1.009994;Tên khác\r\n",
			procedures.Report{Changed: 1}, map[string]string{"1.009994": "Tên khác"}},
		{"a whole record", "yaml", "procedures:\n  - code: \"1.555555\"\n    name: Thủ tục mới\n    field: XD\n    levels: [province]\n    online: full\n    published: true\n    filed_online: false\n" +
			"    methods:\n      - {channel: postal, term: 15 calendar_days, fees: [price 20000]}\n    cases:\n      - components:\n          - name: Đơn đề nghị\n            originals: 1\n",
			procedures.Report{Added: 1}, map[string]string{"1.555555": "Thủ tục mới"}},
		{"one member alone", "yaml", "- {code: '1.001193', decision: 2/QĐ}\n", procedures.Report{Changed: 1}, map[string]string{"1.001193": "Đăng ký khai sinh"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, ctx := open(t, small()), context.Background()
			before := o.db.Text(`select version from platform.revision where schema = 'procedures'`)
			tried, err := o.Import(ctx, admin, strings.NewReader(c.sheet), c.format, true)
			if diff := cmp.Diff(c.want, tried); err != nil || diff != "" {
				t.Fatalf("dry run: %v %s", err, diff)
			}
			if after := o.db.Text(`select version from platform.revision where schema = 'procedures'`) + o.db.Text(`select count(*) from platform.audit`); after != before+"0" {
				t.Fatalf("the dry run wrote something: %s, then %s", before, after)
			}
			got, err := o.Import(ctx, admin, strings.NewReader(c.sheet), c.format, false)
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Fatalf("import: %v %s", err, diff)
			}
			for code, name := range c.names {
				if p := o.get(t, code); p.Name != name {
					t.Errorf("%s is %q, want %q", code, p.Name, name)
				}
			}
			again, err := o.Import(ctx, admin, strings.NewReader(c.sheet), c.format, false)
			if err != nil || again.Added+again.Changed > 0 {
				t.Errorf("a second time: %+v, %v", again, err)
			}
			if n := o.db.Text(`select count(*) from platform.audit where action = 'catalogue.import'`); n != "1" {
				t.Errorf("%s audit rows of two imports of which one changed something", n)
			}
		})
	}
}

func TestImportedMethodsKeepTheOtherChannels(t *testing.T) {
	o, ctx := open(t, small()), context.Background()
	if _, err := o.Import(ctx, admin, strings.NewReader("code,direct_terms\n1.001193,2 working_days\n"), "csv", false); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range o.get(t, "1.001193").Methods {
		got = append(got, fmt.Sprint(m.Channel, m.Term.Thousands, len(m.Fees)))
	}
	if diff := cmp.Diff([]string{"online3500 1", "direct2000 0"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestARefusedSheetWritesNothing(t *testing.T) {
	o, ctx := open(t, small()), context.Background()
	good := "1.001193,Tên hợp lệ,HT,commune,full,true,true,same_day,\n"
	for _, c := range []struct{ name, format, sheet, want string }{
		{"a code twice", "csv", header + good + good, "3 code procedures.import.duplicate"},
		{"a field that is not there", "csv", header + good + "1.000894,A,ZZ,commune,full,true,false,same_day,\n", "3 field procedures.field.unknown"},
		{"a column that is not there", "csv", "code,name,colour\n1.001193,A,red\n", "1 colour procedures.import.column"},
		{"a negative fee", "csv", header + good + "1.000894,A,HT,commune,full,true,false,same_day,charge -5\n", "3 direct_fees procedures.fee.negative"},
		{"a time limit without unit", "csv", header + good + "1.000894,A,HT,commune,full,true,false,5,\n", "3 direct_terms procedures.term.unit"},
		{"a malformed code", "csv", header + good + "1.0133611,A,HT,commune,full,true,false,same_day,\n", "3 code procedures.code.malformed"},
		{"every problem is told, with the line after a cell of two lines", "csv", header + "1.001193,\"A\nB\",HT,commune,full,true,true,same_day,\n1.000894,,HT,city,4,true,false,same_day,\n",
			"4 name procedures.name.empty, 4 online procedures.online.unknown, 4 levels procedures.level.unknown"},
		{"a new procedure that lacks half", "csv", "code,name\n1.777777,A\n", "2 field procedures.field.unknown, 2 online procedures.online.unknown, 2 levels procedures.levels.empty"},
		{"a NUL in a name", "csv", "code,name\n1.001193,A\x00B\n", "2 name text.invalid"},
		{"a mark that nobody sees in a name", "csv", "code,name\n1.001193,A\u202eB\n", "2 name text.invalid"},
		{"a cell too few", "csv", "code,name\n1.001193\n", "2  procedures.import.width"},
		{"a quote that does not end", "csv", "code,name\n1.001193,\"A\n", "2  procedures.import.csv"},
		{"no column of codes", "csv", "name\nA\n", "1 code procedures.import.no_code"},
		{"nothing", "csv", "", "1  procedures.import.csv"},
		{"a fee without a time limit", "csv", "code,postal_fees\n1.001193,fee 5\n", "2 postal_terms procedures.import.fee_without_term"},
		{"YAML: a code twice", "yaml", "- {code: '1.001193'}\n- {code: '1.001193'}\n", "2 code procedures.import.duplicate"},
		{"YAML: a member that is not there", "yaml", "- code: '1.001193'\n  colour: red\n", "2 colour procedures.import.column"},
		{"YAML: a paper's name of two lines", "yaml", "- code: '1.001193'\n  cases:\n    - components:\n        - {name: \"A\\nB\"}\n", "1 cases[0].components[0].name text.invalid"},
		{"YAML: a member of a member that is not there", "yaml", "- code: '1.001193'\n  methods:\n    - {channel: direct, term: same_day, colour: red}\n", "3 methods[0] procedures.import.column"},
		{"YAML: a negative fee", "yaml", "- code: '1.001193'\n  methods:\n    - {channel: direct, term: same_day}\n    - {channel: online, term: same_day, fees: [fee -1]}\n", "4 methods[1] procedures.fee.negative"},
		{"YAML: a time limit without unit", "yaml", "- code: '1.001193'\n  methods:\n    - {channel: direct, term: 5}\n", "3 methods[0] procedures.term.unit"},
		{"YAML: a malformed code", "yaml", "- {code: 1.014955-Xoa}\n", "1 code procedures.code.malformed"},
		{"YAML: a wrong type", "yaml", "- code: '1.001193'\n  published: [1]\n", "2 published procedures.import.value"},
		{"YAML: not a list", "yaml", "code: 1\n", "1  procedures.import.yaml"},
		{"YAML: not YAML", "yaml", "- code: '1.001193'\n  name: [\n", "3  procedures.import.yaml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := o.Import(ctx, admin, strings.NewReader(c.sheet), c.format, false)
			if key(err) != "procedures.import.refused" {
				t.Fatalf("error %v, report %+v", err, got)
			}
			var said []string
			for _, p := range got.Problems {
				said = append(said, fmt.Sprint(p.Line, " ", p.Field, " ", p.Err.Key))
			}
			if diff := cmp.Diff(c.want, strings.Join(said, ", ")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	if n := o.db.Text(`select count(*) from procedures.procedure where edit is not null or version > 1`); n != "0" {
		t.Errorf("%s procedures were changed by refused sheets", n)
	}
	if _, err := o.Import(ctx, admin, strings.NewReader(""), "xlsx", false); key(err) != "procedures.format.unknown" {
		t.Errorf("unknown format: %v", err)
	}
	if _, err := o.Import(ctx, department, strings.NewReader(header), "csv", false); key(err) != "forbidden" {
		t.Errorf("a department's administrator: %v", err)
	}
}

// What only the database refuses is refused by a dry run as well, and neither leaves anything behind.
func TestADryRunRefusesWhatTheImportRefuses(t *testing.T) {
	o, ctx := open(t, small()), context.Background()
	for _, dryRun := range []bool{true, false} {
		sheet := "- code: '1.001193'\n  decision: \"A\\0B\"\n"
		if got, err := o.Import(ctx, admin, strings.NewReader(sheet), "yaml", dryRun); key(err) != "text.invalid" {
			t.Errorf("dry run %v: %v, %+v", dryRun, err, got)
		}
	}
	if n := o.db.Text(`select count(*) from procedures.procedure where edit is not null or version > 1`); n != "0" {
		t.Errorf("%s procedures were changed", n)
	}
}

// A sheet that comes over a slow pipe must not hold up those who edit meanwhile.
func TestASlowSheetLocksNothingWhileItComes(t *testing.T) {
	o, ctx := open(t, small()), context.Background()
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		_, err := o.Import(ctx, admin, r, "csv", false)
		ended <- err
	}()
	if _, err := io.WriteString(w, "code,name\n"); err != nil { // returns when it is being read
		t.Fatal(err)
	}
	soon, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if _, err := o.Change(soon, admin, "1.001193", procedures.Patch{Name: ptr("Sửa trong lúc chờ")}, 0); err != nil {
		t.Errorf("an edit while the sheet comes: %v", err)
	}
	if got := o.db.Text(`select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`); got != "0" {
		t.Errorf("%s transactions wait for the sheet", got)
	}
	_, _ = io.WriteString(w, "1.000894,Tên mới\n")
	_ = w.Close()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if a, b := o.get(t, "1.001193").Name, o.get(t, "1.000894").Name; a != "Sửa trong lúc chờ" || b != "Tên mới" {
		t.Errorf("in the end %q, %q", a, b)
	}
}

// endless is a sheet that never stops.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestASheetWithoutEndIsRefused(t *testing.T) {
	o := open(t, small())
	for _, format := range []string{"csv", "yaml"} {
		if _, err := o.Import(context.Background(), admin, endless{}, format, false); key(err) != "procedures.import.large" {
			t.Errorf("%s: %v", format, err)
		}
	}
}

func TestNotesThatHoldTheSheetsOwnSignsComeBackWhole(t *testing.T) {
	set := small()
	set.Procedures[0].Methods[1].Fees[0].Note = "a | b (c)\nd"
	set.Procedures[0].Methods[1].Term.Text = "x | y: z"
	set.Procedures[0].Subjects = []string{"một | hai"}
	o, ctx := open(t, set), context.Background()
	for _, format := range []string{"csv", "yaml"} {
		var sheet bytes.Buffer
		if err := o.Export(ctx, admin, &sheet, format); err != nil {
			t.Fatal(err)
		}
		if got, err := o.Import(ctx, admin, &sheet, format, false); err != nil || got.Changed != 0 || got.Added != 0 {
			t.Errorf("%s: %+v, %v", format, got, err)
		}
	}
	if p := o.get(t, "1.001193"); p.Methods[1].Fees[0].Note != "a | b (c)\nd" || p.Methods[1].Channel != packaged.Online {
		t.Errorf("came back as %+v", p.Methods)
	}
}
