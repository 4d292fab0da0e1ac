package receipt

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/boombuler/barcode/qr"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/typed"
)

// Receipt is what form 01 says. Due is zero when the officer sets the date later; Term and NoDue are sentences in the
// receipt's language.
type Receipt struct {
	Lang                locale.Lang
	Parent, Agency      string // the agency above, and the one that received
	Place               string
	Code                string
	Name, Submitter     string
	Address             string
	Phone, Email        string
	Procedure, ProcCode string
	Components          []Component
	Term, NoDue         string
	Received, Due       time.Time
	ResultAt            string
	Clerk               string
	URL                 string // with the secret, for the QR code; ASCII
	Shown               string // without the secret, to be read
}

// Component is a line of the table of papers.
type Component struct {
	Name              string
	Originals, Copies int
}

// sheet is the page while it is being written.
type sheet struct {
	*fpdf.Fpdf
	form  Form
	width float64 // between the margins, mm
}

// Write prints r. The dates inside the file are those of reception, so the same receipt has the same bytes.
func Write(w io.Writer, form Form, fonts Fonts, r Receipt) error {
	s := sheet{Fpdf: fpdf.New("P", "mm", form.Paper, ""), form: form}
	s.AddUTF8FontFromBytes("body", "", fonts.Regular)
	s.AddUTF8FontFromBytes("body", "B", fonts.Bold)
	s.SetMargins(form.Margin, form.Margin, form.Margin)
	s.SetAutoPageBreak(true, form.Margin)
	s.SetTitle(form.Title+" "+r.Code, true)
	s.SetLang(string(r.Lang))
	s.SetCreationDate(r.Received.UTC())
	s.SetModificationDate(r.Received.UTC())
	s.SetCatalogSort(true)
	s.AddPage()
	page, _ := s.GetPageSize()
	s.width = page - 2*form.Margin

	values := r.values(form)
	s.head(r, values)
	s.paragraphs(form.Before, values)
	s.papers(r.Components)
	s.paragraphs(form.After, values)
	if err := s.foot(r, values); err != nil {
		return err
	}
	if err := s.Output(w); err != nil {
		return fault.Wrap(err, fault.Internal, "internal")
	}
	return nil
}

// values are the {blanks} of the form.
func (r Receipt) values(f Form) map[string]string {
	v := map[string]string{
		"agency": r.Agency, "place": r.Place, "long_date": locale.LongDate(r.Lang, r.Received), "code": r.Code,
		"name": r.Name, "address": r.Address, "phone": r.Phone, "email": r.Email, "procedure": r.Procedure,
		"procedure_code": r.ProcCode, "sets": "01", "term": r.Term, "received": r.moment(f, r.Received),
		"due": r.moment(f, r.Due), "result_at": r.ResultAt, "url": r.Shown,
	}
	if r.Submitter != r.Name {
		v["submitter"] = r.Submitter
	}
	if r.Due.IsZero() {
		v["no_due"] = r.NoDue
	}
	return v
}

func (r Receipt) moment(f Form, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(clock.Vietnam)
	s, _ := fill(f.Moment, map[string]string{
		"hour": fmt.Sprintf("%02d", t.Hour()), "minute": fmt.Sprintf("%02d", t.Minute()), "long_date": locale.LongDate(r.Lang, t)})
	return s
}

// head writes agency and state side by side, then the title and the code.
func (s sheet) head(r Receipt, values map[string]string) {
	left, top := s.form.Margin, s.form.Margin
	half := s.width/2 - 2
	column := func(x, width float64, style string, size float64, lines ...string) {
		for _, l := range lines {
			s.SetFont("body", style, size)
			s.SetX(x)
			s.MultiCell(width, s.line(size), l, "", "C", false)
		}
	}
	size := s.form.Size - 1.5
	s.SetXY(left, top)
	if r.Parent != "" {
		column(left, half, "", size, strings.ToUpper(r.Parent))
	}
	column(left, half, "B", size, strings.ToUpper(r.Agency), s.form.Desk)
	bottom := s.GetY()
	s.SetXY(left+half+4, top)
	column(left+half+4, half, "B", size, s.form.State...)
	s.rule(left+half+4+half/2, 22)
	if place, ok := fill(s.form.Place, values); ok {
		s.Ln(1)
		column(left+half+4, half, "", size, strings.TrimPrefix(place, ", "))
	}
	s.SetY(max(bottom, s.GetY()) + 4)
	column(left, s.width, "B", s.form.Size+2, s.form.Title)
	code, _ := fill(s.form.Code, values)
	column(left, s.width, "B", s.form.Size, code)
	s.Ln(2)
}

