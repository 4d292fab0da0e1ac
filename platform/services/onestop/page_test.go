package onestop_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/trial"
)

func post(t *testing.T, h http.Handler, by who.Principal, path string, form url.Values) (int, http.Header, string) {
	t.Helper()
	return trial.Do(t, h, trial.Call{By: by, Method: "POST", Path: path, Type: "application/x-www-form-urlencoded", Body: form.Encode()})
}

var onceField = regexp.MustCompile(`name="once" value="([^"]+)"`)

func TestACitizenFilesOnThePage(t *testing.T) {
	o, h := open(t)
	path := "/nop-ho-so/" + trial.SameDay
	if status, header, _ := trial.Do(t, h, trial.Call{Path: path}); status != 303 || !strings.HasPrefix(header.Get("Location"), "/dang-nhap") {
		t.Fatalf("nobody: %d %s", status, header.Get("Location"))
	}
	status, _, body := trial.Do(t, h, trial.Call{By: trial.Citizen, Path: path + "?case=1"})
	for _, w := range []string{"Hộ chiếu", `name="originals.0"`, "Ủy ban nhân dân phường Hòa Cường", "Có yếu tố nước ngoài"} {
		if status != 200 || !strings.Contains(body, w) {
			t.Fatalf("%d, without %s: %s", status, w, body)
		}
	}
	for _, unknown := range []string{"99", "-1", "x"} {
		if status, _, body := trial.Do(t, h, trial.Call{By: trial.Citizen, Path: path + "?case=" + unknown}); status != 400 || strings.Contains(body, "applicant.name") {
			t.Errorf("the form of case %s: %d", unknown, status)
		}
		typed := url.Values{"case": {unknown}, "agency": {"H17.110"}, "applicant.name": {"Nguyễn Thị Ánh"}, "applicant.id_number": {"048190000001"}}
		if status, _, body := post(t, h, trial.Citizen, path, typed); status != 400 || !strings.Contains(body, "không có trường hợp") {
			t.Errorf("case %s is reviewed: %d", unknown, status)
		}
		typed.Set("procedure", trial.SameDay)
		if status, _, _ := post(t, h, trial.Clerk, "/mot-cua/tiep-nhan", typed); status != 400 {
			t.Errorf("case %s at the counter: %d", unknown, status)
		}
	}
	form := url.Values{"case": {"1"}, "agency": {"H17.110"}, "applicant.name": {"Nguyễn Thị Ánh"}, "applicant.id_number": {"12A"},
		"applicant.phone": {"12"}, "originals.0": {"1"}, "copies.1": {"1"}}
	status, _, body = post(t, h, trial.Citizen, path, form)
	for _, w := range []string{`href="#applicant.id_number"`, `href="#applicant.phone"`, `value="Nguyễn Thị Ánh"`, `value="12A"`} {
		if status != 400 || !strings.Contains(body, w) {
			t.Fatalf("%d, without %s: %s", status, w, body)
		}
	}
	form.Set("applicant.id_number", "099190000001")
	form.Set("applicant.phone", "0900 000 001")
	status, _, body = post(t, h, trial.Citizen, path, form)
	once := onceField.FindStringSubmatch(body)
	if status != 200 || once == nil || !strings.Contains(body, "Hộ chiếu") {
		t.Fatalf("review: %d %s", status, body)
	}
	if n := o.DB.Text(`select count(*) from onestop.dossier`); n != "0" {
		t.Fatal("the review already files")
	}
	form.Set("once", once[1])
	form.Set("confirm", "1")
	status, _, body = post(t, h, trial.Citizen, path, form)
	ref := regexp.MustCompile(`T\w{3}-\w{4}-\w{4}`).FindString(body)
	if status != 200 || ref == "" || !strings.Contains(body, "notice-warn") {
		t.Fatalf("confirmed: %d %s", status, body)
	}
	if _, _, again := post(t, h, trial.Citizen, path, form); !strings.Contains(again, ref) {
		t.Fatalf("a second click answers %s", again)
	}
	if n := o.DB.Text(`select count(*) || '/' || (select count(*) from onestop.component where name = 'Hộ chiếu' and copies = 1) from onestop.dossier`); n != "1/1" {
		t.Fatalf("%s dossiers/papers", n)
	}
	if status, _, body := trial.Do(t, h, trial.Call{By: trial.Citizen, Path: "/ho-so-cua-toi"}); status != 200 || !strings.Contains(body, ref) {
		t.Fatalf("%d %s", status, body)
	}
	if status, _, body := trial.Do(t, h, trial.Call{By: trial.Stranger, Path: "/ho-so-cua-toi"}); status != 200 || strings.Contains(body, ref) {
		t.Fatalf("a stranger: %d %s", status, body)
	}
}

