package main_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"egovctl/cmd/egovctl/internal/trial"
)

type dossier struct {
	Code      *string    `json:"code"`
	Reference string     `json:"reference"`
	State     string     `json:"state"`
	Step      string     `json:"step"`
	DueAt     *time.Time `json:"due_at"`
	DaysLeft  *int       `json:"days_left"`
	Timeline  []struct {
		Action string `json:"action"`
	} `json:"timeline"`
}

type found struct {
	Items []struct {
		Code        string `json:"code"`
		Name        string `json:"name"`
		FiledOnline bool   `json:"filed_online"`
	} `json:"items"`
	Next *string `json:"next"`
}

type procedure struct {
	Code      string `json:"code"`
	Name      string `json:"name"`
	Offerings []struct {
		Agency string `json:"agency"`
		Online bool   `json:"online"`
	} `json:"offerings"`
}

// officialCode is the form of a dossier code: identifier of the agency, day of reception, number of that day.
var officialCode = regexp.MustCompile(`^(\d{3}\.\d{2}\.\d{2}\.[A-Y]\d{2}|[A-Y]\d{2}(\.[0-9A-Z]+)*)-(\d{6})-\d{4,}$`)

// offeredOnline finds a procedure that is filed online at an agency where the demo has a clerk.
func offeredOnline(t *testing.T, p *trial.Place, in trial.Installed, query string) (code, agency string) {
	t.Helper()
	anyone := p.Anonymous()
	var hits found
	anyone.Get("/api/v1/procedures?q=" + url.QueryEscape(query)).Status(http.StatusOK).JSON(&hits)
	for _, h := range hits.Items {
		var one procedure
		anyone.Get("/api/v1/procedures/" + h.Code).Status(http.StatusOK).JSON(&one)
		for _, o := range one.Offerings {
			if _, ok := in.Holder("clerk", o.Agency); ok && o.Online {
				return one.Code, o.Agency
			}
		}
	}
	t.Fatalf("%q: none of %d hits is filed online where the demo has a clerk", query, len(hits.Items))
	return "", ""
}

func filing(code, agency string) map[string]any {
	return map[string]any{"procedure": code, "agency": agency, "components": []any{}, "applicant": map[string]string{
		"name": "Nguyễn Thị Thử", "id_number": "097190000001", "phone": "0905123456", "address": "1 Trần Phú, Hải Châu"}}
}

