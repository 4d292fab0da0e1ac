package identity

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/who"
	"egovctl/templates"
)

func TestPages(t *testing.T) {
	h := build(t)
	admin, err := h.Token(context.Background(), who.Program("cli"), "quantri")
	if err != nil {
		t.Fatal(err)
	}
	token := admin.Token.Reveal()
	c, err := h.ResetLink(context.Background(), h.as("quantri"), "kiemsoat")
	if err != nil {
		t.Fatal(err)
	}
	good := fmt.Sprintf("login=motcua.phuong-mot&next=%%2Fcan-bo%%2Fho-so&password=%s", h.demo["motcua.phuong-mot"].Password.Reveal())
	register := "name=Võ+Thị+Thử&id_number=099090000123&login=vothithu&password=bay+con+voi+di+cho+Han"
	for _, x := range []struct {
		name, method, path, token, body string
		status                          int
		has                             string
	}{
		{"the form", "GET", "/dang-nhap?next=/ho-so", "", "", 200, `value="/ho-so"`},
		{"it sends nobody elsewhere", "GET", "/dang-nhap?next=https://evil.test", "", "", 200, `name="next" value=""`},
		{"wrong password", "POST", "/dang-nhap", "", "login=quantri&password=x", 422, "không đúng"},
		{"right password", "POST", "/dang-nhap", "", good, 303, ""},
		{"the link", "GET", c.Link.Reveal(), "", "", 200, "kiemsoat"},
		{"a made-up link", "GET", "/thiet-lap/made-up", "", "", 404, ""},
		{"passwords that differ", "POST", c.Link.Reveal(), "", "password=a&again=b", 422, "không giống nhau"},
		{"the link is used", "POST", c.Link.Reveal(), "", "password=bay+con+voi+di+cho+Han&again=bay+con+voi+di+cho+Han", 303, ""},
		{"registration", "GET", "/dang-ky", "", "", 200, "trình diễn"},
		{"a number with a letter", "POST", "/dang-ky", "", strings.Replace(register, "0123", "012x", 1), 422, "12 chữ số"},
		{"registered", "POST", "/dang-ky", "", register, 303, ""},
		{"the same person again", "POST", "/dang-ky", "", strings.Replace(register, "login=vothithu", "login=khac", 1), 422, "đã có tài khoản"},
		{"my account", "GET", "/tai-khoan", token, "", 200, "Phiên này"},
		{"my account, in English", "GET", "/tai-khoan?lang=en", token, "", 200, "My account"},
		{"my account, nobody", "GET", "/tai-khoan", "", "", 303, ""},
		{"accounts", "GET", "/quan-tri/tai-khoan?q=motcua", token, "", 200, "motcua.phuong-mot"},
		{"accounts tell where people work by its name", "GET", "/quan-tri/tai-khoan?q=motcua.phuong-mot", token, "", 200, `Cơ quan H17.2.1 <span class="muted code-small">H17.2.1</span>`},
		{"new account form", "GET", "/quan-tri/tai-khoan/tao-moi", token, "", 200, "H17.2.1"},
		{"new account without a name", "POST", "/quan-tri/tai-khoan/tao-moi", token, "login=an.le&name=&role=clerk&agency=H17.1", 422, "Họ tên"},
		{"new account", "POST", "/quan-tri/tai-khoan/tao-moi", token, "login=an.le&name=L%C3%AA+An&role=clerk&agency=H17.1", 200, "http://portal.test/thiet-lap/"},
		{"one account", "GET", "/quan-tri/tai-khoan/an.le", token, "", 200, "Lê An"},
		{"a role added", "POST", "/quan-tri/tai-khoan/an.le/chuc-vu", token, "keep=clerk@H17.1&role=editor&agency=H17.1", 303, ""},
		{"both are there", "GET", "/quan-tri/tai-khoan/an.le", token, "", 200, "editor@H17.1"},
		{"locked", "POST", "/quan-tri/tai-khoan/an.le/khoa", token, "x=1", 303, ""},
		{"the last administrator cannot go", "POST", "/quan-tri/tai-khoan/quantri/chuc-vu", token, "x=1", 422, "quản trị hệ thống nào"},
		{"signing out", "POST", "/dang-xuat", token, "x=1", 303, ""},
		{"my account, after that", "GET", "/tai-khoan", token, "", 303, ""},
	} {
		w := h.send(x.method, x.path, x.token, x.body)
		page := w.Body.String()
		if w.Code != x.status || !strings.Contains(page, x.has) {
			t.Errorf("%s: %d, without %q\n%s", x.name, w.Code, x.has, page[strings.Index(page+"<main", "<main"):])
		}
		if w.Code < 300 && strings.Count(page, "<h1") != 1 {
			t.Errorf("%s: not one h1", x.name)
		}
		if strings.Contains(page, "voi di cho") {
			t.Errorf("%s: the page repeats a password", x.name)
		}
	}
}

func TestSentencesAreThereInBothLanguages(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]locale.Lang{{locale.Vietnamese, locale.English}, {locale.English, locale.Vietnamese}} {
		for _, k := range texts.Keys(pair[0]) {
			if strings.HasPrefix(k, "identity.") && !texts.Has(pair[1], k) {
				t.Errorf("%s has no %s", pair[1], k)
			}
		}
	}
}
