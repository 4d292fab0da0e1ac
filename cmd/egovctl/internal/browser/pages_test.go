package browser_test

import (
	"testing"
)

// ward is the committee at which the tests file and work, as its accounts are called in the demonstration.
const ward = "phuong-thanh-binh"

// person is somebody at the portal and what is on his way. A path that begins with "> " is the link with this selector on the page before.
type person struct {
	name, role, place string
	paths             []string
}

var people = []person{
	{"visitor", "", "", []string{
		"/", "/thu-tuc", "/thu-tuc?q=dang+ky+khai+sinh", "/thu-tuc?q=zzzzqqqq", "/thu-tuc?field=G15-TP07&online=full", "/thu-tuc/1.001193",
		"/co-quan", "/co-quan/" + ward, "/co-quan/" + ward + "/co-cau", "/co-quan/" + ward + "/thu-tuc", "/co-quan/" + ward + "/thu-tuc?q=zzzz",
		"/co-quan/so-xay-dung", "/co-quan/quan-hai-chau", "/gioi-thieu", "/tro-nang", "/so-do", "/don-vi-hanh-chinh", "/don-vi-hanh-chinh?q=hai+chau",
		"/lich-lam-viec", "/lich-lam-viec?year=2029", "/tra-cuu", "/dang-nhap", "/dang-ky",
	}},
	{"citizen", "citizen", "", []string{"/ho-so-cua-toi", "> .rows .title", "/tai-khoan", "/nop-ho-so/1.001193", "/tra-cuu"}},
	{"clerk", "clerk", ward, []string{"/can-bo", "/mot-cua", "> .list a.code", "/mot-cua?state=received", "/mot-cua/tiep-nhan", "/mot-cua/tiep-nhan?procedure=1.001193", "/tai-khoan"}},
	{"officer", "officer", ward, []string{"/can-bo", "/mot-cua", "> .list a.code"}},
	{"head", "head", ward, []string{"/mot-cua", "> .list a.code"}},
	{"leader", "leader", ward, []string{"/mot-cua", "> .list a.code"}},
	{"registrar", "registrar", ward, []string{"/mot-cua", "> .list a.code"}},
	{"cashier", "cashier", ward, []string{"/mot-cua"}},
	{"department-clerk", "clerk", "so-xay-dung", []string{"/mot-cua", "/mot-cua?overdue=true"}},
	{"editor", "editor", ward, []string{"/can-bo", "/can-bo/trang", "/can-bo/trang/" + ward}},
	{"agency-admin", "agency_admin", ward, []string{"/can-bo", "/quan-tri/tai-khoan", "> .list a", "/quan-tri/tai-khoan/tao-moi", "/can-bo/trang"}},
	{"controller", "controller", "", []string{"/can-bo", "/lich-lam-viec", "/quan-tri/lich-su"}},
	{"admin", "admin", "", []string{"/can-bo", "/quan-tri/thu-tuc", "/quan-tri/thu-tuc/1.001193", "/quan-tri/tai-khoan", "/quan-tri/tai-khoan/tao-moi", "/can-bo/trang", "/quan-tri/lich-su"}},
}

func TestEveryPageReadsWellAtEveryWidthInBothLanguages(t *testing.T) {
	in := demo(t)
	for _, p := range people {
		t.Run(p.name, func(t *testing.T) {
			v := visit(t, in.URL, p.name, true)
			for _, lang := range []string{"vi", "en"} {
				v.becomes(p.name + "-" + lang)
				v.open("/?lang=" + lang)
				if p.role != "" {
					v.signIn(holder(t, in, p.role, p.place))
				}
				for _, path := range p.paths {
					if link, ok := cutLink(path); ok {
						if v.count(link) == 0 {
							continue
						}
						v.press(link)
					} else {
						v.open(path)
					}
					v.look()
				}
			}
		})
	}
}

func cutLink(path string) (string, bool) {
	if len(path) > 2 && path[:2] == "> " {
		return path[2:], true
	}
	return "", false
}
