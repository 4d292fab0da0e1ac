package browser_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"egovctl/cmd/egovctl/internal/trial"
)

// What an upgrade has left to decide is decided at the portal: both sides are read side by side, a reason is asked for, and the
// place is gone afterwards.
func TestConflictsAreDecidedAtThePortal(t *testing.T) {
	p, in := trial.Shared(t)
	waits(t, p)
	v := visit(t, in.URL, "conflicts", true)
	for _, lang := range []string{"en", "vi"} {
		v.becomes("conflicts-" + lang)
		v.open("/?lang=" + lang)
		v.signIn(holder(t, in, "admin", ""))
		v.open("/quan-tri/thu-tuc")
		v.press(`a[href="/quan-tri/cho-quyet-dinh"]`)
		v.do(chromedp.Click(".decide details > summary", chromedp.ByQuery))
		v.look()
	}
	v.width(1440)
	first := ".decide:first-of-type "
	before := v.count(".decide")
	v.fill(first+`input[name="reason"]`, " ")
	v.goes(400, chromedp.Click(first+`button[value="new"]`, chromedp.ByQuery))
	if !strings.Contains(v.text(first+".field-error"), "lý do") {
		t.Errorf("what is missing is not told: %q", v.text(first+".field-error"))
	}
	v.look()
	v.width(1440)
	v.fill(first+`input[name="reason"]`, "Theo quyết định của tỉnh")
	v.press(first + `button[value="province"]`)
	if now := v.count(".decide"); now != before-1 || v.count(".notice-good") != 1 {
		t.Errorf("%d places wait, there were %d", now, before)
	}
	for range before - 1 {
		v.fill(first+`input[name="reason"]`, "Theo bản mới")
		v.press(first + `button[value="province"]`)
	}
	if v.count(".decide") != 0 || v.count(".empty") != 1 {
		t.Error("places are left")
	}
	v.look()
}

// waits leaves places that wait for a decision: a name, a list, and a value that the release takes away.
func waits(t *testing.T, p *trial.Place) {
	t.Helper()
	conn := p.Super(context.Background())
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(context.Background(), `insert into platform.conflict (service, kind, key, path, base, province, new, edited_by, edited_at, release)
		select 'procedures', 'procedure', code, array[member], '"Tên ban đầu"', coalesce(edit, base) -> member, news, 'tinh.bientap', now(), '0.2.0'
		from (select * from procedures.procedure where jsonb_array_length(coalesce(edit, base) -> 'subjects') > 1 order by code limit 1) as p,
			(values ('name', '"Tên của bản phát hành mới, dài để thấy các dòng được ngắt ở màn hình hẹp"'::jsonb), ('subjects', '["Công dân Việt Nam"]'), ('decision', null)) as x (member, news)`); err != nil {
		t.Fatal(err)
	}
}
