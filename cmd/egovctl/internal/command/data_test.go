package command_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type items struct {
	Items []map[string]any `json:"items"`
	Total int              `json:"total"`
}

func TestTheCatalogueIsFoundAndShown(t *testing.T) {
	var all, found, one items
	run(t, "", "catalogue", "list", "-o", "json").status(0).json(&all)
	if len(all.Items) != 1196 || all.Total != 1196 {
		t.Errorf("%d items of %d, not 1196", len(all.Items), all.Total)
	}
	run(t, "", "catalogue", "list", "--q", "dang ky khai sinh", "--limit", "3", "-o", "json").status(0).json(&found)
	if len(found.Items) != 3 || found.Items[0]["code"] != "1.001193" {
		t.Errorf("%v", found.Items)
	}
	run(t, "", "catalogue", "list", "--q", "khai sinh", "--limit", "1", "-o", "json").status(0).json(&one)
	if len(one.Items) != 1 || one.Total < 2 {
		t.Errorf("%d items of %d", len(one.Items), one.Total)
	}
	run(t, "", "catalogue", "list", "--q", "dang ky khai sinh").status(0).
		has("MÃ", "NỘP TRỰC TUYẾN", "1.001193  Thủ tục đăng ký khai sinh  ").tells("thủ tục.")
	run(t, "", "catalogue", "list", "--q", "zzzzqqqq", "--lang", "en").status(0).tells("No procedure was found.")
	run(t, "", "catalogue", "show", "1.001193").status(0).has("Hộ tịch", "Trực tiếp: Trong ngày", "và 58 cơ quan khác")
	var shown struct {
		Code      string
		Field     struct{ Code, Name string }
		Methods   []map[string]any
		Offerings []map[string]any
		Version   int
	}
	run(t, "", "catalogue", "show", "1.001193", "-o", "json").status(0).json(&shown)
	if shown.Field.Name != "Hộ tịch" || len(shown.Methods) != 3 || len(shown.Offerings) != 63 || shown.Version != 1 {
		t.Errorf("%+v", shown)
	}
}

func TestTheCatalogueIsChangedWholeOrNotAtAll(t *testing.T) {
	const code = "2.000528"
	args := []string{"catalogue", "set", code, "term.direct=3.5 working_days", "fees.direct=charge 8.000 | fee 5000 (x)", "name=Tên thử"}
	run(t, "", append(args, "--dry-run")...).status(0).has("name: Thủ tục đăng ký khai sinh có yếu tố nước ngoài → Tên thử").tells("Chưa thay đổi gì")
	run(t, "", "catalogue", "show", code).status(0).has("có yếu tố nước ngoài")
	var changed struct {
		Version int
		Changes []struct{ Field, Old, New string }
	}
	run(t, "", append(args, "-o", "json")...).status(0).json(&changed)
	if changed.Version != 2 || len(changed.Changes) != 3 || changed.Changes[2].New != "charge 8000 | fee 5000 (x)" {
		t.Errorf("three members must be one version: %+v", changed)
	}
	run(t, "", args...).status(0).tells("vốn đã như vậy")
	run(t, "", "catalogue", "set", code, "name=Tên khác", "online=never").status(2).tells("never")
	run(t, "", "catalogue", "show", code).status(0).has("Tên thử", "3,5 ngày làm việc", "Lệ phí 8.000 đ")
}

func TestASheetGoesOutAndComesBack(t *testing.T) {
	file := filepath.Join(t.TempDir(), "thu-tuc.yaml")
	run(t, "", "catalogue", "export", "--out", file, "--dry-run").status(0).has("chưa ghi gì")
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("a dry run wrote the file: %v", err)
	}
	run(t, "", "catalogue", "export", "--out", file).status(0).has(file)
	run(t, "", "catalogue", "import", file).status(0).has("Thêm 0, sửa 0, giữ nguyên 3738.")
	csv := run(t, "", "catalogue", "export").status(0)
	if lines := strings.Count(csv.out, "\n"); lines < 3739 || csv.err != "" {
		t.Errorf("%d lines, stderr %q", lines, csv.err)
	}
	changed := "code,name\n1.000689,Tên từ bảng\n"
	run(t, changed, "catalogue", "import", "-", "--format", "csv", "--dry-run").status(0).has("sửa 1,").tells("Chưa thay đổi gì")
	run(t, changed, "catalogue", "import", "-", "--format", "csv").status(0).has("sửa 1,")
	run(t, changed, "catalogue", "import", "-", "--format", "csv").status(0).has("sửa 0,")
}

