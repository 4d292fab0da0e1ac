package onestop_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"egovctl/platform/kernel/who"
	"egovctl/platform/module"
	"egovctl/platform/services/onestop"
	"egovctl/platform/services/onestop/internal/trial"
)

// open opens the office behind the real front door.
func open(t *testing.T) (*trial.Office, http.Handler) {
	t.Helper()
	o := trial.Open(t)
	return o, front(t, o)
}

func front(t *testing.T, o *trial.Office) http.Handler {
	t.Helper()
	pages := o.Pages(t)
	s, err := onestop.New(onestop.Deps{Deps: module.Deps{DB: o.DB.App(), Log: o.Desk.Log, Clock: o.Clock, Texts: o.Texts, Pages: pages, Settings: o.Desk.Settings},
		Agencies: o.Desk.Agencies, Procedures: o.Desk.Procedures, Deadlines: o.Desk.Deadlines, Staff: o.Desk.Staff, Fonts: o.Desk.Fonts, Prints: o.Desk.Prints})
	if err != nil {
		t.Fatal(err)
	}
	return o.Front(t, pages, s.Module().Routes)
}

const wedding = `{"procedure":"1.000894","agency":"H17.110","applicant":{"name":"Nguyễn Thị Ánh","id_number":"048190000001","phone":"0900000001","address":"12 Lê Duẩn"},"components":[{"name":"Tờ khai","originals":1,"copies":0,"required":true}]}`

func with(body, old, now string) string { return strings.Replace(body, old, now, 1) }

