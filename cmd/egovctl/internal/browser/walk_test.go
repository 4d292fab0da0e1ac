package browser_test

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/chromedp/chromedp"

	"egovctl/cmd/egovctl/internal/trial"
)

// One dossier from the search box to its end, as the people concerned live it; once in a browser that would run
// scripts and once in one that runs none.
func TestABirthIsRegistered(t *testing.T) {
	for _, c := range []struct {
		name    string
		scripts bool
	}{{"with scripts", true}, {"with scripts switched off", false}} {
		t.Run(c.name, func(t *testing.T) {
			w := walk{v: visit(t, demo(t).URL, "walk", c.scripts), in: demo(t), looks: c.scripts}
			w.search()
			reference := w.file()
			code := w.receive(reference)
			w.work(code)
			w.track(code)
		})
	}
}

type walk struct {
	v     *visitor
	in    trial.Installed
	looks bool // read every page on the way as well; once is enough
}

func (w walk) look() {
	w.v.t.Helper()
	if w.looks {
		w.v.look()
		w.v.width(1440)
	}
}

func (w walk) keyboard(action string) {
	w.v.t.Helper()
	if w.looks {
		w.v.keyboard(action)
	}
}

// search finds the procedure without accents and opens it.
func (w walk) search() {
	v := w.v
	v.open("/")
	w.look()
	w.keyboard(".big-search input")
	v.fill("#home-q", "dang ky khai sinh")
	v.press(".big-search button")
	w.look()
	w.keyboard(".rows .title")
	if first := v.text(".rows .title"); first != "Thủ tục đăng ký khai sinh" {
		v.t.Fatalf("the first answer is %q", first)
	}
	v.press(".rows .title")
	w.look()
	w.keyboard("main a.button")
}

// file leads a citizen from the procedure through signing in to a dossier at the ward's committee.
func (w walk) file() (reference string) {
	v, who := w.v, holder(w.v.t, w.in, "citizen", "")
	at := holder(v.t, w.in, "clerk", ward).Agency
	v.press(`a[href$="agency=` + at + `"]`)
	if v.count("#password") != 1 {
		v.t.Fatalf("filing does not ask who is there: %s", v.text("main"))
	}
	w.look()
	w.keyboard("main form button")
	v.fill("#login", who.Login)
	v.fill("#password", who.Password)
	v.press("main form button")
	w.look()
	w.keyboard("main form button[name=review]")
	if got := v.value("#agency"); got != at {
		v.t.Errorf("the agency that was chosen is forgotten: %q", got)
	}
	v.fill(`[name="applicant.name"]`, "Lê Thị Ái")
	v.fill(`[name="applicant.id_number"]`, "12A")
	v.fill(`[name="applicant.phone"]`, "0900 000 001")
	v.goes(400, chromedp.Click("main form button[name=review]", chromedp.ByQuery))
	w.look()
	if v.count(`.error-summary a[href="#applicant.id_number"]`) != 1 {
		v.t.Fatalf("a wrong number is not pointed at: %s", v.text("main"))
	}
	v.fill(`[name="applicant.id_number"]`, "048190000001")
	v.press("main form button[name=review]")
	w.look()
	v.press("main form button[name=confirm]")
	w.look()
	reference = v.text("main .notice .code")
	if !regexp.MustCompile(`^T\w{3}-\w{4}-\w{4}$`).MatchString(reference) {
		v.t.Fatalf("no reference: %s", v.text("main"))
	}
	v.press("main a.button")
	w.look()
	v.open("/ho-so-cua-toi")
	w.look()
	return reference
}

// receive is the clerk's part: the inbox, the reception, the receipt.
func (w walk) receive(reference string) (code string) {
	v := w.v
	w.as("clerk")
	v.open("/mot-cua?state=filed")
	w.look()
	w.find(reference)
	w.act("receive")
	code = v.text("h1 .code")
	if !regexp.MustCompile(`^H17\.[\w.]+-\d{6}-\d{4}$`).MatchString(code) {
		v.t.Fatalf("no code after the reception: %s", v.text("main"))
	}
	pdf, header := v.download(v.link(`a[href$="giay-tiep-nhan.pdf"]`))
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || header.Get("Content-Type") != "application/pdf" {
		v.t.Fatalf("the receipt is %s, %.20q", header.Get("Content-Type"), pdf)
	}
	words := readPDF(pdf)
	for _, want := range []string{code, "Lê Thị Ái", "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ"} {
		if !strings.Contains(words, want) {
			v.t.Errorf("the receipt does not say %q: %s", want, words)
		}
	}
	return code
}

