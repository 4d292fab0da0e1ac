package deadlines_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/services/deadlines"
	"egovctl/platform/web"
)

func get(t *testing.T, s *deadlines.Service, target string, l locale.Lang) (*httptest.ResponseRecorder, error) {
	t.Helper()
	path, _, _ := strings.Cut(target, "?")
	for _, rt := range s.Module().Routes {
		if rt.Method != http.MethodGet || rt.Pattern != path {
			continue
		}
		if !rt.Access.Public || rt.Access.Relation == "" || rt.Summary == "" {
			t.Errorf("%s is a public fact, its row says %+v", path, rt.Access)
		}
		r, w := httptest.NewRequest(http.MethodGet, target, nil), httptest.NewRecorder()
		return w, rt.Handler(w, r.WithContext(web.WithLang(r.Context(), l)))
	}
	t.Fatalf("no route for %s", target)
	return nil, nil
}

func TestTheCalendarIsAPublicFact(t *testing.T) {
	s, _ := open(t)
	w, err := get(t, s, "/api/v1/calendar?year=2026", locale.Vietnamese)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Year        int    `json:"year"`
		WorkingDays int    `json:"working_days"`
		Announced   bool   `json:"announced"`
		Version     string `json:"version"`
		Items       []struct{ Date, Kind, Name, Basis, Status string }
		Next        any
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Year != 2026 || got.WorkingDays != 249 || !got.Announced || len(got.Version) != 13 || len(got.Items) != 17 {
		t.Errorf("%+v", got)
	}
	if first := got.Items[0]; first.Date != "2026-01-01" || first.Kind != "holiday" || first.Status != "official" {
		t.Errorf("%+v", first)
	}
	if w, err = get(t, s, "/api/v1/calendar", locale.Vietnamese); err != nil || !strings.Contains(w.Body.String(), `"year":2026`) {
		t.Errorf("without a year: %v %s", err, w.Body)
	}
	if w, err = get(t, s, "/api/v1/calendar?year=2030", locale.English); err != nil || !strings.Contains(w.Body.String(), "Lunar New Year") || !strings.Contains(w.Body.String(), `"announced":false`) {
		t.Errorf("a computed year: %v %s", err, w.Body)
	}
}

func TestAPreviewExplainsItself(t *testing.T) {
	s, _ := open(t)
	w, err := get(t, s, "/api/v1/deadlines/preview?received=2026-02-13T09:00&term=5wd", locale.English)
	if err != nil {
		t.Fatal(err)
	}
	body := w.Body.String()
	for _, want := range []string{`"due":"2026-02-27T17:30:00+07:00"`, `"term":"5wd"`, `"regime":"mc-2025"`, "Promised date: 27/02/2026.", "Not counted: 17/02/2026"} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing in %s", want, body)
		}
	}
	if w, err = get(t, s, "/api/v1/deadlines/preview?term=other", locale.English); err != nil || !strings.Contains(w.Body.String(), `"due":null`) {
		t.Errorf("a term without a date: %v %s", err, w.Body)
	}
}

func TestBadQuestionsAreRefused(t *testing.T) {
	s, _ := open(t)
	for target, key := range map[string]string{
		"/api/v1/deadlines/preview?term=5":                       "deadlines.term.unit",
		"/api/v1/deadlines/preview":                              "deadlines.term.form",
		"/api/v1/deadlines/preview?term=5wd%00":                  "deadlines.term.form",
		"/api/v1/deadlines/preview?term=9999999wd":               "deadlines.term.amount",
		"/api/v1/deadlines/preview?term=5wd&received=x":          "deadlines.received.form",
		"/api/v1/deadlines/preview?term=5wd&received=1066-10-14": "deadlines.regime.none",
		"/api/v1/deadlines/preview?term=5wd&received=2077-10-14": "deadlines.calendar.beyond",
		"/api/v1/calendar?year=twenty":                           "deadlines.year",
		"/api/v1/calendar?year=99999999999999999999":             "deadlines.year",
		"/api/v1/calendar?year=1066":                             "deadlines.calendar.beyond",
		"/lich-lam-viec?year=2026%27":                            "deadlines.year",
	} {
		_, err := get(t, s, target, locale.Vietnamese)
		if e := fault.From(err); e.Key != key || (e.Code != fault.Invalid && e.Code != fault.NotFound) {
			t.Errorf("%s: got %v, want %s", target, err, key)
		}
	}
}

func TestTheCalendarPageIsReadable(t *testing.T) {
	s, _ := open(t)
	for l, want := range map[locale.Lang][]string{
		locale.Vietnamese: {"Lịch làm việc năm 2026", "249", "Tháng 12", "Ngày Văn hóa Việt Nam", "24/11/2026", "Làm bù"},
		locale.English:    {"Working-day calendar 2026", "December (", "Make-up working day"},
	} {
		w, err := get(t, s, "/lich-lam-viec?year=2026", l)
		if err != nil {
			t.Fatal(err)
		}
		body := w.Body.String()
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("in %s: %q is missing", l, text)
			}
		}
		if strings.Count(body, "<h1>") != 1 || strings.Contains(body, "deadlines.") || strings.Contains(body, "style=") || strings.Contains(body, "<script") {
			t.Errorf("in %s: not one h1, a bare key, or something inline:\n%s", l, body)
		}
		if n := strings.Count(body, `<table class="month`); n != 12 {
			t.Errorf("%d months", n)
		}
	}
	if w, err := get(t, s, "/lich-lam-viec?year=2040", locale.Vietnamese); err != nil || strings.Contains(w.Body.String(), "2041") || !strings.Contains(w.Body.String(), "chưa được công bố") {
		t.Errorf("the last year: %v", err)
	}
}
