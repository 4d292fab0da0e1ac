package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"

	"egovctl/platform/kernel/fault"
)

// Decode reads the body as one JSON object into v, a pointer to a struct. Refused are: another content type
// (fault.Unsupported), a body over the route's limit (fault.TooLarge), and as fault.Invalid malformed JSON, another
// value than an object, an unknown or repeated member, a wrong type, text that is not UTF-8 or holds NUL, anything
// after the object.
func Decode(r *http.Request, v any) error {
	body, err := readJSON(r)
	if err != nil {
		return err
	}
	if err := wholesome(body); err != nil {
		return err
	}
	if !bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")) { // null would be taken for an empty object
		return fault.New(fault.Invalid, "web.json.object")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return explainJSON(err)
	}
	return nil
}

func readJSON(r *http.Request) ([]byte, error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := strings.ToLower(params["charset"])
	if err != nil || kind != "application/json" || (charset != "" && charset != "utf-8") {
		return nil, fault.New(fault.Unsupported, "web.json.type")
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, bodyFault(err)
	}
	sum := sha256.Sum256(body)
	visitOf(r.Context()).bodyHash = sum[:]
	if !utf8.Valid(body) {
		return nil, fault.New(fault.Invalid, "text.invalid")
	}
	return body, nil
}

// bodyFault explains why a body could not be read: too long, or the reader hung up.
func bodyFault(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return fault.Wrap(err, fault.TooLarge, "web.body.large")
	}
	return fault.Wrap(err, fault.Invalid, "web.body.broken")
}

// wholesome walks the tokens: exactly one value, no NUL in any text, no member given twice.
func wholesome(body []byte) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := walk(d, 0); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "web.json.trailing")
	}
	return nil
}

// deepest is how far JSON may nest; nothing of ours comes near it.
const deepest = 32

func walk(d *json.Decoder, depth int) error {
	t, err := d.Token()
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "web.json.malformed")
	}
	if s, ok := t.(string); ok && strings.ContainsRune(s, 0) {
		return fault.New(fault.Invalid, "text.invalid")
	}
	open, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	if depth >= deepest {
		return fault.New(fault.Invalid, "web.json.deep")
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			if err := member(d, seen); err != nil {
				return err
			}
		}
		if err := walk(d, depth+1); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return fault.Wrap(err, fault.Invalid, "web.json.malformed")
	}
	return nil
}

func member(d *json.Decoder, seen map[string]bool) error {
	t, err := d.Token()
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "web.json.malformed")
	}
	name, _ := t.(string)
	switch {
	case strings.ContainsRune(name, 0):
		return fault.New(fault.Invalid, "text.invalid")
	case seen[name]:
		return fault.New(fault.Invalid, "web.json.twice", "field", name).At(name)
	}
	seen[name] = true
	return nil
}

func explainJSON(err error) error {
	var typed *json.UnmarshalTypeError
	var known *fault.Error
	switch {
	case errors.As(err, &known): // a type of ours refused its text
		return err
	case errors.As(err, &typed):
		return fault.Wrap(err, fault.Invalid, "web.json.wrong_type", "field", typed.Field, "type", jsonType(typed.Type)).At(typed.Field)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		name = strings.Trim(name, `"`)
		return fault.Wrap(err, fault.Invalid, "web.json.unknown", "field", name).At(name)
	}
	return fault.Wrap(err, fault.Invalid, "web.json.malformed")
}

func jsonType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Slice, reflect.Array:
		return "array"
	case reflect.Struct, reflect.Map:
		return "object"
	default:
		return "number"
	}
}
