package agencies_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"egovctl/platform/web"
)

type unitList struct {
	Items []struct {
		Key, Code, Name, Level, Type, Parent string
		FullName                             string `json:"full_name"`
		SucceededBy                          []struct{ Code string }
		ValidTo                              *string `json:"valid_to"`
	}
	Next *string
}

func TestUnitsAPI(t *testing.T) {
	o := open(t, "48")
	for _, c := range []struct {
		name, query string
		want        int
		first       string
	}{
		{"today has the city and its communes", "?limit=1000", 95, "48"},
		{"accents do not matter", "?q=hai+chau", 1, "Phường Hải Châu"},
		{"the day before the merger has the old wards", "?as_of=2025-06-30&q=thach+thang", 1, "Phường Thạch Thang"},
		{"a level narrows", "?level=province", 1, "Thành phố Đà Nẵng"},
		{"districts are gone", "?level=district", 0, ""},
		{"districts were there", "?level=district&as_of=2025-06-30&q=hoa+vang", 1, "Huyện Hòa Vang"},
		{"a parent by its code", "?as_of=2025-06-30&parent=497", 11, ""},
		{"a code", "?code=20333", 1, "Đặc khu Hoàng Sa"},
		{"nothing", "?q=khong+co+don+vi+nay", 0, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var l unitList
			w := o.get("/api/v1/units"+c.query, &l)
			if w.Code != http.StatusOK || len(l.Items) < c.want || (c.want == 0 && len(l.Items) > 0) {
				t.Fatalf("%d, %d items, want %d\n%s", w.Code, len(l.Items), c.want, w.Body)
			}
			if c.first != "" && l.Items[0].FullName != c.first && l.Items[0].Code != c.first {
				t.Errorf("first is %s %s, want %s", l.Items[0].Code, l.Items[0].FullName, c.first)
			}
		})
	}
	var l unitList
	o.get("/api/v1/units?as_of=2025-06-30&code=20194", &l)
	if len(l.Items) != 1 || l.Items[0].ValidTo == nil || *l.Items[0].ValidTo != "2025-07-01" {
		t.Errorf("an ended unit does not tell its end: %+v", l)
	}
}

func TestUnitsPagesMeetWithoutGapOrOverlap(t *testing.T) {
	o := open(t, "danang-2014")
	seen, path := map[string]bool{}, "/api/v1/units?limit=7"
	for next := ""; ; {
		var l unitList
		o.get(path+next, &l)
		for _, u := range l.Items {
			if seen[u.Key] {
				t.Fatalf("%s came twice", u.Key)
			}
			seen[u.Key] = true
		}
		if l.Next == nil {
			break
		}
		next = "&cursor=" + url.QueryEscape(*l.Next)
	}
	if len(seen) != 65 {
		t.Errorf("%d units over all pages, want 65", len(seen))
	}
}

func TestBadQuestionsAreRefused(t *testing.T) {
	o := open(t, "48")
	for _, c := range []struct {
		name, path string
		status     int
		field      string
	}{
		{"a day that is none", "/api/v1/units?as_of=30-06-2025", 400, "as_of"},
		{"a day that does not exist", "/api/v1/units?as_of=2025-02-30", 400, "as_of"},
		{"a day before the records", "/api/v1/units?as_of=1990-01-01", 400, "as_of"},
		{"an unknown level", "/api/v1/units?level=village", 400, "level"},
		{"a limit of nothing", "/api/v1/units?limit=0", 400, "limit"},
		{"a cursor that names nothing", "/api/v1/units?cursor=eHh4", 400, "cursor"},
		{"NUL in the words", "/api/v1/units?q=%00", 400, ""},
		{"an endless question", "/api/v1/agencies?q=" + strings.Repeat("a", 500), 400, "q"},
		{"an unknown agency", "/api/v1/agencies/H99.99", 404, ""},
		{"an unknown unit above", "/api/v1/units?parent=99999", 400, "parent"},
		{"an unknown parent", "/api/v1/agencies?parent=H99", 400, "parent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p web.Problem
			w := o.get(c.path, &p)
			if w.Code != c.status || p.Field != c.field || p.Detail == "" || strings.Contains(p.Detail, ".") && !strings.Contains(p.Detail, " ") {
				t.Errorf("%d %+v", w.Code, p)
			}
		})
	}
}