func TestASheetWithAProblemIsRefusedWithItsLines(t *testing.T) {
	sheet := "code,name,direct_terms\n1.003583,Tên mới,5\n1.003583,lại,5 working_days\nabc,x,\n"
	o := run(t, sheet, "catalogue", "import", "-", "--format", "csv").status(2).
		tells("Dòng 2, 1.003583, direct_terms: Thời hạn «5» chưa có đơn vị.", "Dòng 3, 1.003583", "Dòng 4, abc", "chưa ghi gì")
	if o.out != "" {
		t.Errorf("stdout: %q", o.out)
	}
	var told struct {
		Event, Status string
		Exit          int
		Problems      []struct {
			Line          int
			Procedure     string
			Message, Cure string
		}
	}
	run(t, sheet, "catalogue", "import", "-", "--format", "csv", "-o", "json").status(2).json(&told)
	lines := []int{}
	for _, p := range told.Problems {
		lines = append(lines, p.Line)
		if p.Message == "" || p.Cure == "" {
			t.Errorf("%+v", p)
		}
	}
	slices.Sort(lines)
	if diff := cmp.Diff([]int{2, 3, 4}, lines); diff != "" || told.Exit != 2 || told.Status != "failed" {
		t.Errorf("%s %+v", diff, told)
	}
	run(t, "", "catalogue", "show", "1.003583").status(0).has("đăng ký khai sinh lưu động")
}

func TestUnitsAndAgenciesAreShown(t *testing.T) {
	run(t, "", "units", "tree", "--depth", "2").status(0).has("Thành phố Đà Nẵng (48)\n├─ ", "└─ Huyện Hoàng Sa (498)\n").tells("31/12/2014")
	var tree items
	run(t, "", "units", "tree", "-o", "json").status(0).json(&tree)
	if len(tree.Items) != 1 || len(tree.Items[0]["children"].([]any)) != 8 {
		t.Errorf("%d roots", len(tree.Items))
	}
	run(t, "", "units", "show", "20194").status(0).has("Phường Hòa Hiệp Bắc (20194)", "Quận Liên Chiểu")
	var agencies items
	run(t, "", "agencies", "-o", "json").status(0).json(&agencies)
	if len(agencies.Items) != 93 {
		t.Errorf("%d agencies, not 93", len(agencies.Items))
	}
	run(t, "", "agencies", "list", "--q", "so xay dung").status(0).has("H17.18", "Sở Xây dựng")
	run(t, "", "agencies", "show", "H17.18", "--lang", "en").status(0).has("Department of Construction", "/co-quan/so-xay-dung")
}

func TestTheCalendarCountsWithItsReasons(t *testing.T) {
	run(t, "", "calendar", "show", "--year", "2026").status(0).has("Thứ Ba 24/11/2026", "Làm bù").tells("Năm 2026: 249 ngày làm việc")
	run(t, "", "calendar", "due", "--received", "2026-02-13T09:00", "--term", "5wd").status(0).
		has("Hẹn trả kết quả: Thứ Sáu, 27/02/2026 17:30", "Không tính 14/02/2026 và 15/02/2026")
	run(t, "", "calendar", "due", "--received", "2026-02-13T16:00", "--term", "5wd", "--cutoff-all", "--lang", "en").status(0).has("Due: Monday, 02/03/2026 17:30")
	var p struct {
		Due   *time.Time
		Trace []struct{ Key, Text string }
	}
	run(t, "", "calendar", "due", "--received", "2026-02-13T09:00", "--term", "other", "-o", "json").status(0).json(&p)
	if p.Due != nil || len(p.Trace) == 0 {
		t.Errorf("%+v", p)
	}
}

func TestARegimeIsConfirmedOnce(t *testing.T) {
	run(t, "", "regime", "confirm", "mc-2015", "--dry-run").status(0).has("Sẽ ghi nhận")
	run(t, "", "regime", "list").status(0).has("mc-2015", "chờ cơ quan có thẩm quyền của tỉnh")
	var r struct {
		Confirmed   bool
		ConfirmedAt time.Time `json:"confirmed_at"`
	}
	run(t, "", "regime", "confirm", "mc-2015", "-o", "json").status(0).json(&r)
	first := r.ConfirmedAt
	run(t, "", "regime", "confirm", "mc-2015").status(0).has("trước đó")
	run(t, "", "regime", "confirm", "mc-2015", "-o", "json").status(0).json(&r)
	if !r.Confirmed || !r.ConfirmedAt.Equal(first) {
		t.Errorf("%+v, first %s", r, first)
	}
}

