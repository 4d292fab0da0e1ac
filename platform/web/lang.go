package web

import (
	"net/http"

	"golang.org/x/text/language"

	"egovctl/platform/kernel/locale"
)

const year = 365 * 24 * 60 * 60

var languages = language.NewMatcher([]language.Tag{language.Vietnamese, language.English})

// language chooses the reader's language: ?lang=, which is remembered in a cookie; the cookie; for programs
// Accept-Language; else the instance's. Pages do not follow Accept-Language: many browsers in Việt Nam are set to
// English by their maker, not by their reader, and Vietnamese is the first language of every page.
func (f *Front) language(w http.ResponseWriter, r *http.Request) locale.Lang {
	if l, err := locale.ParseLang(r.URL.Query().Get("lang")); err == nil {
		f.setCookie(w, langCookie, string(l), year, true)
		return l
	}
	if c, err := r.Cookie(f.cookieName(langCookie)); err == nil {
		if l, err := locale.ParseLang(c.Value); err == nil {
			return l
		}
	}
	if h := r.Header.Get("Accept-Language"); h != "" && speaksAPI(r) {
		tags, _, err := language.ParseAcceptLanguage(h)
		if err == nil && len(tags) > 0 {
			if _, i, confidence := languages.Match(tags...); confidence > language.No {
				return []locale.Lang{locale.Vietnamese, locale.English}[i]
			}
		}
	}
	return f.lang
}