func TestTheCounterReceivesAtOnceAndPrints(t *testing.T) {
	o, h := open(t)
	status, _, body := trial.Do(t, h, trial.Call{By: trial.Clerk, Path: "/mot-cua/tiep-nhan?q=dang+ky+KET+hon"})
	if status != 200 || !strings.Contains(body, trial.FiveDays) || strings.Contains(body, trial.SameDay) {
		t.Fatalf("%d %s", status, body)
	}
	status, _, body = trial.Do(t, h, trial.Call{By: trial.Clerk, Path: "/mot-cua/tiep-nhan?procedure=" + trial.FiveDays})
	if status != 200 || !strings.Contains(body, "applicant.name") {
		t.Fatalf("%d %s", status, body)
	}
	form := url.Values{"procedure": {trial.FiveDays}, "agency": {"H17.110"}, "channel": {"direct"}, "once": {onceField.FindStringSubmatch(body)[1]},
		"applicant.name": {"Nguyễn Thị Ánh"}, "applicant.id_number": {"048190000001"}, "submitter.name": {"Trần Ẩn"}, "submitter.id_number": {""}}
	if status, _, body := post(t, h, trial.Clerk, "/mot-cua/tiep-nhan", form); status != 400 || !strings.Contains(body, `href="#submitter.id_number"`) {
		t.Fatalf("%d %s", status, body)
	}
	form.Set("submitter.id_number", "048090000002")
	status, header, body := post(t, h, trial.Clerk, "/mot-cua/tiep-nhan", form)
	if status != 303 || header.Get("Location") != "/ho-so/H17.110-260309-0001?received=1" {
		t.Fatalf("%d %s %s", status, header.Get("Location"), body)
	}
	secret := o.DB.Text(`select secret from onestop.dossier_secret`)
	pdf := "/ho-so/H17.110-260309-0001/giay-tiep-nhan.pdf"
	for _, c := range []struct {
		name   string
		by     who.Principal
		path   string
		status int
	}{{"the clerk", trial.Clerk, pdf, 200}, {"the holder of the secret", who.Principal{}, pdf + "?secret=" + secret, 200}, {"a stranger", who.Principal{}, pdf, 404},
		{"a wrong secret", who.Principal{}, pdf + "?secret=x", 404}, {"another agency's clerk", trial.Elsewhere, pdf, 404}, {"a citizen who is not concerned", trial.Citizen, pdf, 404}} {
		status, header, body := trial.Do(t, h, trial.Call{By: c.by, Path: c.path})
		if status != c.status || (status == 200) != (header.Get("Content-Type") == "application/pdf" && strings.HasPrefix(body, "%PDF-")) {
			t.Errorf("%s: %d %s", c.name, status, header.Get("Content-Type"))
		}
	}
	if status, _, _ := trial.Do(t, h, trial.Call{By: trial.Officer, Path: "/mot-cua/tiep-nhan"}); status != 403 {
		t.Errorf("an officer at the counter: %d", status)
	}
}

