package inspect

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"egovctl/platform/kernel/health"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/web"
)

// keyLike is how an unresolved message key looks in a text.
var keyLike = regexp.MustCompile(`\b[a-z_]+(?:\.[a-z_]+)+\b`)

// hole is how a placeholder looks that nothing has filled.
var hole = regexp.MustCompile(`\{[a-z_]+\}`)

// families are the first words of the catalogue's keys: "danang.gov.vn" is none of them.
func families(texts *locale.Catalog) map[string]bool {
	out := map[string]bool{}
	for _, k := range texts.Keys(locale.Vietnamese) {
		family, _, _ := strings.Cut(k, ".")
		out[family] = true
	}
	return out
}

// Unresolved finds the first text that is a message key or has a placeholder left in it.
func (w *World) Unresolved(texts ...string) string {
	for _, s := range texts {
		if !strings.ContainsAny(s, ".{") {
			continue
		}
		if m := hole.FindString(s); m != "" {
			return m
		}
		for _, m := range keyLike.FindAllString(s, -1) {
			if family, _, _ := strings.Cut(m, "."); w.families[family] {
				return m
			}
		}
	}
	return ""
}

// key looks for a message key in what people read of an answer: visible text and labels of a page, title, detail and
// cure of a problem.
func (w *World) key(a Answer) string {
	switch {
	case strings.HasPrefix(a.kind(), "text/html"):
		page := Parse(a.Body)
		return w.Unresolved(page.Spoken()...)
	case a.kind() == "application/problem+json":
		var p web.Problem
		if json.Unmarshal([]byte(a.Body), &p) == nil {
			return w.Unresolved(p.Title, p.Detail, p.Cure)
		}
	}
	return ""
}

// Told looks whether every key that the routes and a service's health say exists in both languages.
func (w *World) Told(results []health.Result) []string {
	var out []string
	want := func(where, key string) {
		for _, l := range []locale.Lang{locale.Vietnamese, locale.English} {
			if !w.Texts.Has(l, key) {
				out = append(out, where+": the message "+key+" is missing in "+string(l))
			}
		}
	}
	for _, rt := range w.Routes {
		line := rt.Method + " " + rt.Pattern
		if rt.Summary == "" {
			out = append(out, line+": has no summary")
			continue
		}
		want(line, rt.Summary)
		for _, p := range rt.Params {
			want(line+" ?"+p.Name, p.Summary)
		}
	}
	for _, r := range results {
		want("health "+r.Code, r.Key)
		if r.Status == health.Fail || r.Status == health.Warn {
			want("health "+r.Code, r.Key+".cure")
		}
	}
	return out
}

// Healthy holds the results of a service's health to their shape.
func Healthy(service string, results []health.Result) []string {
	var out []string
	if len(results) == 0 {
		return []string{service + ": its health says nothing"}
	}
	for _, r := range results {
		switch {
		case r.Code == "" || r.Service == "" || r.Key == "":
			out = append(out, service+": a result without code, service or key")
		case !slices.Contains([]health.Status{health.Pass, health.Warn, health.Fail, health.Skip}, r.Status):
			out = append(out, service+": "+r.Code+" has the status "+string(r.Status))
		case !slices.Contains([]string{"info", "warning", "error", "critical"}, r.Severity):
			out = append(out, service+": "+r.Code+" has the severity "+r.Severity)
		}
	}
	return out
}
