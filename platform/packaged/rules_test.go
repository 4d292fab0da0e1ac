package packaged

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/workcal"
	"egovctl/templates"
)

func TestTermOfOneLine(t *testing.T) {
	for _, c := range []struct {
		name    string
		row     row
		sameDay bool // the field gives same-day limits without a word
		want    workcal.Term
	}{
		{"working days keep their fraction", row{"3.5", "working_day", ""}, false, workcal.Term{Kind: workcal.WorkingDays, Thousands: 3500}},
		{"two decimals are kept", row{"6.25", "working_day", ""}, false, workcal.Term{Kind: workcal.WorkingDays, Thousands: 6250}},
		{"a day is a calendar day", row{"30", "day", ""}, false, workcal.Term{Kind: workcal.CalendarDays, Thousands: 30000}},
		{"months", row{"6", "month", ""}, false, workcal.Term{Kind: workcal.Months, Thousands: 6000}},
		{"hours are working hours", row{"24", "hour", ""}, false, workcal.Term{Kind: workcal.WorkingHours, Thousands: 24000}},
		{"OTHER 1 of civil status is the same day", row{"1", "other", ""}, true, workcal.Term{Kind: workcal.SameDay}},
		{"OTHER 0 of certification is the same day", row{"0", "other", ""}, true, workcal.Term{Kind: workcal.SameDay}},
		{"OTHER 1 elsewhere is nothing to count on", row{"1", "other", ""}, false, workcal.Term{Kind: workcal.Other}},
		{"OTHER 5 has a number without a unit, also in civil status", row{"5", "other", ""}, true, workcal.Term{Kind: workcal.Other, Thousands: 5000}},
		{"words of the same day with the hour", row{"", "other", "Thực hiện trong ngày làm việc nhận được hồ sơ; sau 15 giờ thì trong ngày làm việc tiếp theo"}, false,
			workcal.Term{Kind: workcal.SameDay, Text: "Thực hiện trong ngày làm việc nhận được hồ sơ; sau 15 giờ thì trong ngày làm việc tiếp theo"}},
		{"words that are one limit", row{"", "other", "Không quá 10 ngày làm việc."}, false, workcal.Term{Kind: workcal.WorkingDays, Thousands: 10000, Text: "Không quá 10 ngày làm việc."}},
		{"a limit in calendar days", row{"", "other", "Không quá 35 ngày kể từ ngày nhận đủ hồ sơ hợp lệ"}, false,
			workcal.Term{Kind: workcal.CalendarDays, Thousands: 35000, Text: "Không quá 35 ngày kể từ ngày nhận đủ hồ sơ hợp lệ"}},
		{"two limits stay words", row{"", "other", "15 ngày và 05 ngày làm việc"}, false, workcal.Term{Kind: workcal.Other, Text: "15 ngày và 05 ngày làm việc"}},
		{"a sum stays words", row{"", "other", "12.5 ngày làm việc + thời gian cấp lại"}, false, workcal.Term{Kind: workcal.Other, Text: "12.5 ngày làm việc + thời gian cấp lại"}},
		{"where to file is not how long it takes", row{"0", "other", "Nộp trực tuyến tại địa chỉ https://dichvucong.gov.vn"}, false, workcal.Term{Kind: workcal.Other}},
		{"a limit of a day said beside another is not a same day", row{"", "other", "Kiểm tra ngay trong ngày, trả kết quả sau 05 ngày"}, false,
			workcal.Term{Kind: workcal.Other, Text: "Kiểm tra ngay trong ngày, trả kết quả sau 05 ngày"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, c.row.term(c.sameDay)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestLongestOfAChannelHoldsWhateverTheOrder(t *testing.T) {
	kinds := workcal.TermKinds()
	rapid.Check(t, func(t *rapid.T) {
		terms := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) workcal.Term {
			return workcal.Term{Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Thousands: rapid.Int64Range(1, 90000).Draw(t, "n")}
		}), 1, 5).Draw(t, "terms")
		got := longest(slices.Clone(terms))
		for _, x := range terms {
			if hours(x) > hours(got) {
				t.Fatalf("%+v is longer than %+v", x, got)
			}
		}
		slices.Reverse(terms)
		if hours(longest(terms)) != hours(got) {
			t.Fatal("the order of the lines decides")
		}
	})
}

func TestFeeOfOneLine(t *testing.T) {
	for _, c := range []struct {
		name, amount, note string
		want               Fee
		kept               bool
	}{
		{"an amount", "8000", "", Fee{Type: "fee", Amount: 8000}, true},
		{"nothing at all is no fee", "0", "", Fee{}, false},
		{"said to be none", "0", "Không quy định.", Fee{}, false},
		{"waived: the words stay", "0", "Miễn lệ phí cho hộ nghèo", Fee{Type: "fee", Note: "Miễn lệ phí cho hộ nghèo"}, true},
		{"left to the provincial council is open", "0", "Theo quy định của Hội đồng nhân dân cấp tỉnh", Fee{Type: "fee", Open: true, Note: "Theo quy định của Hội đồng nhân dân cấp tỉnh"}, true},
		{"no amount is open", "", "Chi tiết tại văn bản kèm theo", Fee{Type: "fee", Open: true, Note: "Chi tiết tại văn bản kèm theo"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, kept := feeOf("fee", c.amount, c.note)
			if d := cmp.Diff(c.want, got); d != "" || kept != c.kept {
				t.Errorf("kept %v\n%s", kept, d)
			}
		})
	}
}

func TestOnlineLevelWithoutTheChannelGetsItMarked(t *testing.T) {
	direct := Method{Channel: Direct, Term: workcal.Term{Kind: workcal.WorkingDays, Thousands: 5000}, Fees: []Fee{{Type: "fee", Amount: 100000}}}
	r := record{Procedure: Procedure{Online: OnlineFull, Methods: []Method{direct}}}
	r.mendOnline()
	m := r.method(Online)
	if m == nil || !m.Derived || m.Term != direct.Term || m.Fees[0].Amount != 100000 || !r.filable() {
		t.Errorf("the channel is %+v", m)
	}
	r = record{Procedure: Procedure{Online: OnlineInformation, Methods: []Method{direct}}}
	if r.mendOnline(); r.method(Online) != nil || r.filable() {
		t.Error("an information-only record can be filed online")
	}
}

func TestExecutorsFoldToGroups(t *testing.T) {
	e, err := newSource(templates.FS).executors()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{
		"Ủy ban Nhân dân xã, phường, thị trấn.":    {groupCommune},
		"Uỷ ban Nhân dân cấp xã, phường, thị trấn": {groupCommune},
		"Chủ tịch ủy ban nhân dân cấp tỉnh":        {groupProvince},
		"Sở Tư Pháp":                                  {"justice"},
		"Sở Xây dựng tỉnh Lai Châu":                   {"construction"},
		"Sở Giao thông vận tải":                       {"construction"},
		"Chi nhánh Văn phòng đăng ký đất đai khu vực": {groupBranch},
		"Văn phòng đăng ký đất đai":                   {"land_registration"},
		"Thuế cơ sở":                                  {"tax"},
		"Cục Thuế - Bộ tài chính":                     nil,
		"Công an cấp Xã":                              {groupPolice},
		"Phòng cảnh sát quản lý hành chính về trật tự xã hội":               {"police_province"},
		"Cục cảnh sát giao thông":                                           nil,
		"Cơ sở giáo dục":                                                    nil,
		"Chi cục Hải quan khu vực":                                          nil,
		"Cơ quan chức năng do Ủy ban nhân dân cấp tỉnh chỉ định":            {groupField},
		"Cơ quan chuyên môn về y tế thuộc Uỷ ban nhân dân cấp tỉnh":         {"health"},
		"Cơ quan, tổ chức đang quản lý sổ gốc":                              {"justice", groupCommune},
		"Một cơ quan mà không hồ sơ nào nói tới":                            nil,
		"Cơ quan chuyên môn về Nông nghiệp và Môi trường thuộc UBND cấp xã": {groupCommune},
	} {
		if got := e.groups(name); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestEveryGroupOfARuleIsSomebodys(t *testing.T) {
	s := newSource(templates.FS)
	e, err := s.executors()
	if err != nil {
		t.Fatal(err)
	}
	known := []string{groupProvince, groupCommune, groupPolice, groupBranch, groupField, "treasury", "people_council", "food_safety"}
	for _, d := range departmentsOfAll(t, s) {
		known = append(append(known, d.group), d.also...)
	}
	for _, r := range e.rules {
		for _, g := range r.groups {
			if !slices.Contains(known, g) {
				t.Errorf("the rule for %q names the group %q", r.words, g)
			}
		}
	}
	c, err := s.catalogue()
	if err != nil {
		t.Fatal(err)
	}
	list, err := s.departments2014()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.fields {
		if f.office2025 != "" && !slices.Contains(known, f.office2025) {
			t.Errorf("field %s is minded by %q", f.code, f.office2025)
		}
		if f.office2014 != "" && !slices.ContainsFunc(list, func(d department) bool { return d.group == f.office2014 }) {
			t.Errorf("field %s was minded by %q in 2014", f.code, f.office2014)
		}
		if !slices.Contains([]string{"commune", "district", "both", "none"}, f.tier2014) {
			t.Errorf("field %s has the tier %q", f.code, f.tier2014)
		}
	}
}

// departmentsOfAll are those of Hà Nội and Đà Nẵng: between them every optional one.
func departmentsOfAll(t *testing.T, s *source) []department {
	t.Helper()
	var all []department
	for _, province := range []string{"01", "48"} {
		list, err := s.departments2025(province)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, list...)
	}
	return all
}

func TestAProvinceWithoutAnOptionalDepartmentHasAStandIn(t *testing.T) {
	list, err := newSource(templates.FS).departments2025("96")
	if err != nil {
		t.Fatal(err)
	}
	for _, optional := range []string{"tourism", "ethnic_religious", "foreign_affairs"} {
		by := 0
		for _, d := range list {
			if d.group == optional {
				t.Errorf("Cà Mau has a department of %s", optional)
			}
			if slices.Contains(d.also, optional) {
				by++
			}
		}
		if by != 1 {
			t.Errorf("%s has %d stand-ins", optional, by)
		}
	}
}

func TestTheCutOf2014IsByClassThenBySerial(t *testing.T) {
	s := newSource(templates.FS)
	c, err := s.catalogue()
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.executors()
	if err != nil {
		t.Fatal(err)
	}
	o, err := s.find(Reference, clock.Date(2026, 1, 1))
	if err != nil {
		t.Fatal(err)
	}
	set := &Set{Profile: o.Profile}
	if err := s.reference(set, o.press, c, e); err != nil {
		t.Fatal(err)
	}
	departments, _ := s.departments2014()
	offers := c.in2014(e, "H17", departments).offers(set.Agencies)
	var last *record
	for i := range c.records {
		if r := &c.records[i]; r.Published && (last == nil || rank(r, last) > 0) {
			last = r
		}
	}
	left := 0
	for i := range c.records {
		r := &c.records[i]
		if offers[r.Code] == nil || r.Published {
			continue
		}
		left++
		if rank(r, last) < 0 {
			t.Errorf("%s stands before %s and is left out", r.Code, last.Code)
		}
	}
	if last.class() != 2 || left < 500 {
		t.Errorf("the cut falls in class %d with %d records left", last.class(), left)
	}
}

func TestTableReadsWhatItWasGivenAndRefusesTheRest(t *testing.T) {
	read := func(text string) ([][]string, error) {
		var got [][]string
		tb := newTable("x.csv", text, "a", "b")
		for tb.next() {
			got = append(got, slices.Clone(tb.cells))
		}
		return got, tb.err
	}
	got, err := read("a,b\n1,\"x, \"\"y\"\"\"\n\"\",z\n")
	if err != nil || cmp.Diff([][]string{{"1", `x, "y"`}, {"", "z"}}, got) != "" {
		t.Errorf("%v, %v", got, err)
	}
	for text, want := range map[string]error{
		"b,a\n1,2\n": errHeader, "": errHeader, "a,b\n1\n": errCells, "a,b\n1,2,3\n": errCells, "a,b\n\"1,2\n": errQuotes, "a,b\n\"1\"2,3\n": errQuotes,
	} {
		if _, err := read(text); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}

func TestEveryPartBelongsToAProcedure(t *testing.T) {
	s := newSource(templates.FS)
	c, err := s.catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for path, columns := range map[string][]string{
		"catalogue/methods.csv":    {"code", "channels", "amount", "unit", "note"},
		"catalogue/fees.csv":       {"code", "channels", "type", "amount", "note"},
		"catalogue/cases.csv":      {"code", "case", "name"},
		"catalogue/components.csv": {"code", "case", "component", "name", "originals", "copies", "required", "e_form"},
		"catalogue/results.csv":    {"code", "result", "name"},
	} {
		last, n := "", 0
		err := s.each(path, columns, func(x []string) {
			n++
			if c.at[x[0]] == nil {
				t.Errorf("%s: %s is no procedure", path, x[0])
			}
			if x[0] < last {
				t.Errorf("%s: %s stands after %s", path, x[0], last)
			}
			last = x[0]
		})
		if err != nil || n < 2000 {
			t.Errorf("%s: %d rows, %v", path, n, err)
		}
	}
}

func TestCalendarHasItsDaysRegimesAndHours(t *testing.T) {
	set, err := Load(templates.FS, Reference)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for i, d := range set.Days {
		kinds[d.Kind]++
		if d.Date.IsZero() || d.NameVI == "" || d.Basis == "" || i > 0 && !set.Days[i-1].Date.Before(d.Date) {
			t.Errorf("day %d is not whole or not in order: %+v", i, d)
		}
	}
	if d := cmp.Diff(map[string]int{"holiday": 47, "compensation": 4, "swap": 4, "make_up": 4}, kinds); d != "" {
		t.Error(d)
	}
	if len(set.Lunar) != 27 || !set.Lunar[12].Tet.Equal(clock.Date(2026, 2, 17)) || !set.Lunar[12].GioTo.Equal(clock.Date(2026, 4, 26)) {
		t.Errorf("lunar dates: %+v", set.Lunar)
	}
	for i, r := range set.Regimes {
		if r.Confirmed || r.Basis == "" || r.Evidence == "" || r.Params["cutoff"] != "15:00" || r.Params["cutoff_applies"] != "same_day_only" {
			t.Errorf("regime %+v", r)
		}
		if i > 0 && !set.Regimes[i-1].ValidTo.Equal(r.ValidFrom) {
			t.Errorf("%s does not begin where %s ends", r.ID, set.Regimes[i-1].ID)
		}
	}
	south, err := Load(templates.FS, "96")
	if err != nil {
		t.Fatal(err)
	}
	if set.OfficeHours != "07:30-11:30,13:30-17:30" || south.OfficeHours != "07:00-11:30,13:30-17:00" {
		t.Errorf("hours %q and %q", set.OfficeHours, south.OfficeHours)
	}
}