func TestFilingByPrograms(t *testing.T) {
	o, h := open(t)
	for _, c := range []struct {
		name   string
		by     who.Principal
		body   string
		typ    string
		status int
		has    string
		not    string
	}{
		{"a citizen files", trial.Citizen, wedding, "", 201, `"code":null`, "Ánh"},
		{"a clerk files at the counter", trial.Clerk, wedding, "", 201, `"warnings":[]`, ""},
		{"papers may be bare names, or left out", trial.Citizen, with(wedding, `[{"name":"Tờ khai","originals":1,"copies":0,"required":true}]`, `["Tờ khai"]`), "", 201, `"reference":"T`, ""},
		{"nobody is told to sign in before anything is looked at", who.Principal{}, `{`, "text/plain", 401, "", ""},
		{"an officer does not file", trial.Officer, wedding, "", 403, "", ""},
		{"a clerk of another agency does not file here", trial.Elsewhere, wedding, "", 403, "", ""},
		{"malformed JSON", trial.Citizen, `{"procedure":`, "", 400, "", ""},
		{"a field that does not exist", trial.Citizen, with(wedding, `"agency"`, `"agencies":1,"agency"`), "", 400, "agencies", ""},
		{"a wrong type", trial.Citizen, with(wedding, `"1.000894"`, `7`), "", 400, "procedure", ""},
		{"a wrong content type", trial.Citizen, wedding, "text/plain", 415, "", ""},
		{"a body of 10 MB", trial.Citizen, with(wedding, "12 Lê Duẩn", strings.Repeat("a", 10<<20)), "", 413, "", ""},
		{"NUL in a name", trial.Citizen, with(wedding, "Nguyễn", `\u0000`), "", 400, "", ""},
		{"text that is not UTF-8", trial.Citizen, with(wedding, "Nguyễn", "\xff"), "", 400, "", ""},
		{"an unknown procedure", trial.Citizen, with(wedding, "1.000894", "9.999999"), "", 400, `"field":"procedure"`, ""},
		{"a procedure that is not announced", trial.Clerk, with(wedding, "1.000894", trial.Unpublished), "", 400, `"field":"procedure"`, ""},
		{"an unknown agency", trial.Citizen, with(wedding, "H17.110", "H17.999"), "", 400, `"field":"agency"`, ""},
		{"the reserved agency", trial.Citizen, with(wedding, "H17.110", "PROBE"), "", 400, `"field":"agency"`, ""},
		{"an agency that does not take it", trial.Citizen, with(with(wedding, "1.000894", "1.001193"), "H17.110", "H17.18"), "", 400, `"field":"agency"`, ""},
		{"an agency that does not take it online", trial.Citizen, with(wedding, "H17.110", "H17.18"), "", 400, `"field":"procedure"`, ""},
		{"a procedure for the counter only", trial.Citizen, with(wedding, "1.000894", trial.NoDate), "", 400, `"field":"procedure"`, ""},
		{"the same at the counter", trial.Clerk, with(wedding, "1.000894", trial.NoDate), "", 201, "", ""},
		{"a case that does not exist", trial.Citizen, with(wedding, `"agency"`, `"case":"Khác","agency"`), "", 400, `"field":"case"`, ""},
		{"a number with a letter", trial.Citizen, with(wedding, "048190000001", "04819000000A"), "", 400, `"field":"applicant.id_number"`, ""},
		{"a number of 11 digits", trial.Citizen, with(wedding, "048190000001", "04819000000"), "", 400, `"field":"applicant.id_number"`, ""},
		{"a line end in a name", trial.Citizen, with(wedding, "Nguyễn Thị Ánh", `a\nb`), "", 400, `"field":"applicant.name"`, ""},
		{"an override of direction in a name", trial.Citizen, with(wedding, "Nguyễn Thị Ánh", `An\u202eh`), "", 400, `"field":"applicant.name"`, ""},
		{"a line end in an address", trial.Citizen, with(wedding, "12 Lê", `12\nLê`), "", 400, `"field":"applicant.address"`, ""},
		{"a mark that nobody sees in an address", trial.Citizen, with(wedding, "12 Lê", `12\u200bLê`), "", 400, `"field":"applicant.address"`, ""},
		{"a mark that nobody sees in a mail address", trial.Citizen, with(wedding, `"phone"`, `"email":"a@b\u200b.vn","phone"`), "", 400, `"field":"applicant.email"`, ""},
		{"a line end in a paper's name", trial.Citizen, with(wedding, "Tờ khai", `Tờ\nkhai`), "", 400, `"field":"components.0.name"`, ""},
		{"a mark that nobody sees in a paper's code", trial.Citizen, with(wedding, `"name":"Tờ`, `"code":"A\u2066","name":"Tờ`), "", 400, `"field":"components.0.code"`, ""},
		{"a mark that nobody sees in the name of who comes", trial.Clerk, with(wedding, `"components"`, `"submitter":{"name":"A\u00adn","id_number":"048190000001"},"components"`), "", 400, `"field":"submitter.name"`, ""},
		{"the counter's channel is not a citizen's", trial.Citizen, with(wedding, `"agency"`, `"channel":"direct","agency"`), "", 400, `"field":"channel"`, ""},
		{"nor is the post", trial.Citizen, with(wedding, `"agency"`, `"channel":"postal","agency"`), "", 400, `"field":"channel"`, ""},
		{"his own may be named", trial.Citizen, with(wedding, `"agency"`, `"channel":"online","agency"`), "", 201, `"reference":"T`, ""},
		{"nor is the counter's an officer's", trial.Officer, with(wedding, `"agency"`, `"channel":"direct","agency"`), "", 403, "", ""},
		{"a clerk names his", trial.Clerk, with(wedding, `"agency"`, `"channel":"direct","agency"`), "", 201, `"reference":"T`, ""},
		{"a century to come in a number is a warning", trial.Citizen, with(wedding, "048190000001", "048990000123"), "", 201, `"field":"applicant.id_number"`, ""},
		{"a number of 12 digits that looks odd is a warning", trial.Citizen, with(wedding, "048190000001", "099190000001"), "", 201, `"field":"applicant.id_number"`, ""},
		{"a number in groups", trial.Citizen, with(wedding, "048190000001", " 0481 9000-00.01 "), "", 201, `"warnings":[]`, ""},
		{"a number in groups of which one has a letter", trial.Citizen, with(wedding, "048190000001", "0481 9000 000A"), "", 400, `"field":"applicant.id_number"`, ""},
		{"a number in groups with a digit too few", trial.Citizen, with(wedding, "048190000001", "0481 9000 000"), "", 400, `"field":"applicant.id_number"`, ""},
		{"a telephone in groups", trial.Citizen, with(wedding, "0900000001", "+84 900.000-001"), "", 201, "", ""},
		{"a branch of an enterprise in groups", trial.Citizen, with(wedding, "048190000001", "0400 101 274-001"), "", 201, `"warnings":[]`, ""},
		{"an enterprise by its number", trial.Citizen, with(wedding, "048190000001", "0400101274"), "", 201, `"warnings":[]`, ""},
		{"an enterprise number with a wrong check digit", trial.Citizen, with(wedding, "048190000001", "0400101275"), "", 400, `"field":"applicant.id_number"`, ""},
		{"no name", trial.Citizen, with(wedding, "Nguyễn Thị Ánh", " "), "", 400, `"field":"applicant.name"`, ""},
		{"a telephone that is none", trial.Citizen, with(wedding, "0900000001", "12"), "", 400, `"field":"applicant.phone"`, ""},
		{"a negative number of copies", trial.Citizen, with(wedding, `"copies":0`, `"copies":-1`), "", 400, `"field":"components.0"`, ""},
		{"an unknown channel", trial.Clerk, with(wedding, `"agency"`, `"channel":"pigeon","agency"`), "", 400, `"field":"channel"`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := o.DB.Text(`select count(*) from onestop.dossier`)
			if c.typ == "" {
				c.typ = "application/json"
			}
			status, header, body := trial.Do(t, h, trial.Call{By: c.by, Method: "POST", Path: "/api/v1/dossiers", Type: c.typ, Body: c.body})
			if status != c.status || !strings.Contains(body, c.has) || c.not != "" && strings.Contains(body, c.not) {
				t.Fatalf("%d %.500s", status, body)
			}
			if status >= 400 && !strings.HasPrefix(header.Get("Content-Type"), "application/problem+json") {
				t.Errorf("refused as %s", header.Get("Content-Type"))
			}
			if after := o.DB.Text(`select count(*) from onestop.dossier`); (after != before) != (status == 201) {
				t.Errorf("%s dossiers before, %s after %d", before, after, status)
			}
		})
	}
}

