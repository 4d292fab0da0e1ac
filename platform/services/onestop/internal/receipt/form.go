// Package receipt prints form 01 of the one-stop regime, "Giấy tiếp nhận hồ sơ và hẹn trả kết quả" (TT 01/2018/TT-VPCP
// Điều 9), as a PDF with a text layer and a QR code. The same receipt has the same bytes. The words are files of
// templates/print/onestop, which a province may edit.
package receipt

import (
	"bytes"
	"io/fs"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
)

// Form is the wording of form 01 in one language.
type Form struct {
	Paper        string   `yaml:"paper"`
	Margin       float64  `yaml:"margin_mm"`
	Size         float64  `yaml:"size_pt"`
	State        []string `yaml:"state"`
	Desk         string   `yaml:"desk"`
	Place        string   `yaml:"place"`
	Title        string   `yaml:"title"`
	Code         string   `yaml:"code"`
	Before       []string `yaml:"before"`
	Components   string   `yaml:"components"`
	Columns      []string `yaml:"columns"`
	NoComponents string   `yaml:"no_components"`
	After        []string `yaml:"after"`
	Moment       string   `yaml:"moment"`
	Track        string   `yaml:"track"`
	Signers      []string `yaml:"signers"`
	SignHint     string   `yaml:"sign_hint"`
	Note         string   `yaml:"note"`
}

// LoadForm reads form 01 of a regime in a language from prints (the folder templates/print, the province's files
// first): the regime's own file, else the common one. A file that cannot be used is fault.Unavailable.
func LoadForm(prints fs.FS, regime string, lang locale.Lang) (Form, error) {
	var f Form
	raw, err := fs.ReadFile(prints, "onestop/"+regime+"-01."+string(lang)+".yaml")
	if regime == "" || err != nil {
		raw, err = fs.ReadFile(prints, "onestop/01."+string(lang)+".yaml")
	}
	if err != nil {
		return f, fault.Wrap(err, fault.Unavailable, "onestop.receipt.form")
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&f); err != nil {
		return f, fault.Wrap(err, fault.Unavailable, "onestop.receipt.form")
	}
	if len(f.State) != 2 || len(f.Columns) != 4 || len(f.Signers) != 2 || f.Size < 6 || f.Margin < 4 {
		return f, fault.New(fault.Unavailable, "onestop.receipt.form")
	}
	return f, nil
}

var blank = regexp.MustCompile(`\{[a-z_]+\}`)

// fill puts values into the {blanks} of line. ok is false when it has blanks and none of them has a value: such a
// line is not printed.
func fill(line string, values map[string]string) (string, bool) {
	blanks, filled := 0, 0
	out := blank.ReplaceAllStringFunc(line, func(b string) string {
		blanks++
		v := values[strings.Trim(b, "{}")]
		if v != "" {
			filled++
		}
		return v
	})
	return out, blanks == 0 || filled > 0
}
