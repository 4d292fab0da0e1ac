package inspect

import (
	"html"
	"net/url"
	"strings"
)

// Element is a start tag. Text is what stands inside it, tags left out; it is kept of elements that say something as a
// whole, such as a heading or a link.
type Element struct {
	Name  string
	Attr  map[string]string
	Text  string
	Holds bool // an input stands inside
	Held  bool // it stands inside a label
}

// Page is a page's elements, in order. It is read with the few rules that the output of html/template keeps: tags and
// attributes in small letters, attribute values in double quotes, void elements without an end.
type Page struct {
	Elements []Element
	spoken   []string
	open     []int // elements that say something and are not closed yet
}

var (
	// void elements have no end tag.
	void = map[string]bool{"meta": true, "link": true, "input": true, "img": true, "br": true, "hr": true, "source": true, "col": true}
	// wholes are the elements whose text is kept.
	wholes = map[string]bool{"h1": true, "title": true, "a": true, "button": true, "label": true, "p": true, "textarea": true}
	// heard are the attributes that are read out.
	heard = []string{"alt", "aria-label", "placeholder", "title", "data-label"}
)

// Parse reads a page.
func Parse(body string) Page {
	var p Page
	for body != "" {
		from := strings.IndexByte(body, '<')
		if from < 0 {
			p.say(body)
			break
		}
		p.say(body[:from])
		body = body[from:]
		if strings.HasPrefix(body, "<!--") {
			_, body, _ = strings.Cut(body, "-->")
			continue
		}
		end := tagEnd(body)
		p.tag(body[1:end])
		body = body[min(end+1, len(body)):]
	}
	return p
}

// tagEnd is where the > of the tag at the beginning of s stands: one in a quoted value is none.
func tagEnd(s string) int {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '>' && !quoted:
			return i
		}
	}
	return len(s)
}

func (p *Page) tag(s string) {
	if name, ok := strings.CutPrefix(s, "/"); ok {
		for i := len(p.open) - 1; i >= 0; i-- {
			if p.Elements[p.open[i]].Name == strings.TrimSpace(name) {
				p.open = p.open[:i]
				return
			}
		}
		return
	}
	if strings.HasPrefix(s, "!") {
		return
	}
	s = strings.TrimSuffix(s, "/")
	at := strings.IndexAny(s, " \t\r\n")
	if at < 0 {
		at = len(s)
	}
	e := Element{Name: s[:at], Attr: attributes(s[at:])}
	if e.Name == "input" || e.Name == "select" || e.Name == "textarea" {
		for _, i := range p.open {
			p.Elements[i].Holds = true
			e.Held = e.Held || p.Elements[i].Name == "label"
		}
	}
	for _, name := range heard {
		if text := e.Attr[name]; text != "" {
			p.spoken = append(p.spoken, text)
		}
	}
	p.Elements = append(p.Elements, e)
	if wholes[e.Name] && !void[e.Name] {
		p.open = append(p.open, len(p.Elements)-1)
	}
}

// attributes reads name="value" and bare names.
func attributes(s string) map[string]string {
	var out map[string]string
	for {
		s = strings.TrimLeft(s, " \t\r\n")
		if s == "" {
			return out
		}
		if out == nil {
			out = map[string]string{}
		}
		at := strings.IndexAny(s, "= \t\r\n")
		if at < 0 {
			out[s] = ""
			return out
		}
		name := s[:at]
		if s = s[at:]; s[0] != '=' {
			out[name] = ""
			continue
		}
		value, rest, _ := strings.Cut(strings.TrimPrefix(s[1:], `"`), `"`)
		out[name], s = html.UnescapeString(value), rest
	}
}

// say adds text to every element that says something and is open around it.
func (p *Page) say(raw string) {
	text := strings.TrimSpace(raw)
	if text == "" {
		return
	}
	text = html.UnescapeString(text)
	for _, i := range p.open {
		p.Elements[i].Text = strings.TrimSpace(p.Elements[i].Text + " " + text)
	}
	p.spoken = append(p.spoken, text)
}

// Spoken is everything that a reader reads or hears, piece by piece.
func (p Page) Spoken() []string { return p.spoken }

// All gives the elements of a name.
func (p Page) All(name string) []Element {
	var out []Element
	for _, e := range p.Elements {
		if e.Name == name {
			out = append(out, e)
		}
	}
	return out
}

// Values are what a browser would send of a page's forms as they stand, without those of the layout.
func Values(page Page) url.Values {
	out := url.Values{}
	name := ""
	for _, e := range page.Elements {
		_, checked := e.Attr["checked"]
		_, selected := e.Attr["selected"]
		switch kind := e.Attr["type"]; {
		case e.Name == "input" && kind != "checkbox" && kind != "radio" && kind != "submit" && e.Attr["name"] != "q", e.Name == "input" && checked:
			out.Add(e.Attr["name"], e.Attr["value"])
		case e.Name == "textarea":
			out.Add(e.Attr["name"], e.Text)
		case e.Name == "select":
			name = e.Attr["name"]
		case e.Name == "option" && selected:
			out.Add(name, e.Attr["value"])
		}
	}
	return out
}