// work passes the dossier from desk to desk until it is returned.
func (w walk) work(code string) {
	for _, s := range []struct {
		role    string
		actions []string
	}{{"head", []string{"assign"}}, {"officer", []string{"appraise", "submit"}}, {"leader", []string{"sign"}}, {"registrar", []string{"issue"}}, {"clerk", []string{"return"}}} {
		w.as(s.role)
		for _, a := range s.actions {
			w.v.open("/ho-so/" + code)
			if w.v.count(form(a)) == 0 {
				continue // this procedure's way leaves the step out
			}
			w.act(a)
		}
	}
	if w.v.count("main form[action^='/ho-so/'][action$='/return']") != 0 {
		w.v.t.Errorf("the dossier can still be returned: %s", w.v.text("main"))
	}
}

// track is the end as the citizen sees it, and as somebody sees it who only knows the code.
func (w walk) track(code string) {
	v := w.v
	w.as("citizen")
	v.open("/tra-cuu")
	v.fill("#code", code)
	v.press("main form button")
	w.look()
	for _, want := range []string{code, "đăng ký khai sinh", "Đã trả kết quả"} {
		if !strings.Contains(v.text("main"), want) {
			v.t.Errorf("the citizen does not read %q: %s", want, v.text("main"))
		}
	}
	v.open("/ho-so/" + code)
	w.look()
	v.becomes("walk-nobody")
	v.open("/tra-cuu/" + code)
	w.look()
	said := v.text("main")
	if !strings.Contains(said, code) || !strings.Contains(said, "Đã giải quyết xong") {
		v.t.Errorf("a stranger does not learn the state: %s", said)
	}
	for _, secret := range []string{"khai sinh", "Lê Thị Ái", "048190000001", "Thanh Bình", "/2026", "/2027"} {
		if strings.Contains(said, secret) {
			v.t.Errorf("a stranger who knows the code reads %q: %s", secret, said)
		}
	}
}

// as signs in as the ward's holder of a role, or as the citizen.
func (w walk) as(role string) {
	w.v.t.Helper()
	place := ward
	if role == "citizen" {
		place = ""
	}
	w.v.becomes("walk-" + role)
	w.v.signIn(holder(w.v.t, w.in, role, place))
}

// find goes through the pages of the list to the dossier, and opens it.
func (w walk) find(key string) {
	w.v.t.Helper()
	link := `.list a[href$="` + key + `"]`
	for range 50 {
		if w.v.count(link) == 1 {
			w.v.press(link)
			w.look()
			return
		}
		if w.v.count("a[rel=next]") == 0 {
			break
		}
		w.v.press("a[rel=next]")
	}
	w.v.t.Fatalf("%s is not in the list at %s", key, w.v.at())
}

func form(action string) string { return `form[action^="/ho-so/"][action$="/` + action + `"]` }

// act opens the panel of an action, fills in what it asks for, and does it.
func (w walk) act(action string) {
	w.v.t.Helper()
	v := w.v
	v.unfold("details:has(> " + form(action) + ")")
	w.look()
	w.keyboard("summary")
	v.unfold("details:has(> " + form(action) + ")")
	if officer := form(action) + ` select[name="to.account"]`; v.count(officer) == 1 && v.value(officer) == "" {
		v.do(chromedp.SetValue(officer, v.value(officer+" option:nth-child(2)"), chromedp.ByQuery))
	}
	v.press(form(action) + " button")
}

var shown = regexp.MustCompile(`(?s)\(((?:\\.|[^\\)])*)\) ?Tj`)

// readPDF reads the words of a PDF whose page streams show UTF-16 strings, as the receipt's do.
func readPDF(pdf []byte) string {
	var b strings.Builder
	for _, part := range bytes.Split(pdf, []byte("stream\n"))[1:] {
		z, err := zlib.NewReader(bytes.NewReader(part))
		if err != nil {
			continue
		}
		page, _ := io.ReadAll(z) // what follows the stream makes it end with an error
		for _, m := range shown.FindAllSubmatch(page, -1) {
			raw := regexp.MustCompile(`(?s)\\(.)`).ReplaceAllFunc(m[1], func(e []byte) []byte {
				if e[1] == 'r' {
					return []byte{'\r'}
				}
				return e[1:]
			})
			units := make([]uint16, 0, len(raw)/2)
			for i := 0; i+1 < len(raw); i += 2 {
				units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
			}
			b.WriteString(string(utf16.Decode(units)) + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