func TestFilingIsSwitchedOffForCitizensOnly(t *testing.T) {
	o := trial.Open(t)
	o.Desk.Settings.FilingPublic = false
	h := front(t, o)
	post := func(by who.Principal, body string) int {
		status, _, _ := trial.Do(t, h, trial.Call{By: by, Method: "POST", Path: "/api/v1/dossiers", Type: "application/json", Body: body})
		return status
	}
	if a, b := post(trial.Citizen, wedding), post(trial.Clerk, wedding); a != 403 || b != 201 {
		t.Fatalf("citizen %d, clerk %d", a, b)
	}
	if status := post(trial.Citizen, with(wedding, `"agency"`, `"channel":"direct","agency"`)); status != 403 {
		t.Fatalf("a citizen who says that he is at the counter: %d", status)
	}
	if status, _, _ := trial.Do(t, h, trial.Call{By: trial.Citizen, Path: "/nop-ho-so/" + trial.FiveDays}); status != 403 {
		t.Fatalf("the form answers %d", status)
	}
}

func TestTheSameKeyFilesOnce(t *testing.T) {
	o, h := open(t)
	call := trial.Call{By: trial.Citizen, Method: "POST", Path: "/api/v1/dossiers", Type: "application/json", Body: wedding, Key: "one"}
	s1, _, first := trial.Do(t, h, call)
	s2, _, second := trial.Do(t, h, call)
	if s1 != 201 || s2 != 201 || first != second || !strings.Contains(first, `"reference":"T`) {
		t.Fatalf("%d %s then %d %s", s1, first, s2, second)
	}
	call.Body = with(wedding, "Ánh", "Bình")
	if status, _, body := trial.Do(t, h, call); status != 409 {
		t.Fatalf("another request under the same key: %d %s", status, body)
	}
	call.By, call.Body = trial.Stranger, wedding
	if status, _, third := trial.Do(t, h, call); status != 201 || third == first {
		t.Fatalf("somebody else's key: %d %s", status, third)
	}
	if n := o.DB.Text(`select count(*) from onestop.dossier`); n != "2" {
		t.Fatalf("%s dossiers", n)
	}
}

// fileAs files and returns the reference.
func fileAs(t *testing.T, h http.Handler, by who.Principal) string {
	t.Helper()
	status, _, body := trial.Do(t, h, trial.Call{By: by, Method: "POST", Path: "/api/v1/dossiers", Type: "application/json", Body: wedding})
	var out struct{ Reference string }
	if err := json.Unmarshal([]byte(body), &out); err != nil || status != 201 {
		t.Fatalf("%d %s", status, body)
	}
	return out.Reference
}

