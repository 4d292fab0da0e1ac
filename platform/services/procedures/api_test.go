package procedures_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/packaged"
	"egovctl/platform/workcal"
)

// row is one request: what must appear in the answer, and what must not.
type row struct {
	name, as, method, target string
	header                   map[string]string
	body                     string
	status                   int
	want, wantNot            []string
}

func (c row) run(t *testing.T, h http.Handler) {
	t.Helper()
	t.Run(c.name, func(t *testing.T) {
		r := httptest.NewRequest(c.method, c.target, strings.NewReader(c.body))
		if c.body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		if c.as != "" {
			r.Header.Set("Authorization", "Bearer "+c.as)
		}
		for name, value := range c.header {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		whole := w.Body.String()
		for name := range w.Header() {
			whole += "\n" + name + ": " + w.Header().Get(name)
		}
		if w.Code != c.status {
			t.Errorf("status %d, want %d\n%s", w.Code, c.status, whole)
		}
		for _, s := range c.want {
			if !strings.Contains(whole, s) {
				t.Errorf("%q is missing in\n%s", s, whole)
			}
		}
		for _, s := range append(c.wantNot, "goroutine", "SQLSTATE") {
			if strings.Contains(whole, s) {
				t.Errorf("%q must not be in\n%s", s, whole)
			}
		}
	})
}

const secretName = "bí mật" // of the procedure that the province does not announce

func TestAPI(t *testing.T) {
	o := open(t, small())
	const list = "/api/v1/procedures"
	for _, c := range []row{
		{name: "without accents", method: "GET", target: list + "?q=dang+ky+khai+sinh", status: 200,
			want: []string{`{"items":[{"code":"1.001193","name":"Đăng ký khai sinh","field":{"code":"HT","name":"Hộ tịch"},"levels":["commune"],"online":"full","filed_online":true,"published":true,"agencies_count":1}`, `"next":null`, `"total":`}},
		{name: "with a typo", method: "GET", target: list + "?q=dang+ky+kha+sinhh", status: 200, want: []string{"1.001193"}},
		{name: "everything announced, nothing else", method: "GET", target: list, status: 200, want: []string{`"total":4`}, wantNot: []string{secretName}},
		{name: "nothing found is an empty list", method: "GET", target: list + "?q=qwrtp", status: 200, want: []string{`{"items":[],"next":null,"total":0}`}},
		{name: "by field", method: "GET", target: list + "?field=XD", status: 200, want: []string{"1.009994", "1.009995"}, wantNot: []string{"1.001193", secretName}},
		{name: "by agency", method: "GET", target: list + "?agency=H17.08", status: 200, want: []string{"1.009994", `"total":1`}},
		{name: "by level", method: "GET", target: list + "?level=commune", status: 200, want: []string{"1.001193", "1.009994"}, wantNot: []string{"1.009995"}},
		{name: "by online level", method: "GET", target: list + "?online=full", status: 200, want: []string{"1.001193"}, wantNot: []string{"1.000894"}},
		{name: "the first page of two", method: "GET", target: list + "?limit=3", status: 200, want: []string{`"next":"`}, wantNot: []string{"1.009995"}},
		{name: "a field that is not there", method: "GET", target: list + "?field=ZZ", status: 400, want: []string{"application/problem+json", `"field":"field"`}},
		{name: "an agency that is not there", method: "GET", target: list + "?agency=H99", status: 400, want: []string{`"field":"agency"`}},
		{name: "a level that is not there", method: "GET", target: list + "?level=city", status: 400, want: []string{`"field":"level"`}},
		{name: "an online level that is not there", method: "GET", target: list + "?online=4", status: 400, want: []string{`"field":"online"`}},
		{name: "a limit of 0", method: "GET", target: list + "?limit=0", status: 400, want: []string{`"field":"limit"`}},
		{name: "a limit of 1000", method: "GET", target: list + "?limit=1000", status: 400},
		{name: "a cursor of nobody's", method: "GET", target: list + "?cursor=abcd", status: 400, want: []string{`"field":"cursor"`}},
		{name: "NUL in the question", method: "GET", target: list + "?q=a%00b", status: 400},
		{name: "bytes that are no text", method: "GET", target: list + "?q=%ff", status: 400},
		{name: "a question of 3,000 bytes", method: "GET", target: list + "?q=" + strings.Repeat("a", 3000), status: 400},
		{name: "what is not announced, for a visitor", method: "GET", target: list + "?published=any", status: 403, wantNot: []string{secretName}},
		{name: "what is not announced, for a department", as: "so", method: "GET", target: list + "?published=any", status: 403, wantNot: []string{secretName}},
		{name: "what is not announced, for the administrator", as: "quantri", method: "GET", target: list + "?published=any", status: 200, want: []string{secretName, `"total":5`}},

		{name: "a whole record", method: "GET", target: list + "/1.001193", status: 200,
			want: []string{`Etag: "1"`, `"methods":[{"channel":"direct","term":{"kind":"same_day"},"fees":[]},{"channel":"online","term":{"kind":"working_days","amount":3.5},"fees":[{"type":"charge","amount":8000,"note":"mỗi bản (sao)"}]}]`,
				`"cases":[{"name":"Trường hợp chung","components":[{"code":"G01","name":"Giấy chứng sinh","originals":1,"required":true}]}]`, `"results":[{"name":"Giấy khai sinh"}]`,
				`"legal_basis":["60/2014/QH13"]`, `"offerings":[{"agency":"H17.30","name_vi":"Ủy ban nhân dân phường Hải Châu","name_en":"En Ủy ban nhân dân phường Hải Châu","online":true}]`, `"version":1`, `"edited":false`}},
		{name: "lists that are empty are not null", method: "GET", target: list + "/1.009995", status: 200, want: []string{`"methods":[]`, `"offerings":[]`}, wantNot: []string{"null"}},
		{name: "an unknown code", method: "GET", target: list + "/1.999999", status: 404, want: []string{"urn:egov:problem:procedure.unknown", `"code":"not_found"`}},
		{name: "what is no code", method: "GET", target: list + "/abc", status: 404, want: []string{"procedure.unknown"}},
		{name: "one that is not announced is unknown", method: "GET", target: list + "/1.013225", status: 404, wantNot: []string{secretName}},
		{name: "but not to the administrator", as: "quantri", method: "GET", target: list + "/1.013225", status: 200, want: []string{secretName}},
		{name: "the fields", method: "GET", target: "/api/v1/fields", status: 200, want: []string{`{"items":[{"code":"HT","name":"Hộ tịch","procedures":2},{"code":"XD","name":"Xây dựng","procedures":2}],"next":null}`}},

		{name: "a visitor changes nothing", method: "PATCH", target: list + "/1.001193", body: `{"name":"x"}`, status: 401},
		{name: "nor does a citizen", as: "dan", method: "PATCH", target: list + "/1.001193", body: `{"name":"x"}`, status: 403},
		{name: "nor a clerk", as: "motcua", method: "PATCH", target: list + "/1.001193", body: `{"name":"x"}`, status: 403},
		{name: "nor a department's administrator", as: "so", method: "PATCH", target: list + "/1.001193", body: `{"name":"x"}`, status: 403},
		{name: "an empty name", as: "quantri", method: "PATCH", target: list + "/1.001193", body: `{"name":" "}`, status: 400, want: []string{`"field":"name"`, "procedures.name.empty"}},
		{name: "a negative fee", as: "quantri", method: "PATCH", target: list + "/1.001193", body: `{"methods":[{"channel":"direct","term":{"kind":"same_day"},"fees":[{"type":"fee","amount":-1}]}]}`, status: 400,
			want: []string{`"field":"methods[0].fees[0].amount"`, "procedures.fee.negative"}},
		{name: "a time limit without unit", as: "quantri", method: "PATCH", target: list + "/1.001193", body: `{"methods":[{"channel":"direct","term":{"amount":5}}]}`, status: 400, want: []string{"procedures.term.unit"}},
		{name: "an unknown field of administration", as: "quantri", method: "PATCH", target: list + "/1.001193", body: `{"field":"ZZ"}`, status: 400, want: []string{"procedures.field.unknown"}},
		{name: "an unknown member", as: "quantri", method: "PATCH", target: list + "/1.001193", body: `{"colour":"red"}`, status: 400},
		{name: "malformed JSON", as: "quantri", method: "PATCH", target: list + "/1.001193", body: `{"name":`, status: 400},
		{name: "another content type", as: "quantri", method: "PATCH", target: list + "/1.001193", header: map[string]string{"Content-Type": "text/plain"}, body: `{}`, status: 415},
		{name: "a procedure that is not there", as: "quantri", method: "PATCH", target: list + "/1.999999", body: `{"name":"x"}`, status: 404, want: []string{"procedure.unknown"}},
		{name: "a version that is gone", as: "quantri", method: "PATCH", target: list + "/1.001193", header: map[string]string{"If-Match": `"9"`}, body: `{"name":"x"}`, status: 409, want: []string{"procedures.version.stale"}},
		{name: "a version that is none", as: "quantri", method: "PATCH", target: list + "/1.001193", header: map[string]string{"If-Match": "abc"}, body: `{"name":"x"}`, status: 400},
		{name: "a change", as: "quantri", method: "PATCH", target: list + "/1.001193", header: map[string]string{"If-Match": `"1"`},
			body: `{"name":"Đăng ký khai sinh thường","methods":[{"channel":"direct","term":{"kind":"working_days","amount":3.5},"fees":[{"type":"charge","amount":5000}]}]}`, status: 200,
			want: []string{`"name":"Đăng ký khai sinh thường"`, `"version":2`, `"edited":true`, `"amount":3.5`, `Etag: "2"`}},
		{name: "the committee's administrator, without a version", as: "ubnd", method: "PATCH", target: list + "/1.001193", body: `{"published":true,"decision":"3/QĐ"}`, status: 200, want: []string{`"version":3`}},

		{name: "a visitor offers nothing", method: "PUT", target: list + "/1.009995/offerings/H17.08", body: `{"online":true}`, status: 401},
		{name: "a department offers its own", as: "so", method: "PUT", target: list + "/1.009995/offerings/H17.08", body: `{"online":true}`, status: 200, want: []string{`{"procedure":"1.009995","agency":"H17.08","online":true}`}},
		{name: "not another's", as: "so", method: "PUT", target: list + "/1.009995/offerings/H17.30", body: `{"online":true}`, status: 403},
		{name: "nor one of no agency", as: "quantri", method: "PUT", target: list + "/1.009995/offerings/H99", body: `{"online":true}`, status: 404, want: []string{"procedure.agency"}},
		{name: "it stops it again", as: "so", method: "DELETE", target: list + "/1.009995/offerings/H17.08", status: 204},
		{name: "but not twice", as: "so", method: "DELETE", target: list + "/1.009995/offerings/H17.08", status: 404, want: []string{"procedure.not_offered"}},
	} {
		c.run(t, o.front)
	}
	if n := o.db.Text(`select count(*) from platform.audit`); n != "4" {
		t.Errorf("%s audit rows, want one for each of 4 writes", n)
	}
}

func TestPages(t *testing.T) {
	o := open(t, small())
	for _, c := range []row{
		{name: "the search", method: "GET", target: "/thu-tuc?q=khai+sinh", status: 200,
			want: []string{"<h1>Thủ tục hành chính</h1>", `<a class="title" lang="vi" href="/thu-tuc/1.001193">Đăng ký khai sinh</a>`, "Tìm thấy 1 thủ tục", `<label for="q">`}, wantNot: []string{"<script", "style=", "procedures."}},
		{name: "the search in English", method: "GET", target: "/thu-tuc?lang=en", status: 200, want: []string{"Administrative procedures", "Announced procedures in the catalogue: 4."}, wantNot: []string{secretName, "procedures."}},
		{name: "nothing found", method: "GET", target: "/thu-tuc?q=qwrtp", status: 200, want: []string{"Không tìm thấy thủ tục nào"}},
		{name: "a filter that is not there", method: "GET", target: "/thu-tuc?level=city", status: 400, want: []string{"Cấp hành chính «city» không có", `<label for="q">`}},
		{name: "what was typed is shown, not run", method: "GET", target: "/thu-tuc?q=" + url.QueryEscape(`"><script>x`), status: 200, wantNot: []string{"<script"}},
		{name: "a procedure", method: "GET", target: "/thu-tuc/1.001193", status: 200,
			want: []string{`<h1 lang="vi">Đăng ký khai sinh</h1>`, "3,5 ngày làm việc", "Lệ phí", "8.000 đ", "Giấy chứng sinh", "60/2014/QH13", "Giấy khai sinh", `href="/nop-ho-so/1.001193?agency=H17.30"`}, wantNot: []string{"<script", "style=", "procedures.", "/quan-tri/"}},
		{name: "one at the counter only has no link to file", method: "GET", target: "/thu-tuc/1.000894", status: 200, want: []string{"5 ngày làm việc", "10 ngày làm việc", "Nộp tại bộ phận một cửa", "chưa ghi thành phần"}, wantNot: []string{"/nop-ho-so/"}},
		{name: "an unknown procedure", method: "GET", target: "/thu-tuc/1.999999", status: 404, want: []string{"<h1>Không tìm thấy</h1>", "1.999999"}},
		{name: "one that is not announced", method: "GET", target: "/thu-tuc/1.013225", status: 404, wantNot: []string{secretName}},
		{name: "the administrator's list is not for visitors", method: "GET", target: "/quan-tri/thu-tuc", status: 303},
	} {
		c.run(t, o.front)
	}
}

// As an administrator's browser would: the cookie is the session.
func TestAdministratorsPages(t *testing.T) {
	o := open(t, small())
	session := map[string]string{"Cookie": "egov_session=quantri", "Sec-Fetch-Site": "same-origin"}
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	for k, v := range session {
		form[k] = v
	}
	typed := func(pairs ...string) string {
		v := url.Values{"version": {"1"}, "name": {"Đăng ký khai sinh"}, "field": {"HT"}, "online": {"full"}, "published": {"true"}, "filed_online": {"true"},
			"direct.0.kind": {"same_day"}, "direct.1.kind": {""}, "postal.0.kind": {""}, "online.0.kind": {"working_days"}, "online.0.amount": {"3,5"},
			"online.0.fee.0.type": {"charge"}, "online.0.fee.0.amount": {"8.000"}, "online.0.fee.0.note": {"mỗi bản (sao)"}, "online.0.fee.1.type": {""}, "legal_basis": {"60/2014/QH13"}, "decision": {"1/QĐ-BTP"}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v.Encode()
	}
	department := map[string]string{"Cookie": "egov_session=so"}
	for _, c := range []row{
		{name: "the list shows what is not announced", method: "GET", target: "/quan-tri/thu-tuc", header: session, status: 200, want: []string{secretName, `<label for="sheet">`}, wantNot: []string{"procedures."}},
		{name: "a department's administrator has no part in it", method: "GET", target: "/quan-tri/thu-tuc", header: department, status: 403, wantNot: []string{secretName}},
		{name: "the form", method: "GET", target: "/quan-tri/thu-tuc/1.001193", header: session, status: 200,
			want: []string{"<h1>Sửa thủ tục 1.001193</h1>", `<option value="same_day" selected>trong ngày</option>`, `<option value="working_days" selected>ngày làm việc</option>`,
				`name="online.0.amount" type="text" value="3,5"`, `name="online.0.fee.0.amount" type="text" value="8.000"`, `value="mỗi bản (sao)"`, "Hiện không nhận theo cách này",
				`name="version" value="1"`}, wantNot: []string{"procedures.", ">same_day", "3.5 working_days", "charge 8000"}},
		{name: "in English the amount has a point", method: "GET", target: "/quan-tri/thu-tuc/1.001193?lang=en", header: session, status: 200,
			want: []string{`name="online.0.amount" type="text" value="3.5"`, ">working days</option>", ">the same day</option>"}},
		{name: "no name, a negative fee: both are told, what was typed stays", method: "POST", target: "/quan-tri/thu-tuc/1.001193", header: form, status: 400,
			body: typed("name", "", "decision", "giữ lại nhé"), want: []string{"Chưa có tên thủ tục", `href="#name"`, "giữ lại nhé"}},
		{name: "a negative fee is told at its input", method: "POST", target: "/quan-tri/thu-tuc/1.001193", header: form, status: 400,
			body: typed("online.0.fee.0.amount", "-8.000"), want: []string{`href="#online.0.fee.0.amount"`, "-8000 là số âm"}},
		{name: "an amount that is none is told at its input", method: "POST", target: "/quan-tri/thu-tuc/1.001193", header: form, status: 400,
			body: typed("online.0.fee.0.amount", "tám nghìn"), want: []string{`href="#online.0.fee.0.amount"`, "«tám nghìn»"}},
		{name: "a fee of no kind is told at its input", method: "POST", target: "/quan-tri/thu-tuc/1.001193", header: form, status: 400,
			body: typed("online.0.fee.1.amount", "5000"), want: []string{`href="#online.0.fee.1.type"`}},
		{name: "a time limit without unit is told at its input", method: "POST", target: "/quan-tri/thu-tuc/1.001193", header: form, status: 400,
			body: typed("postal.0.amount", "5"), want: []string{`href="#postal.0.kind"`, "Chưa chọn đơn vị"}},
		{name: "a unit without a number is told at its input", method: "POST", target: "/quan-tri/thu-tuc/1.001193", header: form, status: 400,
			body: typed("postal.0.kind", "months"), want: []string{`href="#postal.0.amount"`, "Chưa ghi số lượng"}},
		{name: "no days at all are told at the input", method: "POST", target: "/quan-tri/thu-tuc/1.001193", header: form, status: 400,
			body: typed("direct.1.kind", "working_days", "direct.1.amount", "0"), want: []string{`href="#direct.1.amount"`}},
		{name: "a unit that no list offers", method: "POST", target: "/quan-tri/thu-tuc/1.001193", header: form, status: 400,
			body: typed("direct.0.kind", "weeks", "direct.0.amount", "2"), want: []string{`href="#direct.0.kind"`}},
		{name: "what did not change is stored as nothing", method: "POST", target: "/quan-tri/thu-tuc/1.001193", header: form, status: 303, body: typed(), want: []string{"Location: /quan-tri/thu-tuc/1.001193?saved=1"}},
		{name: "a change", method: "POST", target: "/quan-tri/thu-tuc/1.001193", header: form, status: 303, body: typed("name", "Tên mới", "direct.0.kind", "working_days", "direct.0.amount", "2,5", "direct.0.fee.0.type", "fee", "direct.0.fee.0.note", "theo nghị quyết")},
		{name: "a fee that another text fixes is not free", method: "GET", target: "/thu-tuc/1.001193", status: 200,
			want: []string{"2,5 ngày làm việc", "mức thu theo văn bản quy định"}, wantNot: []string{"không thu"}},
		{name: "the version before it", method: "POST", target: "/quan-tri/thu-tuc/1.001193", header: form, status: 409, body: typed("name", "Tên khác"), want: []string{"vừa được người khác sửa", "Tên khác"}},
		{name: "another site's form is refused", method: "POST", target: "/quan-tri/thu-tuc/1.001193", status: 403, body: typed("name", "Tên khác"),
			header: map[string]string{"Content-Type": form["Content-Type"], "Cookie": form["Cookie"], "Sec-Fetch-Site": "cross-site", "Origin": "https://x.example"}},
		{name: "the sheet out", method: "GET", target: "/quan-tri/thu-tuc/tai-ve?format=csv", header: session, status: 200, want: []string{"code,name,field", "1.013225", "attachment"}},
		{name: "the sheet in, tried", method: "POST", target: "/quan-tri/thu-tuc", status: 200, body: upload("a.csv", "code,name\n1.009994,Tên thử\n", "try"),
			header: map[string]string{"Content-Type": "multipart/form-data; boundary=x", "Cookie": form["Cookie"], "Sec-Fetch-Site": "same-origin"}, want: []string{"Kết quả thử", "sửa 1"}},
		{name: "the sheet in, refused", method: "POST", target: "/quan-tri/thu-tuc", status: 400, body: upload("a.csv", "code,name\n1.009994,\n", "store"),
			header: map[string]string{"Content-Type": "multipart/form-data; boundary=x", "Cookie": form["Cookie"], "Sec-Fetch-Site": "same-origin"}, want: []string{"Tệp chưa được nhận", "Dòng 2, 1.009994 name"}},
	} {
		c.run(t, o.front)
	}
	p := o.get(t, "1.001193")
	if p.Name != "Tên mới" || p.Version != 2 {
		t.Errorf("version %d is %q", p.Version, p.Name)
	}
	want := []packaged.Method{
		{Channel: packaged.Online, Term: workcal.Term{Kind: workcal.WorkingDays, Thousands: 3500}, Fees: []packaged.Fee{{Type: "charge", Amount: 8000, Note: "mỗi bản (sao)"}}},
		{Channel: packaged.Direct, Term: workcal.Term{Kind: workcal.WorkingDays, Thousands: 2500}, Fees: []packaged.Fee{{Type: "fee", Open: true, Note: "theo nghị quyết"}}}}
	if diff := cmp.Diff(want, p.Methods); diff != "" {
		t.Error(diff)
	}
	if p := o.get(t, "1.009994"); p.Version != 1 {
		t.Errorf("a sheet that was only tried made version %d", p.Version)
	}
}

func upload(file, content, button string) string {
	return "--x\r\nContent-Disposition: form-data; name=\"sheet\"; filename=\"" + file + "\"\r\n\r\n" + content + "\r\n--x\r\n" +
		"Content-Disposition: form-data; name=\"" + button + "\"\r\n\r\n1\r\n--x--\r\n"
}
