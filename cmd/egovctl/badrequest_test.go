package main_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// Every request that cannot be taken is refused as a problem document of the client's own fault (4xx), in one clear
// sentence, and says nothing of the inside.
func TestABadRequestIsRefusedInASentence(t *testing.T) {
	p, in := trial.Shared(t)
	code, agency := offeredOnline(t, p, in, "dang ky khai sinh")
	with := func(change func(map[string]any)) map[string]any {
		f := filing(code, agency)
		change(f)
		return f
	}
	person := func(key, value string) map[string]any {
		return with(func(f map[string]any) { f["applicant"].(map[string]string)[key] = value })
	}
	jsonType := trial.Header{Name: "Content-Type", Value: "application/json"}

	for _, c := range []struct {
		name   string
		as     string // role, "" for nobody
		path   string // "" for /api/v1/dossiers
		body   any    // string: as it is; else as JSON
		header trial.Header
		want   int
		field  string
	}{
		{name: "nobody is signed in", body: filing(code, agency), want: 401},
		{name: "nobody is signed in, and the body is nonsense as well", body: "{", header: jsonType, want: 401},
		{name: "the token is invented", body: filing(code, agency), header: trial.Header{Name: "Authorization", Value: "Bearer AAAA"}, want: 401},
		{name: "the JSON ends too early", as: "citizen", body: `{"procedure":`, header: jsonType, want: 400},
		{name: "the JSON has an unknown member", as: "citizen", body: with(func(f map[string]any) { f["colour"] = "red" }), want: 400},
		{name: "the JSON has a member of another type", as: "citizen", body: with(func(f map[string]any) { f["procedure"] = 7 }), want: 400},
		{name: "the body has 10 MB", as: "citizen", body: `{"procedure":"` + strings.Repeat("x", 10<<20) + `"}`, header: jsonType, want: 413},
		{name: "the content type is a form's", as: "citizen", body: "procedure=1", header: trial.Header{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}, want: 415},
		{name: "there is no such procedure", as: "citizen", body: with(func(f map[string]any) { f["procedure"] = "9.999999" }), want: 400, field: "procedure"},
		{name: "the procedure is not offered by that agency", as: "citizen", body: with(func(f map[string]any) { f["agency"] = "H17.18" }), want: 400, field: "agency"},
		{name: "there is no such agency", as: "citizen", body: with(func(f map[string]any) { f["agency"] = "H99.99" }), want: 400, field: "agency"},
		{name: "the CCCD has a letter", as: "citizen", body: person("id_number", "09719000000A"), want: 400, field: "applicant.id_number"},
		{name: "the CCCD has 11 digits", as: "citizen", body: person("id_number", "09719000000"), want: 400, field: "applicant.id_number"},
		{name: "the name has a NUL", as: "citizen", body: person("name", "Nguyễn\x00Văn"), want: 400},
		{name: "the name is bytes that are no UTF-8", as: "citizen", body: "{\"procedure\":\"\xff\xfe\"}", header: jsonType, want: 400},
		{name: "the action is unknown", as: "clerk", path: "/api/v1/dossiers/REF/actions/bribe", body: "{}", header: jsonType, want: 404},
		{name: "a citizen receives his own dossier", as: "citizen", path: "/api/v1/dossiers/REF/actions/receive", body: "{}", header: jsonType, want: 403},
		{name: "the officer receives in place of the clerk", as: "officer", path: "/api/v1/dossiers/REF/actions/receive", body: "{}", header: jsonType, want: 403},
		{name: "there is no such dossier", as: "clerk", path: "/api/v1/dossiers/H17.18-200101-9999/actions/receive", body: "{}", header: jsonType, want: 404},
		{name: "the path has a NUL", as: "clerk", path: "/api/v1/dossiers/%00/actions/receive", body: "{}", header: jsonType, want: 400},
		{name: "the key of the request is no key", as: "citizen", body: filing(code, agency), header: trial.Header{Name: "Idempotency-Key", Value: strings.Repeat("k", 400)}, want: 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := p.For(t)
			path := c.path
			if path == "" {
				path = "/api/v1/dossiers"
			}
			if strings.Contains(path, "REF") {
				var d dossier
				p.As(in, "citizen", "").Post("/api/v1/dossiers", filing(code, agency)).Status(http.StatusCreated).JSON(&d)
				path = strings.Replace(path, "REF", d.Reference, 1)
			}
			who := p.Anonymous()
			switch c.as {
			case "":
			case "citizen":
				who = p.As(in, "citizen", "")
			default:
				who = p.As(in, c.as, agency)
			}
			before := p.Sizes()["onestop.dossier"]
			var a trial.Answer
			if text, ok := c.body.(string); ok {
				a = who.Do(http.MethodPost, path, io.Reader(strings.NewReader(text)), c.header)
			} else {
				var more []trial.Header
				if c.header.Name != "" {
					more = append(more, c.header)
				}
				a = who.Post(path, c.body, more...)
			}
			got := a.Problem(c.want)
			if c.field != "" && got.Field != c.field {
				t.Errorf("the problem is at %q, want %q", got.Field, c.field)
			}
			if after := p.Sizes()["onestop.dossier"]; after != before {
				t.Errorf("%s dossiers before, %s after", before, after)
			}
		})
	}

	t.Run("a CCCD of 12 digits that looks odd is taken with a warning", func(t *testing.T) {
		var got struct {
			Reference string `json:"reference"`
			Warnings  []struct {
				Field   string `json:"field"`
				Message string `json:"message"`
			} `json:"warnings"`
		}
		p.For(t).As(in, "citizen", "").Post("/api/v1/dossiers", person("id_number", "099999999999")).Status(http.StatusCreated).JSON(&got)
		if got.Reference == "" || len(got.Warnings) != 1 || got.Warnings[0].Field != "applicant.id_number" || !trial.Sentence(got.Warnings[0].Message) {
			t.Errorf("%+v", got)
		}
	})
	t.Run("a refusal speaks English to whoever asks for it", func(t *testing.T) {
		english := p.For(t).Anonymous().Post("/api/v1/dossiers", filing(code, agency), trial.Header{Name: "Accept-Language", Value: "en"}).Problem(401)
		vietnamese := p.For(t).Anonymous().Post("/api/v1/dossiers", filing(code, agency)).Problem(401)
		if english.Detail == vietnamese.Detail || english.Title == vietnamese.Title {
			t.Errorf("the same words in both languages: %q", english.Detail)
		}
	})
}
