package web

import (
	"encoding/base64"
	"net/http"
	"strconv"

	"egovctl/platform/kernel/fault"
)

// List is the shape of every list that a program gets. Next is the cursor of the following page, null on the last.
type List[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`
}

// NewList makes a list; next is the keyset position after the last item in the service's own words, "" on the last page.
func NewList[T any](items []T, next string) List[T] {
	l := List[T]{Items: items}
	if l.Items == nil {
		l.Items = []T{} // an empty list, never null
	}
	if next != "" {
		c := EncodeCursor(next)
		l.Next = &c
	}
	return l
}

// EncodeCursor wraps a keyset position so that callers treat it as opaque.
func EncodeCursor(position string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(position))
}

// Cursor gives the keyset position that ?cursor= carries, "" for the first page. Its content is the caller's claim:
// the service checks it as any input.
func Cursor(r *http.Request) (string, error) {
	s := r.URL.Query().Get("cursor")
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(raw) > 512 || !Wholesome(string(raw)) {
		return "", fault.New(fault.Invalid, "web.cursor").At("cursor")
	}
	return string(raw), nil
}

// Limit gives ?limit=, def when it is absent. Outside 1 to most it is refused.
func Limit(r *http.Request, def, most int) (int, error) {
	s := r.URL.Query().Get("limit")
	if s == "" {
		return def, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		return 0, fault.New(fault.Invalid, "web.limit", "max", most).At("limit")
	}
	return n, nil
}
