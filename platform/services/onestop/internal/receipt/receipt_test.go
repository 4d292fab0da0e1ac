package receipt

import (
	"bytes"
	"compress/zlib"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf16"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/templates"
)

func fonts(t *testing.T) Fonts {
	t.Helper()
	packaged, err := fs.Sub(templates.FS, "portals/assets/dist/ttf")
	if err != nil {
		t.Fatal(err)
	}
	for _, from := range []fs.FS{packaged, os.DirFS("/usr/share/fonts/truetype/noto"), os.DirFS("/usr/share/fonts/truetype/liberation2")} {
		if f, err := LoadFonts(from); err == nil {
			return f
		}
	}
	t.Fatal("no font: run `make assets` (templates/portals/assets/dist/ttf)")
	return Fonts{}
}

func form(t *testing.T, lang locale.Lang) Form {
	t.Helper()
	prints, err := fs.Sub(templates.FS, "print")
	if err != nil {
		t.Fatal(err)
	}
	f, err := LoadForm(prints, "mc-2018", lang)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func sample(lang locale.Lang) Receipt {
	return Receipt{
		Lang: lang, Parent: "Ủy ban nhân dân thành phố Đà Nẵng", Agency: "Ủy ban nhân dân phường Hòa Cường Bắc", Place: "Đà Nẵng",
		Code: "H17.45.06-260312-0007", Name: "Nguyễn Thị Ngọc Ánh", Submitter: "Trần Văn Ẩn",
		Address: "Tổ 12, phường Hòa Cường Bắc, quận Hải Châu", Phone: "0900000123",
		Procedure: "Thủ tục đăng ký khai sinh có yếu tố nước ngoài; ẵ ẫ ễ ỗ ữ ỹ Ỵ Ẳ", ProcCode: "1.001193",
		Components: []Component{{"Tờ khai đăng ký khai sinh theo mẫu", 1, 0}, {"- Giấy chứng sinh hoặc văn bản của người làm chứng xác nhận về việc sinh;", 1, 2}},
		Term:       "3 ngày làm việc", ResultAt: "Bộ phận Tiếp nhận và Trả kết quả",
		Received: time.Date(2026, 3, 12, 9, 5, 0, 0, clock.Vietnam), Due: time.Date(2026, 3, 17, 17, 0, 0, 0, clock.Vietnam),
		Clerk: "Lê Thị Bưởi", URL: "https://dichvucong.danang.gov.vn/tra-cuu/H17.45.06-260312-0007?secret=ACDEFGHJKMNPQRTWXY34679ACD",
		Shown: "https://dichvucong.danang.gov.vn/tra-cuu",
	}
}

func TestTheReceiptSaysWhatForm01Asks(t *testing.T) {
	for _, lang := range []locale.Lang{locale.Vietnamese, locale.English} {
		var once, again bytes.Buffer
		if err := Write(&once, form(t, lang), fonts(t), sample(lang)); err != nil {
			t.Fatal(err)
		}
		if err := Write(&again, form(t, lang), fonts(t), sample(lang)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(once.Bytes(), again.Bytes()) {
			t.Errorf("%s: the same receipt has other bytes the second time", lang)
		}
		if to := os.Getenv("RECEIPT_OUT"); to != "" {
			_ = os.WriteFile(to+"."+string(lang)+".pdf", once.Bytes(), 0o600)
		}
		got := text(t, once.Bytes())
		want := []string{"H17.45.06-260312-0007", "Nguyễn Thị Ngọc Ánh", "Trần Văn Ẩn", "1.001193", "0900000123", "ẵ ẫ ễ ỗ ữ ỹ Ỵ Ẳ", "Lê Thị Bưởi"}
		if lang == locale.Vietnamese {
			want = append(want, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ",
				"09 giờ 05 phút, ngày 12 tháng 3 năm 2026", "17 giờ 00 phút, ngày 17 tháng 3 năm 2026", "3 ngày làm việc")
		}
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: the text layer does not say %q:\n%s", lang, w, got)
			}
		}
		if strings.Contains(got, "secret") || strings.Contains(got, "Email") || strings.Contains(got, "{") ||
			strings.Contains(got, "- Giấy") || strings.Contains(got, "sinh;") {
			t.Errorf("%s: the text layer shows the secret, an empty line, a blank or the mark of another list:\n%s", lang, got)
		}
	}
}

func TestALongDossierGoesOnToASecondPage(t *testing.T) {
	r := sample(locale.Vietnamese)
	for range 40 {
		r.Components = append(r.Components, Component{"Bản sao có chứng thực giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất", 0, 1})
	}
	var out bytes.Buffer
	if err := Write(&out, form(t, locale.Vietnamese), fonts(t), r); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(out.Bytes(), []byte("/Type /Page\n")); n < 2 {
		t.Fatalf("%d pages", n)
	}
	if got := text(t, out.Bytes()); !strings.Contains(got, "NGƯỜI TIẾP NHẬN HỒ SƠ") {
		t.Fatal("the signatures are lost")
	}
}

func TestAFontWithoutVietnameseLettersIsRefused(t *testing.T) {
	f := fonts(t)
	if !covers(f.Regular, vietnamese) || covers(f.Regular, "ก\ue000") {
		t.Fatal("the character map is read wrongly")
	}
	if covers(f.Regular[:len(f.Regular)/50], vietnamese) || covers(nil, vietnamese) || covers([]byte("not a font at all"), vietnamese) {
		t.Fatal("a damaged file passes")
	}
	none := fstest.MapFS{"Sans-Regular.ttf": {Data: []byte("not a font")}}
	if _, err := LoadFonts(none); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("got %v", err)
	}
}

var shown = regexp.MustCompile(`(?s)\(((?:\\.|[^\\)])*)\) ?Tj`)

// text reads the words that the page streams show: UTF-16 strings before Tj.
func text(t *testing.T, pdf []byte) string {
	t.Helper()
	var b strings.Builder
	for _, part := range bytes.Split(pdf, []byte("stream\n"))[1:] {
		z, err := zlib.NewReader(bytes.NewReader(part))
		if err != nil {
			continue
		}
		page, _ := io.ReadAll(z)
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
