package identity

import (
	"fmt"
	"strings"
	"testing"

	"egovctl/platform/packaged"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/templates"
)

func TestDemoAccountsSignInAndReachAsFarAsTheirRole(t *testing.T) {
	h := build(t)
	for _, c := range []struct {
		login string
		all   bool
		scope []int32
	}{
		{"quantri", true, []int32{1, 2, 3, 4, 5}},
		{"kiemsoat", true, []int32{1, 2, 3, 4, 5}},
		{"motcua.so-xay-dung", false, []int32{2}},
		{"lanhdao.quan-hai-chau", false, []int32{3, 4}},
		{"truongphong.quan-hai-chau", false, []int32{3}},
		{"quantri.phuong-mot", false, []int32{4}},
		{"congdan1", false, nil},
	} {
		p := h.as(c.login)
		if p.All != c.all || fmt.Sprint(p.Scope()) != fmt.Sprint(c.scope) {
			t.Errorf("%s reaches %v (all %v), want %v", c.login, p.Scope(), p.All, c.scope)
		}
	}
	if len(h.demo) != 2+3*8+2 {
		t.Errorf("%d demonstration accounts", len(h.demo))
	}
	if n := h.d.Text(`select count(distinct hash) from identity.password`); n != fmt.Sprint(len(h.demo)) {
		t.Errorf("%s different hashes", n)
	}
}

func TestDemoFitsEveryKindOfProfile(t *testing.T) {
	for profile, want := range map[string]string{
		"danang-2014": "so-xay-dung quan-hai-chau phuong-",
		"48":          "so-xay-dung phuong-",
		"20":          "so-xay-dung ",
	} {
		set, err := packaged.Load(templates.FS, profile)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range sampleAgencies(set) {
			got = append(got, a.Slug)
			if _, err := account.ParseLogin("chuyenvien." + a.Slug); err != nil {
				t.Errorf("%s: %v", profile, err)
			}
		}
		if !strings.HasPrefix(strings.Join(got, " "), want) {
			t.Errorf("%s: %v, want %s", profile, got, want)
		}
	}
}