func actAs(t *testing.T, h http.Handler, by who.Principal, key, action, body string) (int, string) {
	t.Helper()
	typ := "application/json"
	if body == "" {
		typ = ""
	}
	status, _, got := trial.Do(t, h, trial.Call{By: by, Method: "POST", Path: "/api/v1/dossiers/" + key + "/actions/" + action, Type: typ, Body: body})
	return status, got
}

func TestActionsByPrograms(t *testing.T) {
	_, h := open(t)
	ref := fileAs(t, h, trial.Citizen)
	for _, c := range []struct {
		name, action, body string
		by                 who.Principal
		status             int
		has                string
	}{
		{"nobody", "receive", "", who.Principal{}, 401, ""},
		{"the wrong role", "receive", "", trial.Leader, 403, ""},
		{"no such action", "explode", "", trial.Clerk, 404, ""},
		{"too early", "sign", "", trial.Leader, 409, ""},
		{"somebody else's dossier", "receive", "", trial.Elsewhere, 404, ""},
		{"malformed JSON", "receive", "{", trial.Clerk, 400, ""},
		{"a date that is none", "receive", `{"due":"tomorrow"}`, trial.Clerk, 400, `"field":"due"`},
		{"a mark that nobody sees in a reason", "refuse", `{"reason":"không\u202eđủ"}`, trial.Clerk, 400, `"field":"reason"`},
		{"a mark that nobody sees in a note", "receive", `{"note":"a\u200bb"}`, trial.Clerk, 400, `"field":"note"`},
		{"no reason where one is needed", "refuse", `{}`, trial.Clerk, 400, `"field":"reason"`},
		{"an outdated version", "receive", `{"version":7}`, trial.Clerk, 409, ""},
		{"papers that nobody asked for", "receive", `{"components":["Tờ khai"]}`, trial.Clerk, 400, `"field":"components"`},
		{"the clerk receives, without a body", "receive", "", trial.Clerk, 200, `"code":"H17.110-260309-0001"`},
		{"twice", "receive", "", trial.Clerk, 409, ""},
		{"assign to nobody when there are two", "assign", `{}`, trial.Head, 400, `"field":"to.account"`},
		{"assign to a clerk", "assign", `{"to":{"account":"clerk"}}`, trial.Head, 400, `"field":"to.account"`},
		{"assign by login", "assign", `{"to":{"account":"officer"},"note":"Gấp"}`, trial.Head, 200, `"step":"assigned"`},
		{"transfer to nowhere", "transfer", `{"reason":"x","to":{"agency":"H99"}}`, trial.Head, 400, `"field":"to.agency"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if status, body := actAs(t, h, c.by, ref, c.action, c.body); status != c.status || !strings.Contains(body, c.has) {
				t.Fatalf("%d %s", status, body)
			}
		})
	}
}

func TestWhatALookUpTells(t *testing.T) {
	o, h := open(t)
	ref := fileAs(t, h, trial.Citizen)
	actAs(t, h, trial.Clerk, ref, "receive", `{"note":"ghi chú nội bộ"}`)
	code := "H17.110-260309-0001"
	secret := o.DB.Text(`select secret from onestop.dossier_secret`)
	full := []string{`"step":"received"`, `"days_left":3`, `"due_at":"2026-03-12T17:30:00+07:00"`, `"timeline"`}
	for _, c := range []struct {
		name, path string
		by         who.Principal
		has, not   []string
	}{
		{"a stranger learns the code and how it stands", code, who.Principal{}, []string{`{"code":"H17.110-260309-0001","state":"in_progress"}`}, full},
		{"by the reference too", strings.ToLower(strings.ReplaceAll(ref, "-", "")), who.Principal{}, []string{`"state":"in_progress"`}, full},
		{"somebody signed in who is not concerned", code, trial.Stranger, []string{`"state":"in_progress"`}, full},
		{"a wrong secret", code + "?secret=X", who.Principal{}, []string{`"state":"in_progress"`}, full},
		{"the owner", code, trial.Citizen, full, []string{"ghi chú nội bộ", "Bưởi", "acc-", "048190000001"}},
		{"the holder of the secret", code + "?secret=" + secret, who.Principal{}, full, []string{"ghi chú nội bộ", "Bưởi", secret}},
		{"an official of the agency", code, trial.Officer, append(full, "ghi chú nội bộ"), []string{secret, "048190000001"}},
		{"an official of another agency", code, trial.Elsewhere, []string{`"state":"in_progress"`}, full},
		{"a leader above", code, trial.Chair, full, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, _, body := trial.Do(t, h, trial.Call{By: c.by, Path: "/api/v1/dossiers/" + c.path})
			if status != 200 {
				t.Fatalf("%d %s", status, body)
			}
			for _, w := range c.has {
				if !strings.Contains(body, w) {
					t.Errorf("does not say %s: %s", w, body)
				}
			}
			for _, w := range c.not {
				if strings.Contains(body, w) {
					t.Errorf("says %s: %s", w, body)
				}
			}
		})
	}
	for _, unknown := range []string{"H17.110-260309-9999", "TAAA-AAAA-AAAA", "x", "%00", "PROBE-260309-0001"} {
		if status, _, body := trial.Do(t, h, trial.Call{Path: "/api/v1/dossiers/" + unknown}); status != 404 && status != 400 {
			t.Errorf("%s: %d %s", unknown, status, body)
		}
	}
}

func TestTheInboxFollowsTheRole(t *testing.T) {
	_, h := open(t)
	var refs []string
	for range 3 {
		refs = append(refs, fileAs(t, h, trial.Citizen))
	}
	type list struct {
		Items []struct{ Reference, State, Waits string }
		Next  *string
	}
	get := func(by who.Principal, query string) (l list) {
		t.Helper()
		status, _, body := trial.Do(t, h, trial.Call{By: by, Path: "/api/v1/inbox" + query})
		if err := json.Unmarshal([]byte(body), &l); err != nil || status != 200 {
			t.Fatalf("%d %s", status, body)
		}
		return l
	}
	if l := get(trial.Clerk, ""); len(l.Items) != 3 || l.Next != nil {
		t.Fatalf("the clerk waits for %+v", l)
	}
	page1 := get(trial.Clerk, "?limit=2")
	page2 := get(trial.Clerk, "?limit=2&cursor="+*page1.Next)
	if len(page1.Items) != 2 || len(page2.Items) != 1 || page2.Next != nil || page2.Items[0] == page1.Items[0] || page2.Items[0] == page1.Items[1] {
		t.Fatalf("pages %+v %+v", page1, page2)
	}
	actAs(t, h, trial.Clerk, refs[0], "receive", "")
	if l := get(trial.Head, ""); len(l.Items) != 1 || l.Items[0].State != "received" {
		t.Fatalf("the head waits for %+v", l)
	}
	actAs(t, h, trial.Head, refs[0], "assign", `{"to":{"account":"officer"}}`)
	if a, b, c := get(trial.Officer, ""), get(trial.Colleague, ""), get(trial.Leader, "?state=assigned"); len(a.Items) != 1 || len(b.Items) != 0 || len(c.Items) != 1 {
		t.Fatalf("officer %+v, colleague %+v, leader by state %+v", a, b, c)
	}
	for _, c := range []struct {
		name, query string
		by          who.Principal
		status      int
	}{
		{"nobody", "", who.Principal{}, 401}, {"a citizen", "", trial.Citizen, 403}, {"an unknown state", "?state=x", trial.Clerk, 400},
		{"overdue or not, nothing between", "?overdue=maybe", trial.Clerk, 400}, {"what is not overdue is not left out", "?overdue=false", trial.Clerk, 200},
		{"an agency where one does not work", "?agency=H17.18", trial.Clerk, 403}, {"seeing is not working there", "?agency=H17.110", trial.Chair, 403},
		{"a cursor that is none", "?cursor=AAAA", trial.Clerk, 400}, {"too many", "?limit=1000", trial.Clerk, 400},
	} {
		if status, _, body := trial.Do(t, h, trial.Call{By: c.by, Path: "/api/v1/inbox" + c.query}); status != c.status {
			t.Errorf("%s: %d %s", c.name, status, body)
		}
	}
}
