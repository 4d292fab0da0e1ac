package web

import (
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"egovctl/platform/kernel/fault"
)

// Form is what a person typed, and what is wrong with it. A page shows it again with the person's own words in place.
type Form struct {
	Errors []FieldError // in the order in which they were found
	values url.Values
	files  map[string][]*multipart.FileHeader
}

// FieldError is one thing to mend.
type FieldError struct {
	Field string // name and id of the input, "" when it is about the whole form
	Err   error  // a fault: {{fault .Err}} is its sentence, {{cure .Err}} what to do
}

// memoryForFiles is how much of an upload is kept in memory; the rest waits in temporary files.
const memoryForFiles = 1 << 20

// ParseForm reads a submitted form (url-encoded or multipart). Query values are not part of it. Refused are: another
// content type, a body over the route's limit, text that is not UTF-8 or holds NUL.
func ParseForm(r *http.Request) (Form, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return Form{}, fault.New(fault.Unsupported, "web.form.type")
	}
	switch kind {
	case "application/x-www-form-urlencoded":
		err = r.ParseForm()
	case "multipart/form-data":
		err = r.ParseMultipartForm(memoryForFiles)
	default:
		return Form{}, fault.New(fault.Unsupported, "web.form.type")
	}
	if err != nil {
		return Form{}, bodyFault(err)
	}
	f := Form{values: r.PostForm}
	if r.MultipartForm != nil {
		f.files = r.MultipartForm.File
	}
	for name, vs := range f.values {
		for _, s := range append(vs, name) {
			if !Wholesome(s) {
				return Form{}, fault.New(fault.Invalid, "text.invalid")
			}
		}
	}
	for _, headers := range f.files {
		for _, h := range headers {
			if !Wholesome(h.Filename) {
				return Form{}, fault.New(fault.Invalid, "text.invalid")
			}
		}
	}
	return f, nil
}

// NewForm makes a form with values already in it, such as what is stored now. values are name, value pairs.
func NewForm(values ...string) Form {
	f := Form{values: url.Values{}}
	for i := 0; i+1 < len(values); i += 2 {
		f.values.Add(values[i], values[i+1])
	}
	return f
}

// Wholesome reports whether s is UTF-8 without NUL: what PostgreSQL can store.
func Wholesome(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// Get gives the first value of name as it was typed, "" for none.
func (f Form) Get(name string) string { return f.values.Get(name) }

// Trim is Get without white space at either end.
func (f Form) Trim(name string) string { return strings.TrimSpace(f.values.Get(name)) }

// All gives every value of name.
func (f Form) All(name string) []string { return f.values[name] }

// Has reports whether name was sent: a ticked box, or the button that was pressed.
func (f Form) Has(name string) bool { return f.values.Has(name) }

// Files gives the files uploaded under name; inputs left empty are not among them.
func (f Form) Files(name string) []*multipart.FileHeader {
	var kept []*multipart.FileHeader
	for _, h := range f.files[name] {
		if h.Filename != "" {
			kept = append(kept, h)
		}
	}
	return kept
}

// Fail notes that field is wrong because of err. nil is nothing; an empty field is taken from the fault.
func (f *Form) Fail(field string, err error) {
	if err == nil {
		return
	}
	if field == "" {
		field = fault.From(err).Field
	}
	f.Errors = append(f.Errors, FieldError{Field: field, Err: err})
}

// Error gives the first thing that is wrong with field, nil when nothing is.
func (f Form) Error(field string) error {
	for _, e := range f.Errors {
		if e.Field == field {
			return e.Err
		}
	}
	return nil
}

// OK reports whether nothing is wrong.
func (f Form) OK() bool { return len(f.Errors) == 0 }
