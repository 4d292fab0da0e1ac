package inspect

import (
	"html"
	"net/url"
	"regexp"
	"strings"
)

// Element is a start tag. Text is what stands inside it, tags left out.
type Element struct {
	Name  string
	Attr  map[string]string
	Text  string
	Inner string // its markup
}

// Page is a page's elements, in order. It is read with the few rules that the output of html/template keeps: tags and
// attributes in small letters, every attribute value in double quotes, void elements without an end.
type Page struct {
	Elements []Element
	spoken   []string
}

var (
	tagShape  = regexp.MustCompile(`(?s)<!--.*?-->|<!doctype[^>]*>|</([a-z][a-z0-9]*)\s*>|<([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"]*")?)*)\s*/?>`)
	attrShape = regexp.MustCompile(`(?s)([a-zA-Z-]+)(?:="([^"]*)")?`)
)

// void elements have no end tag.
var void = map[string]bool{"meta": true, "link": true, "input": true, "img": true, "br": true, "hr": true, "source": true, "col": true}

// Parse reads a page.
func Parse(body string) Page {
	var p Page
	var open []int
	var starts []int
	at := 0
	for _, m := range tagShape.FindAllStringSubmatchIndex(body, -1) {
		p.say(body[at:m[0]], open)
		at = m[1]
		switch {
		case m[2] >= 0:
			name := body[m[2]:m[3]]
			for i := len(open) - 1; i >= 0; i-- {
				if p.Elements[open[i]].Name == name {
					p.Elements[open[i]].Inner = body[starts[i]:m[0]]
					open, starts = open[:i], starts[:i]
					break
				}
			}
		case m[4] >= 0:
			e := Element{Name: body[m[4]:m[5]], Attr: map[string]string{}}
			for _, a := range attrShape.FindAllStringSubmatch(body[m[6]:m[7]], -1) {
				e.Attr[a[1]] = html.UnescapeString(a[2])
			}
			p.Elements = append(p.Elements, e)
			for _, name := range []string{"alt", "aria-label", "placeholder", "title", "data-label"} {
				if s := e.Attr[name]; s != "" {
					p.spoken = append(p.spoken, s)
				}
			}
			if !void[e.Name] {
				open, starts = append(open, len(p.Elements)-1), append(starts, m[1])
			}
		}
	}
	p.say(body[at:], open)
	return p
}

// say adds text to every element that is open around it.
func (p *Page) say(raw string, open []int) {
	text := strings.TrimSpace(html.UnescapeString(raw))
	if text == "" {
		return
	}
	for _, i := range open {
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
func Values(body string) url.Values {
	out := url.Values{}
	name := ""
	for _, e := range Parse(body).Elements {
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
