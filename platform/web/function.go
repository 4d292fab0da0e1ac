package web

import (
	"errors"
	"fmt"
	"html/template"
	"math"
	"net/url"
	"strings"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/money"
	"egovctl/platform/kernel/typed"
)

// functions is what templates may call, in language l.
func (p *Pages) functions(l locale.Lang) template.FuncMap {
	t := func(key string, args ...any) string { return p.texts.T(l, key, args...) }
	return template.FuncMap{
		"t":        t,
		"lang":     func() string { return string(l) },
		"vi":       func() bool { return l == locale.Vietnamese },
		"either":   func(vi, en string) string { return either(l, vi, en) },
		"date":     dated(locale.Date),
		"datetime": dated(locale.DateTime),
		"longdate": dated(func(at time.Time) string { return locale.LongDate(l, at) }),
		"isodate":  dated(func(at time.Time) string { return at.In(clock.Vietnam).Format(time.DateOnly) }),
		"daysleft": func(due time.Time) string { return daysLeft(t, p.clock.Now(), due) },
		"dong":     dong,
		"number":   number,
		"fault":    func(err error) string { message, _ := p.texts.Fault(l, err); return message },
		"cure":     func(err error) string { _, cure := p.texts.Fault(l, err); return cure },
		"path":     joinPath,
		"query":    joinQuery,
		"asset":    p.assets.address,
		"hasasset": p.assets.has,
		"csrf":     func() template.HTML { return "" }, // cross-origin writes are refused by their headers: no token is needed
		"dict":     dict,
		"list":     func(items ...any) []any { return items },
		"join":     strings.Join,
		"tidy":     typed.Item,
		"add":      func(a, b int) int { return a + b },
	}
}

// either picks the English text if the reader is English and there is one.
func either(l locale.Lang, vi, en string) string {
	if l == locale.English && en != "" {
		return en
	}
	return vi
}

// dated lets a template pass a time, a pointer to one, or a day that knows its time; no time is written as nothing.
func dated(write func(time.Time) string) func(any) (string, error) {
	return func(v any) (string, error) {
		switch at := v.(type) {
		case time.Time:
			if at.IsZero() {
				return "", nil
			}
			return write(at), nil
		case *time.Time:
			if at == nil || at.IsZero() {
				return "", nil
			}
			return write(*at), nil
		case interface{ Time() time.Time }: // a day of a service's own
			if t := at.Time(); !t.IsZero() {
				return write(t), nil
			}
			return "", nil
		case nil:
			return "", nil
		}
		return "", fmt.Errorf("%T is not a time", v)
	}
}

// daysLeft counts calendar days from today to the day of due and says it in words.
func daysLeft(t func(string, ...any) string, now, due time.Time) string {
	if due.IsZero() {
		return t("web.days.none")
	}
	days := int(math.Round(clock.DayOf(due).Sub(clock.DayOf(now)).Hours() / 24))
	switch {
	case days < 0:
		return t("web.days.over", "n", -days)
	case days == 0:
		return t("web.days.today")
	}
	return t("web.days.left", "n", days)
}

func dong(v any) (string, error) {
	switch n := v.(type) {
	case money.Dong:
		return n.String(), nil
	case int64:
		return money.Dong(n).String(), nil
	case int:
		return money.Dong(n).String(), nil
	}
	return "", fmt.Errorf("%T is not an amount", v)
}

// number writes 1234567 as 1.234.567.
func number(v any) (string, error) {
	switch n := v.(type) {
	case int:
		return money.Group(int64(n)), nil
	case int32:
		return money.Group(int64(n)), nil
	case int64:
		return money.Group(n), nil
	}
	return "", fmt.Errorf("%T is not a whole number", v)
}

// joinPath adds escaped segments to an address: path "/ho-so" .Code is /ho-so/H17-1.
func joinPath(base string, segments ...any) template.URL {
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(base, "/"))
	for _, s := range segments {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(fmt.Sprint(s)))
	}
	if b.Len() == 0 {
		return "/"
	}
	return template.URL(b.String()) //nolint:gosec // base is the template's own text, segments are escaped
}

// joinQuery writes ?name=value from pairs; pairs whose value is empty are left out.
func joinQuery(pairs ...any) (template.URL, error) {
	if len(pairs)%2 != 0 {
		return "", errors.New("query takes name, value pairs")
	}
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if v := fmt.Sprint(pairs[i+1]); v != "" {
			q.Add(fmt.Sprint(pairs[i]), v)
		}
	}
	if len(q) == 0 {
		return "", nil
	}
	return template.URL("?" + q.Encode()), nil //nolint:gosec // encoded above
}

// dict passes several named things to a partial.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("dict takes name, value pairs")
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return m, nil
}
