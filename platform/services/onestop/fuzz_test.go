package onestop_test

import (
	"net/http"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/trial"
)

// TestNoRequestIsTheServersFault sends requests that are almost right, by everybody, and wants no answer of 5xx and no
// word of another agency's applicant.
func TestNoRequestIsTheServersFault(t *testing.T) {
	_, h := open(t)
	ref := fileAs(t, h, trial.Citizen)
	if status, body := actAs(t, h, trial.Clerk, ref, "receive", ""); status != 200 {
		t.Fatal(body)
	}
	people := append(trial.Officials(), trial.Citizen, trial.Stranger, who.Principal{})
	texts := []string{"", "x", "\u0000", "\xff\xfe", "' or 1=1 --", "<script>", "{{.}}", "../..", strings.Repeat("ắ", 3000), "null", "[]", "{}", "-1", "9999999999999999999",
		"2026-02-30", "0000-00-00", "99999-01-01", "H17.110", "PROBE", trial.FiveDays, trial.NoDate, "048190000001", "officer", "e\u0301\u202e"}
	values := append([]string{`"x"`, `1`, `-1`, `1e400`, `null`, `true`, `[]`, `{}`, `[[[]]]`, `"2026-03-31"`, `{"account":"officer"}`, `{"agency":"H17.18"}`, `[{"name":"a","copies":1}]`, `["a"]`}, quoted(texts)...)
	fields := []string{"procedure", "agency", "case", "channel", "applicant", "submitter", "components", "note", "reason", "to", "due", "version", "unknown"}
	actions := []string{"receive", "assign", "appraise", "submit", "sign", "issue", "return", "supplement", "refuse", "pause", "resume", "extend", "withdraw", "stop", "transfer", "undo", "x"}
	keys := []string{ref, "H17.110-260309-0001", "H17.110-260309-0002", "x", "%00", "%ff", "%E1%BA%AF"}
	paths := []string{"/mot-cua", "/mot-cua/tiep-nhan", "/ho-so-cua-toi", "/tra-cuu", "/nop-ho-so/" + trial.SameDay, "/nop-ho-so/x", "/api/v1/inbox"}
	rapid.Check(t, func(t *rapid.T) {
		by := rapid.SampledFrom(people).Draw(t, "by")
		key := rapid.SampledFrom(keys).Draw(t, "key")
		c := trial.Call{By: by, Method: http.MethodPost, Type: "application/json", Key: rapid.SampledFrom([]string{"", "k", "ắ"}).Draw(t, "idempotency")}
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			c.Path = "/api/v1/dossiers"
			c.Body = wedding
			if rapid.Bool().Draw(t, "spoil") {
				f := rapid.SampledFrom([]string{`"1.000894"`, `"H17.110"`, `"Nguyễn Thị Ánh"`, `"048190000001"`, `"0900000001"`, `"12 Lê Duẩn"`, `"Tờ khai"`, `1`, `true`}).Draw(t, "member")
				c.Body = strings.Replace(wedding, f, rapid.SampledFrom(values).Draw(t, "value"), 1)
			}
		case 1:
			c.Path = "/api/v1/dossiers/" + key + "/actions/" + rapid.SampledFrom(actions).Draw(t, "action")
			c.Body = "{"
			for i := range rapid.IntRange(0, 4).Draw(t, "members") {
				if i > 0 {
					c.Body += ","
				}
				c.Body += `"` + rapid.SampledFrom(fields).Draw(t, "field") + `":` + rapid.SampledFrom(values).Draw(t, "value")
			}
			c.Body += "}"
		case 2:
			c.Method, c.Body = http.MethodGet, ""
			c.Path = rapid.SampledFrom(append(paths, "/ho-so/"+key, "/tra-cuu/"+key, "/api/v1/dossiers/"+key, "/ho-so/"+key+"/giay-tiep-nhan.pdf")).Draw(t, "path") + "?" +
				rapid.SampledFrom([]string{"", "state=received", "state=%00", "cursor=AAAA", "cursor=%ff", "limit=0", "limit=5", "agency=H17.18", "agency=%00", "q=%00", "q=a", "secret=%00", "secret=%ff", "case=7", "case=-1", "procedure=" + trial.FiveDays, "procedure=%ff"}).Draw(t, "query")
		case 3:
			c.Type = "application/x-www-form-urlencoded"
			c.Path = rapid.SampledFrom(append(paths, "/ho-so/"+key+"/"+rapid.SampledFrom(actions).Draw(t, "action"), "/ho-so/"+key+"/xem-day-du")).Draw(t, "path")
			for range rapid.IntRange(0, 5).Draw(t, "inputs") {
				c.Body += rapid.SampledFrom([]string{"code", "procedure", "agency", "case", "channel", "applicant.name", "applicant.id_number", "submitter.name", "originals.0", "copies.0", "due", "once",
					"confirm", "review", "reason", "note", "to.account", "to.agency", "version", "papers"}).Draw(t, "input") + "=" +
					escape(rapid.SampledFrom(texts).Draw(t, "text")) + "&"
			}
		default:
			c.Path, c.Body = "/api/v1/dossiers", rapid.StringN(0, 200, 800).Draw(t, "body")
		}
		status, _, body := trial.Do(t, h, c)
		if status >= 500 {
			t.Fatalf("%s %s by %q: %d %s\n%s", c.Method, c.Path, by.Login, status, c.Body, body)
		}
		if by.Login == trial.Elsewhere.Login && strings.Contains(body, "Ánh") && !strings.Contains(c.Body, "nh") {
			t.Fatalf("%s shows another agency's applicant", c.Path)
		}
	})
}

func quoted(texts []string) []string {
	out := make([]string, 0, len(texts))
	for _, s := range texts {
		out = append(out, `"`+strings.NewReplacer(`"`, `\"`, "\x00", `\u0000`).Replace(s)+`"`)
	}
	return out
}

func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteString("%")
		b.WriteByte("0123456789ABCDEF"[s[i]>>4])
		b.WriteByte("0123456789ABCDEF"[s[i]&15])
	}
	return b.String()
}