// rule draws a short line centred on x under the current position.
func (s sheet) rule(x, length float64) {
	y := s.GetY() + 0.6
	s.SetLineWidth(0.2)
	s.Line(x-length/2, y, x+length/2, y)
	s.SetY(y + 0.6)
}

func (s sheet) paragraphs(lines []string, values map[string]string) {
	s.SetFont("body", "", s.form.Size)
	for _, l := range lines {
		if text, ok := fill(l, values); ok {
			s.MultiCell(s.width, s.line(s.form.Size), text, "", "L", false)
		}
	}
}

// papers writes the table of components; its head is repeated on a new page.
func (s sheet) papers(list []Component) {
	if len(list) == 0 {
		s.paragraphs([]string{s.form.NoComponents}, nil)
		return
	}
	s.paragraphs([]string{s.form.Components}, nil)
	widths := []float64{9, s.width - 9 - 34, 17, 17}
	s.row("B", widths, s.form.Columns)
	for i, c := range list {
		s.row("", widths, []string{strconv.Itoa(i + 1), typed.Item(c.Name), strconv.Itoa(c.Originals), strconv.Itoa(c.Copies)})
	}
	s.Ln(1)
}

func (s sheet) row(style string, widths []float64, cells []string) {
	s.SetFont("body", style, s.form.Size-1)
	h := s.line(s.form.Size - 1)
	wrapped := s.SplitText(cells[1], widths[1])
	height := h*float64(max(1, len(wrapped))) + 0.8
	if _, page := s.GetPageSize(); s.GetY()+height > page-s.form.Margin {
		s.AddPage()
	}
	x, y := s.form.Margin, s.GetY()
	for i, c := range cells {
		s.Rect(x, y, widths[i], height, "D")
		s.SetXY(x, y+0.4)
		align := "C"
		if i == 1 && style == "" {
			align = "L"
		}
		s.MultiCell(widths[i], h, c, "", align, false)
		x += widths[i]
	}
	s.SetXY(s.form.Margin, y+height)
}

// foot writes the QR code with its address, the signatures and the note. It is kept together on one page.
func (s sheet) foot(r Receipt, values map[string]string) error {
	const side = 27.0
	if _, page := s.GetPageSize(); s.GetY()+side+30 > page-s.form.Margin {
		s.AddPage()
	}
	s.Ln(2)
	top := s.GetY()
	if err := s.qr(r.URL, s.form.Margin, top, side); err != nil {
		return err
	}
	s.SetXY(s.form.Margin+side+4, top+4)
	track, _ := fill(s.form.Track, values)
	s.SetFont("body", "", s.form.Size-1)
	s.MultiCell(s.width-side-4, s.line(s.form.Size-1), track+"\n"+s.form.Note, "", "L", false)
	s.SetY(top + side + 3)
	half := s.width / 2
	for i, name := range []string{r.Submitter, r.Clerk} {
		x := s.form.Margin + float64(i)*half
		for j, l := range []string{s.form.Signers[i], s.form.SignHint, name} {
			style := ""
			if j != 1 {
				style = "B"
			}
			s.SetFont("body", style, s.form.Size-1)
			s.SetXY(x, top+side+3+float64(j)*s.line(s.form.Size)+gap(j))
			s.CellFormat(half, s.line(s.form.Size), l, "", 0, "C", false, 0, "")
		}
	}
	return nil
}

// gap leaves room for the signature above the name.
func gap(line int) float64 {
	if line == 2 {
		return 10
	}
	return 0
}

// qr draws the code as squares, so it is sharp at any size.
func (s sheet) qr(content string, x, y, side float64) error {
	code, err := qr.Encode(content, qr.M, qr.Unicode)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal")
	}
	n := code.Bounds().Dx()
	module := side / float64(n)
	s.SetFillColor(0, 0, 0)
	for row := range n {
		for col := 0; col < n; col++ {
			from := col
			for col < n && dark(code.At(col, row).RGBA()) {
				col++
			}
			if col > from {
				s.Rect(x+float64(from)*module, y+float64(row)*module, float64(col-from)*module, module, "F")
			}
		}
	}
	return nil
}

func dark(r, _, _, _ uint32) bool { return r < 0x8000 }

// line is the height of a line of text of a size, mm.
func (s sheet) line(points float64) float64 { return points * 0.3528 * 1.3 }
