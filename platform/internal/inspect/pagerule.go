package inspect

import (
	"fmt"
	"strings"
)

// PageRules holds a page to what every page owes its reader: one h1 that says something, the language it was asked for, a title, inputs with
// labels, nothing inline that the content security policy would refuse, ids that occur once, links that lead somewhere.
func PageRules(p Page, lang string) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if h := p.All("h1"); len(h) != 1 || h[0].Text == "" {
		say("has %d h1", len(h))
	}
	if h := p.All("html"); len(h) != 1 || h[0].Attr["lang"] != lang {
		say("does not say lang=%q", lang)
	}
	if h := p.All("title"); len(h) != 1 || strings.HasPrefix(strings.TrimSpace(h[0].Text), "·") {
		say("has no title of its own")
	}
	if len(p.All("main")) != 1 {
		say("has no main")
	}
	ids, labelled := map[string]int{}, map[string]bool{}
	for _, e := range p.Elements {
		if id := e.Attr["id"]; id != "" {
			ids[id]++
		}
		if e.Name == "label" {
			labelled[e.Attr["for"]] = e.Text != ""
		}
	}
	for id, n := range ids {
		if n > 1 {
			say("has the id %q %d times", id, n)
		}
	}
	for _, e := range p.Elements {
		out = append(out, elementRules(e, ids, labelled)...)
	}
	return append(out, wrapped(p)...)
}

func elementRules(e Element, ids map[string]int, labelled map[string]bool) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for name := range e.Attr {
		if name == "style" || strings.HasPrefix(name, "on") {
			say("has an inline %s on <%s>", name, e.Name)
		}
	}
	for _, name := range []string{"aria-describedby", "aria-labelledby", "for"} {
		for _, id := range strings.Fields(e.Attr[name]) {
			if ids[id] == 0 {
				say("<%s %s> points at %q, which is not there", e.Name, name, id)
			}
		}
	}
	switch e.Name {
	case "style":
		say("has an inline style sheet")
	case "script":
		if e.Attr["src"] == "" {
			say("has an inline script")
		}
	case "img":
		if _, ok := e.Attr["alt"]; !ok {
			say("has an image without alt")
		}
	case "a":
		if e.Attr["href"] == "" || e.Text == "" && e.Attr["aria-label"] == "" {
			say("has a link without a target or words: %v", e.Attr)
		}
	case "button":
		if e.Text == "" && e.Attr["aria-label"] == "" {
			say("has a button without words")
		}
	case "input", "select", "textarea":
		kind := e.Attr["type"]
		if kind != "hidden" && kind != "submit" && !e.Held && !labelled[e.Attr["id"]] && e.Attr["aria-label"] == "" && e.Attr["aria-labelledby"] == "" {
			say("<%s name=%q> has no label", e.Name, e.Attr["name"])
		}
	}
	return out
}

// wrapped finds labels that neither name an input nor hold one.
func wrapped(p Page) []string {
	var out []string
	for _, l := range p.All("label") {
		if l.Attr["for"] == "" && !l.Holds {
			out = append(out, "has a label that belongs to nothing")
		}
	}
	return out
}

// Links are the addresses on this portal that a page's links and GET forms lead to, without fragments.
func Links(p Page) []string {
	var out []string
	for _, e := range p.Elements {
		href := ""
		switch {
		case e.Name == "a", e.Name == "link":
			href = e.Attr["href"]
		case e.Name == "img", e.Name == "script":
			href = e.Attr["src"]
		case e.Name == "form" && !strings.EqualFold(e.Attr["method"], "post"):
			href = e.Attr["action"]
		}
		href, _, _ = strings.Cut(href, "#")
		if strings.HasPrefix(href, "/") || strings.HasPrefix(href, "?") {
			out = append(out, href)
		}
	}
	return out
}