func TestAnAccountIsMadeWithoutAPassword(t *testing.T) {
	args := []string{"account", "create", "an.nv", "--name", "Nguyễn Văn An", "--role", "admin@H17"}
	run(t, "", append(args, "--dry-run")...).status(0)
	run(t, "", "account", "list", "--q", "an.nv").status(0).tells("Không có tài khoản nào")
	o := run(t, "", args...).status(0).tells("Đã tạo tài khoản «an.nv»")
	if !strings.HasPrefix(o.out, "http://127.0.0.1:9999/thiet-lap/") || strings.Count(o.out, "\n") != 1 {
		t.Errorf("stdout must be the link alone: %q", o.out)
	}
	run(t, "", args...).status(1).tells("đã có người dùng")
	run(t, "", append(args, "--dry-run")...).status(1).tells("đã có người dùng")
	run(t, "", "account", "token", "--login", "an.nv").status(1)
	run(t, "", "account", "list").status(0).has("an.nv", "admin@H17", "Chờ đặt mật khẩu")
	run(t, "", "account", "matrix").status(0).has("H17  Ủy ban nhân dân thành phố Đà Nẵng\n  Quản trị hệ thống tỉnh  an.nv\n").tells("92 cơ quan")
	run(t, "", "account", "lock", "an.nv").status(1).tells("không còn quản trị")
	run(t, "", "account", "create", "binh.tt", "--name", "Trần Thị Bình", "--role", "clerk@H17.18", "--role", "editor@H17.18").status(0)
	run(t, "", "account", "lock", "binh.tt", "--dry-run").status(0).has("Sẽ khóa")
	run(t, "", "account", "lock", "binh.tt").status(0)
	run(t, "", "account", "reset", "binh.tt").status(1)
	run(t, "", "account", "unlock", "binh.tt").status(0)
	var list struct {
		Items []struct {
			Login     string
			Positions []struct{ Role, Agency string }
		}
	}
	run(t, "", "account", "list", "--agency", "H17.18", "-o", "json").status(0).json(&list)
	if len(list.Items) != 1 || len(list.Items[0].Positions) != 2 {
		t.Errorf("%+v", list)
	}
}