// The whole life of a dossier, as citizen and officials live it, over HTTP alone.
func TestADossierLivesFromSearchToReturn(t *testing.T) {
	p, in := trial.Shared(t)
	anyone := p.Anonymous()

	t.Run("a search without accents finds Đăng ký khai sinh first", func(t *testing.T) {
		var hits found
		p.For(t).Anonymous().Get("/api/v1/procedures?q=dang+ky+khai+sinh").Status(http.StatusOK).JSON(&hits)
		if len(hits.Items) == 0 || !regexp.MustCompile(`(?i)đăng ký khai sinh`).MatchString(hits.Items[0].Name) {
			t.Errorf("%+v", hits.Items)
		}
	})

	code, agency := offeredOnline(t, p, in, "dang ky khai sinh")
	citizen := p.As(in, "citizen", "")
	clerk, head := p.As(in, "clerk", agency), p.As(in, "head", agency)
	officer, leader := p.As(in, "officer", agency), p.As(in, "leader", agency)
	who, _ := in.Holder("officer", agency)

	key := trial.Header{Name: "Idempotency-Key", Value: "trial-life-1"}
	first := citizen.Post("/api/v1/dossiers", filing(code, agency), key).Status(http.StatusCreated)
	var filed dossier
	first.JSON(&filed)
	if filed.Reference == "" || filed.Code != nil {
		t.Fatalf("filed: %s", first.Body)
	}

	t.Run("the same request again is the same answer, another under its key is refused", func(t *testing.T) {
		again := p.For(t).SignIn(mustHold(t, in, "citizen")).Post("/api/v1/dossiers", filing(code, agency), key).Status(http.StatusCreated)
		var a, b any
		first.JSON(&a)
		again.JSON(&b)
		if diff := cmp.Diff(a, b); diff != "" {
			t.Error(diff)
		}
		other := filing(code, agency)
		other["applicant"].(map[string]string)["name"] = "Trần Văn Khác"
		p.For(t).SignIn(mustHold(t, in, "citizen")).Post("/api/v1/dossiers", other, key).Problem(http.StatusConflict)
	})

	received := act(t, clerk, filed.Reference, "receive", nil)
	t.Run("reception gives a code of the official form with today's date, and a promised day", func(t *testing.T) {
		if received.Code == nil || received.DueAt == nil {
			t.Fatalf("%+v", received)
		}
		m := officialCode.FindStringSubmatch(*received.Code)
		if m == nil || m[3] != time.Now().In(time.FixedZone("Asia/Ho_Chi_Minh", 7*3600)).Format("060102") {
			t.Errorf("code %q", *received.Code)
		}
	})
	ref := *received.Code
	t.Run("the head finds it in the inbox", func(t *testing.T) {
		var box struct {
			Items []dossier `json:"items"`
		}
		p.For(t).As(in, "head", agency).Get("/api/v1/inbox?limit=100").Status(http.StatusOK).JSON(&box)
		if !slices.ContainsFunc(box.Items, func(d dossier) bool { return d.Code != nil && *d.Code == ref }) {
			t.Errorf("%s is not among %d", ref, len(box.Items))
		}
	})
	t.Run("whoever is not the next to act is refused", func(t *testing.T) {
		p.For(t).As(in, "officer", agency).Post("/api/v1/dossiers/"+ref+"/actions/assign", map[string]any{}).Problem(http.StatusForbidden)
		p.For(t).As(in, "citizen", "").Post("/api/v1/dossiers/"+ref+"/actions/sign", map[string]any{}).Problem(http.StatusForbidden)
	})
	act(t, head, ref, "assign", map[string]any{"to": map[string]string{"account": who.Login}})
	act(t, officer, ref, "appraise", map[string]any{"note": "Hồ sơ đủ điều kiện."})
	act(t, officer, ref, "submit", nil)
	act(t, leader, ref, "sign", nil)
	act(t, clerk, ref, "issue", nil)
	last := act(t, clerk, ref, "return", nil)
	if last.State != "finished" {
		t.Errorf("after its return the dossier is %q", last.State)
	}

	t.Run("a stranger learns the code and the standing, nothing else", func(t *testing.T) {
		var raw map[string]json.RawMessage
		anyone.Get("/api/v1/dossiers/" + ref).Status(http.StatusOK).JSON(&raw)
		if got := slices.Sorted(maps.Keys(raw)); !slices.Equal(got, []string{"code", "state"}) || string(raw["state"]) != `"finished"` {
			t.Errorf("%v %s", got, raw["state"])
		}
	})
	t.Run("the citizen sees every step of the way", func(t *testing.T) {
		var mine dossier
		citizen.Get("/api/v1/dossiers/" + ref).Status(http.StatusOK).JSON(&mine)
		var way []string
		for _, m := range mine.Timeline {
			way = append(way, m.Action)
		}
		want := []string{"file", "receive", "assign", "appraise", "submit", "sign", "issue", "return"}
		if !slices.Equal(way, want) {
			t.Errorf("the way was %v, want %v", way, want)
		}
	})
}

func act(t *testing.T, c *trial.Client, ref, action string, body map[string]any) dossier {
	t.Helper()
	if body == nil {
		body = map[string]any{}
	}
	var d dossier
	c.Post("/api/v1/dossiers/"+ref+"/actions/"+action, body).Status(http.StatusOK).JSON(&d)
	return d
}

func mustHold(t *testing.T, in trial.Installed, role string) trial.Account {
	t.Helper()
	a, ok := in.Holder(role, "")
	if !ok {
		t.Fatalf("nobody is %s", role)
	}
	return a
}