func TestOfficialsWorkOnThePages(t *testing.T) {
	o, h := open(t)
	ref := fileAs(t, h, trial.Citizen)
	status, _, body := trial.Do(t, h, trial.Call{By: trial.Clerk, Path: "/mot-cua"})
	if status != 200 || !strings.Contains(body, ref) || strings.Contains(body, "Ánh") {
		t.Fatalf("inbox: %d %s", status, body)
	}
	status, header, _ := post(t, h, trial.Clerk, "/ho-so/"+ref+"/receive", url.Values{"version": {"1"}})
	if status != 303 {
		t.Fatalf("%d", status)
	}
	_ = header
	status, _, body = trial.Do(t, h, trial.Call{By: trial.Head, Path: "/ho-so/H17.110-260309-0001"})
	for _, w := range []string{"Trần Văn Cam", "Phạm Thị Dừa", `id="why"`, "Nguyễn Thị Ánh", "0481", "/assign"} {
		if status != 200 || !strings.Contains(body, w) {
			t.Fatalf("%d, without %s: %s", status, w, body)
		}
	}
	for _, w := range []string{"048190000001", "0900000001", "12 Lê Duẩn"} {
		if strings.Contains(body, w) {
			t.Errorf("shows %s before it is asked for", w)
		}
	}
	if status, _, body := post(t, h, trial.Head, "/ho-so/H17.110-260309-0001/xem-day-du", url.Values{"reason": {"a"}}); status != 400 || strings.Contains(body, "048190000001") {
		t.Errorf("without a reason: %d", status)
	}
	if status, _, body := post(t, h, trial.Head, "/ho-so/H17.110-260309-0001/xem-day-du", url.Values{"reason": {"gọi điện báo bổ sung"}}); status != 200 || !strings.Contains(body, "048190000001") {
		t.Errorf("with a reason: %d %s", status, body)
	}
	if n := o.DB.Text(`select count(*) from platform.audit where action = 'dossier.reveal' and detail ->> 'reason' = 'gọi điện báo bổ sung' and login = 'head'`); n != "1" {
		t.Errorf("%s lines about the look", n)
	}
	status, _, body = post(t, h, trial.Head, "/ho-so/H17.110-260309-0001/extend", url.Values{"due": {"2026-03-14"}, "reason": {"Xác minh"}, "version": {"2"}})
	if status != 400 || !strings.Contains(body, `href="#extend.due"`) || !strings.Contains(body, "Xác minh") {
		t.Errorf("a Saturday: %d %s", status, body)
	}
	if status, _, _ := post(t, h, trial.Head, "/ho-so/H17.110-260309-0001/assign", url.Values{"to.account": {"acc-officer"}, "version": {"1"}}); status != 409 {
		t.Errorf("an outdated page: %d", status)
	}
	for _, by := range []who.Principal{trial.Stranger, trial.Elsewhere} {
		if status, _, _ := trial.Do(t, h, trial.Call{By: by, Path: "/ho-so/H17.110-260309-0001"}); status != 404 {
			t.Errorf("%s sees the dossier: %d", by.Login, status)
		}
	}
	status, _, body = trial.Do(t, h, trial.Call{By: trial.Citizen, Path: "/ho-so/H17.110-260309-0001"})
	if status != 200 || !strings.Contains(body, "048190000001") || !strings.Contains(body, "/withdraw") || strings.Contains(body, "Bưởi") {
		t.Errorf("the owner: %d %s", status, body)
	}
}

func TestAnybodyTracksOnThePage(t *testing.T) {
	o, h := open(t)
	ref := fileAs(t, h, trial.Citizen)
	actAs(t, h, trial.Clerk, ref, "receive", "")
	status, header, _ := post(t, h, who.Principal{}, "/tra-cuu", url.Values{"code": {" h17.110-260309-0001 "}})
	if status != 303 || header.Get("Location") != "/tra-cuu/H17.110-260309-0001" {
		t.Fatalf("%d %s", status, header.Get("Location"))
	}
	_, _, body := trial.Do(t, h, trial.Call{Path: header.Get("Location")})
	if !strings.Contains(body, "Đang giải quyết") || strings.Contains(body, "kết hôn") {
		t.Fatalf("a stranger reads %s", body)
	}
	_, _, body = trial.Do(t, h, trial.Call{Path: header.Get("Location") + "?lang=en&secret=" + o.DB.Text(`select secret from onestop.dossier_secret`)})
	if !strings.Contains(body, "working days left") || strings.Contains(body, "Ánh") {
		t.Fatalf("the holder of the receipt reads %s", body)
	}
	for path, want := range map[string]int{"/tra-cuu": 200, "/tra-cuu/H17.110-260309-0002": 404, "/tra-cuu/x": 404} {
		if status, _, _ := trial.Do(t, h, trial.Call{Path: path}); status != want {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _, body := post(t, h, who.Principal{}, "/tra-cuu", url.Values{"code": {"x"}}); status != 400 || !strings.Contains(body, `href="#code"`) {
		t.Errorf("%d %s", status, body)
	}
}

func TestTheProbeLeavesOneLine(t *testing.T) {
	o := trial.Open(t)
	count := func() string {
		return o.DB.Text(`select concat_ws(' ', (select count(*) from onestop.dossier), (select count(*) from onestop.step), (select count(*) from onestop.dossier_person),
			(select count(*) from onestop.component), (select count(*) from onestop.dossier_secret), (select count(*) from onestop.notice), (select count(*) from onestop.counter),
			(select count(*) from platform.outbox), (select count(*) from platform.audit))`)
	}
	for i, want := range []string{"0 0 0 0 0 0 0 0 1", "0 0 0 0 0 0 0 0 2"} {
		if err := o.Desk.Probe(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := count(); got != want {
			t.Fatalf("run %d left %s, want %s", i+1, got, want)
		}
	}
	ref := ""
	o.Tx(t, trial.Clerk, func(ctx context.Context, tx pgx.Tx) error {
		got, err := o.Desk.File(ctx, tx, trial.Clerk, trial.Wedding())
		ref = got.ID
		return err
	})
	err := o.DB.App().Tx(t.Context(), who.Program("probe"), func(ctx context.Context, tx pgx.Tx) error { return o.Desk.Store.EraseProbe(ctx, tx, ref) })
	if err == nil {
		t.Fatal("a citizen's dossier can be erased")
	}
}
