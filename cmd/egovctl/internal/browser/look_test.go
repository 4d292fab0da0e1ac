package browser_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The widths of a phone, a tablet held upright, and a desk.
var widths = []int64{360, 768, 1440}

var (
	// A message key that nobody translated.
	messageKey = regexp.MustCompile(`\b[a-z]+\.[a-z_]+\.[a-z_.]+\b`)
	// A word that begins small and carries a Vietnamese letter: names of people and places begin with a capital.
	vietnamese = regexp.MustCompile(`(?:^|[\s(])[a-zđàáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]*[đàáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]`)
	// Acts of law keep the name that they have, in every language.
	citation = regexp.MustCompile(`(?:Bộ luật|Luật|Nghị định|Nghị quyết|Thông tư|Thông báo|Quyết định)[^;.]*`)
	// What a template leaves when it shows a value that it was not given.
	leftover = regexp.MustCompile(`<no value>|%!|\{\{|0001-01-01|01/01/0001|\bnil\b|undefined`)
)

// look reads the page that is open at every width, as it stands in the language of the visitor, and fails the test for
// everything that a person would stumble over.
func (v *visitor) look() {
	v.t.Helper()
	at := v.at()
	var lang string
	v.ask(`document.documentElement.lang`, &lang)
	for _, w := range widths {
		v.width(w)
		if lang == "en" && w != widths[0] {
			continue // the same page with other words: the narrowest tells whether they fit
		}
		for _, b := range barriers(v.violations()) {
			v.t.Errorf("%s, %s, %d px: %s", v.name, at, w, b)
		}
		for _, o := range v.overflows() {
			v.t.Errorf("%s, %s, %d px: wider than the window: %s", v.name, at, w, o)
		}
		v.photograph(w)
	}
	v.read(at, lang)
}

// read looks at the words of a page.
func (v *visitor) read(at, lang string) {
	v.t.Helper()
	if n := v.count("h1"); n != 1 {
		v.t.Errorf("%s, %s: %d h1", v.name, at, n)
	}
	for _, s := range v.words(false) {
		if k := messageKey.FindString(s); k != "" && !strings.Contains(s, "@") && !strings.HasSuffix(k, ".gov.vn") {
			v.t.Errorf("%s, %s: shows the message key %q", v.name, at, k)
		}
		if k := leftover.FindString(s); k != "" {
			v.t.Errorf("%s, %s: shows %q in %q", v.name, at, k, s)
		}
	}
	if lang != "en" {
		return
	}
	seen := map[string]bool{}
	for _, s := range v.words(true) {
		if vietnamese.MatchString(citation.ReplaceAllString(s, "")) && !seen[s] && len(seen) < 5 { // five show what is meant
			seen[s] = true
			v.t.Errorf("%s, %s: Vietnamese on the English page, and not marked as such: %q", v.name, at, s)
		}
	}
}

// words are the texts of the page that people see or hear, one by one: text nodes, and what labels and descriptions
// say. With own true only those in the language of the page: what is marked as another language is left out.
func (v *visitor) words(own bool) []string {
	v.t.Helper()
	var out []string
	v.ask(fmt.Sprintf(`(() => {
		const own = %v, lang = document.documentElement.lang, out = [document.title.split(" · ").slice(1).join(" ")];
		// A line of a trace tells in the reader's language of holidays and acts that have a Vietnamese name only.
		const foreign = e => own && (e.closest("[lang]").lang !== lang || e.closest(".trace"));
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		for (let n; n = walk.nextNode();) {
			const s = n.data.trim(), e = n.parentElement;
			if (s && !e.closest("script,style,textarea") && !foreign(e)) out.push(s);
		}
		for (const e of document.querySelectorAll("[aria-label],[placeholder],[title],[alt]"))
			if (!foreign(e)) for (const a of ["aria-label", "placeholder", "title", "alt"])
				if (e.getAttribute(a)) out.push(e.getAttribute(a));
		return out;
	})()`, own), &out)
	return out
}

// overflows names what makes the page scroll sideways, and controls whose words do not fit into them.
func (v *visitor) overflows() []string {
	v.t.Helper()
	var out []string
	v.ask(`(() => {
		const out = [], room = document.documentElement.clientWidth;
		const tell = e => e.tagName.toLowerCase() + "." + e.className + " " + (e.innerText || "").slice(0, 60);
		if (document.documentElement.scrollWidth > room)
			for (const e of document.body.querySelectorAll("*"))
				if (e.getBoundingClientRect().right > room + 1 && !e.closest(".hidden,.tabs,.table-scroll")) { out.push(tell(e)); break; }
		if (document.documentElement.scrollWidth > room && !out.length) out.push("something");
		for (const e of document.querySelectorAll("button,.button,.badge,h1,h2,th,td,label"))
			if (e.clientWidth && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).position !== "absolute" && !e.closest(".hidden,.table-scroll,thead")) out.push("cut: " + tell(e));
		return out;
	})()`, &out)
	return out
}

// keyboard goes over the page with the tabulator alone: first to the link that skips the navigation, through it to the
// content, on to the main action. Whatever has the focus must show it.
func (v *visitor) keyboard(action string) {
	v.t.Helper()
	at := v.at()
	v.width(1440)
	v.do(chromedp.Navigate(v.url+at), chromedp.KeyEvent(kb.Tab))
	f := v.focus()
	if f.Class != "skip" || !f.Visible {
		v.t.Errorf("%s, %s: the first stop of the keyboard is not the link to the content but %+v", v.name, at, f)
	}
	v.do(chromedp.KeyEvent(kb.Enter))
	for range 60 {
		v.do(chromedp.KeyEvent(kb.Tab))
		f = v.focus()
		if !f.Visible {
			v.t.Errorf("%s, %s: the focus does not show at %s %q", v.name, at, f.Tag, f.Text)
		}
		if !f.Main {
			break
		}
		var there bool
		v.ask(fmt.Sprintf(`document.activeElement.matches(%q)`, action), &there)
		if there {
			return
		}
	}
	v.t.Errorf("%s, %s: the keyboard does not come to %s", v.name, at, action)
}

type focused struct {
	Tag, Class, Text string
	Visible, Main    bool
}

func (v *visitor) focus() focused {
	v.t.Helper()
	var f focused
	v.ask(`(() => {
		const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
		const mark = s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2;
		return {Tag: e.tagName, Class: e.className, Text: (e.innerText || e.name || "").slice(0, 60), Main: !!e.closest("main"),
			Visible: mark && r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight};
	})()`, &f)
	return f
}

// photograph keeps a picture of the whole page, for people to look at.
func (v *visitor) photograph(width int64) {
	v.t.Helper()
	dir := os.Getenv("EGOVCTL_PICTURES")
	if dir == "" {
		return
	}
	var png []byte
	v.do(chromedp.FullScreenshot(&png, 80))
	v.width(width) // FullScreenshot leaves its own size behind
	name := strings.NewReplacer("/", "_", "?", "_", "&", "_", "=", "-", "%", "").Replace(strings.TrimPrefix(v.at(), "/"))
	if name == "" {
		name = "home"
	}
	file := filepath.Join(dir, fmt.Sprintf("%s-%s-%d.jpg", v.name, name[:min(len(name), 80)], width))
	if err := os.WriteFile(file, png, 0o600); err != nil {
		v.t.Fatal(err)
	}
}
