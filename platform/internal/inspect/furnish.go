package inspect

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"egovctl/platform/kernel/id"
)

// Body writes v as JSON.
func Body(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// J is a JSON object.
type J = map[string]any

// Form is a submitted form; pairs are name, value.
func Form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// canaries are the words of a place: they occur in its rows and in nothing else, in any spelling.
func canaries(place string) (dossier, staff []string) {
	word := func(kind string) string { return "Zyk" + kind + "Zyk" + place }
	return []string{word("Nguoi"), word("Pho"), word("Ghi"), strings.ToLower(word("thu")) + "@example.vn"}, []string{word("Canbo")}
}

// Applicant is the person of a place's dossiers; every text of it is a canary.
func (w *World) Applicant(place string) J {
	c, _ := canaries(place)
	number := map[string]string{Home: "097190777001", Away: "098190777002", Above: "099190777003"}[place]
	return J{"name": "Nguyễn " + c[0], "id_number": number, "address": "1 " + c[1], "email": c[3]}
}

// furnish gives each place what belongs to it: an official's account with a session, and a dossier with a history in
// which an official has written. Everything goes through the front door, as people do it.
func (w *World) furnish(t testing.TB) {
	t.Helper()
	for _, key := range []string{Home, Away, Above} {
		p := w.Places[key]
		p.Canaries, p.Staff = canaries(key)
		p.Login = "zyk." + key
		w.must(t, "admin", "POST", "/api/v1/accounts", Body(J{"login": p.Login, "name": "Trần " + p.Staff[0],
			"positions": []J{{"role": "registrar", "agency": p.Identifier}}}), 201)
		w.DB.Exec(`update identity.account set status = 'active' where login = $1`, p.Login)
		w.NewToken(t, p.Login)
		p.Session = w.DB.Text(`select s.id::text from identity.session s join identity.account a on a.id = s.account_id where a.login = $1`, p.Login)
		owner := map[string]string{Home: "citizen", Away: "other"}[key]
		if owner == "" {
			owner = "clerk@above"
		}
		reference := w.File(t, owner, key)
		code := w.Act(t, "clerk@"+key, reference, "receive", J{})
		p.Dossier = code
		p.DossierID = w.DB.Text(`select id::text from onestop.dossier where code = $1`, code)
		if key == Above {
			continue
		}
		w.Act(t, "head@"+key, code, "assign", J{"to": J{"account": w.Person("officer@" + key).Login}, "note": "Giao " + p.Canaries[2]})
		w.Act(t, "officer@"+key, code, "supplement", J{"reason": "Thiếu " + p.Canaries[2]})
	}
}

// File files a dossier at a place and gives its reference.
func (w *World) File(t testing.TB, person, place string) string {
	t.Helper()
	p := w.Places[place]
	a := w.must(t, person, "POST", "/api/v1/dossiers", Body(J{"procedure": p.Procedure, "agency": p.Identifier,
		"applicant": w.Applicant(place), "components": []J{{"name": "Đơn " + p.Canaries[2], "originals": 1}}}), 201)
	return a["reference"].(string)
}

// Act does an act on a dossier and gives its code.
func (w *World) Act(t testing.TB, person, code, action string, body J) string {
	t.Helper()
	a := w.must(t, person, "POST", "/api/v1/dossiers/"+code+"/actions/"+action, Body(body), 200)
	if c, ok := a["code"].(string); ok {
		return c
	}
	return code
}

func (w *World) must(t testing.TB, person, method, path, body string, want int) J {
	t.Helper()
	a := w.Do(Call{By: w.Person(person), Method: method, Path: path, Type: "application/json", Body: body, Key: id.New()})
	if a.Status != want {
		t.Fatalf("%s %s as %s: %d\n%s", method, path, person, a.Status, a.Body)
	}
	var out J
	if err := json.Unmarshal([]byte(a.Body), &out); err != nil {
		t.Fatal(fmt.Errorf("%s %s: %w", method, path, err))
	}
	return out
}