// Every refusal is one sentence with a cure in the chosen language, its exit status, and nothing on stdout; with -o json
// it is one document.
func TestWhatCannotBeIsRefusedInASentence(t *testing.T) {
	for _, c := range []struct {
		name string
		exit int
		says string
		args []string
	}{
		{"an unknown procedure", 1, "9.999999", []string{"catalogue", "show", "9.999999"}},
		{"a malformed code", 2, "abc", []string{"catalogue", "show", "abc"}},
		{"an unknown field", 2, "nowhere", []string{"catalogue", "list", "--field", "nowhere"}},
		{"an unknown agency in a filter", 2, "H99", []string{"catalogue", "list", "--agency", "H99"}},
		{"an unknown level", 2, "ward", []string{"catalogue", "list", "--level", "ward"}},
		{"an unknown online level", 2, "none", []string{"catalogue", "list", "--online", "none"}},
		{"a negative limit", 2, "-1", []string{"catalogue", "list", "--limit", "-1"}},
		{"a change of an unknown procedure", 1, "9.999999", []string{"catalogue", "set", "9.999999", "name=x"}},
		{"a change without a value", 2, "name", []string{"catalogue", "set", "1.001193", "name"}},
		{"a change of an unknown member", 2, "colour", []string{"catalogue", "set", "1.001193", "colour=red"}},
		{"a time limit without a unit", 2, "5", []string{"catalogue", "set", "1.001193", "term.direct=5"}},
		{"a file that is not there", 2, "/nowhere.csv", []string{"catalogue", "import", "/nowhere.csv"}},
		{"a pipe without a format", 2, "--format", []string{"catalogue", "import", "-"}},
		{"an unknown format", 2, "xls", []string{"catalogue", "export", "--format", "xls"}},
		{"a file that cannot be written", 2, "/nowhere/x.csv", []string{"catalogue", "export", "--out", "/nowhere/x.csv"}},
		{"an unknown unit", 1, "99999", []string{"units", "show", "99999"}},
		{"a malformed day", 2, "30/6/2025", []string{"units", "tree", "--as-of", "30/6/2025"}},
		{"a day before the records", 2, "31/12/2014", []string{"units", "tree", "--as-of", "1999-01-01"}},
		{"a negative depth", 2, "-2", []string{"units", "tree", "--depth", "-2"}},
		{"an unknown agency", 1, "H99", []string{"agencies", "show", "H99"}},
		{"an unknown agency above", 1, "H99", []string{"agencies", "--parent", "H99"}},
		{"a malformed year", 2, "26", []string{"calendar", "show", "--year", "26"}},
		{"a year that the calendar does not know", 1, "2040", []string{"calendar", "show", "--year", "2099"}},
		{"no time limit", 2, "--term", []string{"calendar", "due"}},
		{"a number of what", 2, "5", []string{"calendar", "due", "--term", "5"}},
		{"a malformed moment", 2, "noon", []string{"calendar", "due", "--term", "5wd", "--received", "noon"}},
		{"an unknown regime", 1, "nope", []string{"regime", "confirm", "nope"}},
		{"an unknown account", 1, "", []string{"account", "lock", "nobody"}},
		{"no login", 2, "--login", []string{"account", "token"}},
		{"a position without an agency", 2, "clerk", []string{"account", "create", "c.nv", "--name", "C", "--role", "clerk"}},
		{"an unknown role", 2, "boss", []string{"account", "create", "c.nv", "--name", "C", "--role", "boss@H17"}},
		{"a position at an unknown agency", 2, "H99", []string{"account", "create", "c.nv", "--name", "C", "--role", "clerk@H99"}},
		{"an account without a name", 2, "", []string{"account", "create", "c.nv", "--role", "clerk@H17"}},
		{"an unknown status", 2, "asleep", []string{"account", "list", "--status", "asleep"}},
		{"an unknown subcommand", 2, "lst", []string{"catalogue", "lst"}},
		{"an unknown flag", 2, "--colour", []string{"units", "tree", "--colour"}},
		{"no argument", 2, "", []string{"units", "show"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for lang, cure := range map[string]string{"vi": "Cách xử lý:", "en": "Cure:"} {
				o := run(t, "", append(c.args, "--lang", lang)...).status(c.exit).tells(c.says, cure)
				if o.out != "" || strings.Contains(o.err, "commands.") || strings.Contains(o.err, "goroutine") {
					t.Errorf("%s: stdout %q, stderr %q", lang, o.out, o.err)
				}
			}
			var told struct {
				Exit  int
				Error struct{ Message, Cure string }
			}
			run(t, "", append(c.args, "-o", "json")...).status(c.exit).json(&told)
			if told.Exit != c.exit || told.Error.Message == "" || told.Error.Cure == "" {
				t.Errorf("%+v", told)
			}
		})
	}
}

// Without an instance every command says so with exit status 8; with one whose PostgreSQL is away, with 1 and a cure.
func TestWithoutAnInstanceOrItsDatabase(t *testing.T) {
	if here().err != nil {
		t.Fatal(here().err)
	}
	silent := t.TempDir()
	for _, f := range []string{"etc/instance.yaml", "etc/secrets/db-app", "etc/secrets/db-owner", "etc/secrets/audit-key.pub"} {
		content, err := os.ReadFile(here().at(f))
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(silent, f)), 0o755)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(silent, f), content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"catalogue", "list"}, {"catalogue", "show", "1.001193"}, {"catalogue", "set", "1.001193", "name=x"}, {"catalogue", "export"},
		{"units", "tree"}, {"units", "show", "48"}, {"agencies"}, {"agencies", "show", "H17"}, {"calendar", "show"}, {"calendar", "due", "--term", "5wd"},
		{"regime", "list"}, {"regime", "confirm", "mc-2018"}, {"account", "list"}, {"account", "matrix"}, {"account", "token", "--login", "x"},
		{"account", "create", "x.y", "--name", "X", "--role", "clerk@H17"}, {"account", "lock", "x"}, {"audit", "verify"}} {
		runAt(t, t.TempDir(), "", args...).status(8).tells("chưa có hệ thống nào")
		runAt(t, silent, "", args...).status(1).tells("Không kết nối được cơ sở dữ liệu", "egovctl start")
	}
	runAt(t, t.TempDir(), "", "history").status(8)
	runAt(t, silent, "", "history").status(0).tells("Chưa có thao tác nào")
}

func TestListsAreNeverNull(t *testing.T) {
	for _, args := range [][]string{{"catalogue", "list", "--q", "zzzzqqqq"}, {"agencies", "--q", "zzzzqqqq"}, {"account", "list", "--q", "zzzzqqqq"}, {"history"}} {
		var o map[string]json.RawMessage
		run(t, "", append(args, "-o", "json")...).status(0).json(&o)
		if string(o["items"]) != "[]" {
			t.Errorf("%v: %s", args, o["items"])
		}
	}
}
