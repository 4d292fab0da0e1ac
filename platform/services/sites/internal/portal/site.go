package portal

import (
	"strings"
	"time"
	"unicode"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
)

// Content is what an agency says of itself. Its JSON form is what is stored as packaged base and as edit.
type Content struct {
	TitleVI string `json:"title_vi"`
	TitleEN string `json:"title_en"`
	IntroVI string `json:"intro_vi"`
	IntroEN string `json:"intro_en"`
	Address string `json:"address"`
	Phone   string `json:"phone"`
	Email   string `json:"email"`
	HoursVI string `json:"hours_vi"`
	HoursEN string `json:"hours_en"`
}

// Site is an agency's part of the portal.
type Site struct {
	AgencyID int32
	Slug     string
	Content  Content // in force: the province's words, else the packaged ones
	Edited   bool    // the province's words differ from the packaged ones
	Changed  time.Time
}

// Change is what an editor may change; nil leaves a text as it is. Reset goes back to the packaged texts first.
type Change struct {
	Reset   bool    `json:"reset,omitempty"`
	TitleVI *string `json:"title_vi,omitempty"`
	TitleEN *string `json:"title_en,omitempty"`
	IntroVI *string `json:"intro_vi,omitempty"`
	IntroEN *string `json:"intro_en,omitempty"`
	Address *string `json:"address,omitempty"`
	Phone   *string `json:"phone,omitempty"`
	Email   *string `json:"email,omitempty"`
	HoursVI *string `json:"hours_vi,omitempty"`
	HoursEN *string `json:"hours_en,omitempty"`
}

// Limits of the texts, in characters.
const (
	MaxLine  = 250
	MaxIntro = 4000
)

// Apply gives c changed by ch and the names of the members that differ. Faults (fault.Invalid, with the field): a title
// that is empty, a text over its limit or with control characters, a mail address without @.
func (ch Change) Apply(c Content) (Content, []string, error) {
	var changed []string
	for _, m := range []struct {
		name   string
		from   *string
		to     *string
		most   int
		needed bool
	}{
		{"title_vi", ch.TitleVI, &c.TitleVI, MaxLine, true}, {"title_en", ch.TitleEN, &c.TitleEN, MaxLine, true},
		{"intro_vi", ch.IntroVI, &c.IntroVI, MaxIntro, false}, {"intro_en", ch.IntroEN, &c.IntroEN, MaxIntro, false},
		{"address", ch.Address, &c.Address, MaxLine, false}, {"phone", ch.Phone, &c.Phone, MaxLine, false},
		{"email", ch.Email, &c.Email, MaxLine, false},
		{"hours_vi", ch.HoursVI, &c.HoursVI, MaxLine, false}, {"hours_en", ch.HoursEN, &c.HoursEN, MaxLine, false},
	} {
		if m.from == nil {
			continue
		}
		text, err := tidy(*m.from, m.most)
		if err != nil {
			return c, nil, fault.From(err).At(m.name)
		}
		if text == "" && m.needed {
			return c, nil, fault.New(fault.Invalid, "sites.title.missing").At(m.name)
		}
		if text != *m.to {
			*m.to = text
			changed = append(changed, m.name)
		}
	}
	if c.Email != "" && !strings.Contains(c.Email, "@") {
		return c, nil, fault.New(fault.Invalid, "sites.email.invalid").At("email")
	}
	return c, changed, nil
}

// tidy trims a text; lines are kept in long texts only.
func tidy(s string, most int) (string, error) {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	if most == MaxLine {
		s = strings.Join(strings.Fields(s), " ")
	}
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
		return "", fault.New(fault.Invalid, "text.invalid")
	}
	if len([]rune(s)) > most {
		return "", fault.New(fault.Invalid, "sites.text.long", "max", most)
	}
	return s, nil
}

// Title in l.
func (c Content) Title(l locale.Lang) string { return pick(l, c.TitleVI, c.TitleEN) }

// Paragraphs of the introduction in l: blank lines part them.
func (c Content) Paragraphs(l locale.Lang) []string {
	var out []string
	for _, p := range strings.Split(pick(l, c.IntroVI, c.IntroEN), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// Hours in l.
func (c Content) Hours(l locale.Lang) string { return pick(l, c.HoursVI, c.HoursEN) }

func pick(l locale.Lang, vi, en string) string {
	if l == locale.English && en != "" {
		return en
	}
	return vi
}
