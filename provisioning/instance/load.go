package instance

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/viper"

	"egovctl/platform/kernel/fault"
)

// Problems are all the things wrong with the answers, so that a person mends them in one go.
type Problems []*fault.Error

// Error lists them for the log.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, e := range p {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "; ")
}

// Unwrap lets fault.CodeOf and errors.As reach each of them, the first one first.
func (p Problems) Unwrap() []error {
	errs := make([]error, len(p))
	for i, e := range p {
		errs[i] = e
	}
	return errs
}

// Source of a value.
type Source string

// The sources, weakest first.
const (
	FromDefault Source = "default"
	FromFile    Source = "file"
	FromEnv     Source = "environment"
	FromFlag    Source = "flag"
)

// Sources are where answers come from.
type Sources struct {
	File  string                            // path of instance.yaml; "" for none
	Read  func(path string) ([]byte, error) // reads File; from the disk when nil
	Env   func(string) string               // os.Getenv
	Flags map[string]string                 // by key path; only flags that were given
	Typed map[string]string                 // by key path: how a flag was typed, where that was not "--set KEY"
}

// typed is what the person typed to answer path.
func (s Sources) typed(path string) string {
	if flag, ok := s.Typed[path]; ok {
		return flag
	}
	return "--set " + path
}

// Loaded is the answers with where each came from.
type Loaded struct {
	Config
	From  map[string]Source
	file  string            // that was read, "" for none
	where map[string]string // by key path, for what was given
	v     *viper.Viper
}

// Where says where a person finds the answer for a key path: the flag, the variable, the file and its line. What nobody
// gave is found in the file, by its absence.
func (l Loaded) Where(path string) string {
	for _, where := range []string{l.where[path], l.file} {
		if where != "" {
			return where
		}
	}
	return path
}

// Value gives the answer for a key path as text ("a, b" for lists).
func (l Loaded) Value(path string) string {
	if k, ok := find(path); ok && k.Type == List {
		return strings.Join(l.v.GetStringSlice(path), ", ")
	}
	return l.v.GetString(path)
}

// Load merges the sources: flag over environment over file over default. Every problem of every source is reported.
func Load(src Sources) (Loaded, error) {
	file, problems, err := src.read()
	if err != nil {
		return Loaded{}, err
	}
	// Keys hold no upper case but apiVersion and no dots of their own, so viper's two traps (it folds case and splits
	// at dots) do not bite; codes and names are never keys.
	l := Loaded{From: map[string]Source{}, file: src.File, where: map[string]string{}, v: viper.New()}
	take := func(k Key, value any, s Source, where string) {
		l.v.Set(k.Path, value)
		l.From[k.Path], l.where[k.Path] = s, where
	}
	read := func(k Key, text string, s Source, where string) {
		value, p := fromText(k, text, where)
		if p != nil {
			problems = append(problems, p)
			return
		}
		take(k, value, s, where)
	}
	for _, k := range Keys() {
		l.v.SetDefault(k.Path, k.Default)
		l.From[k.Path] = FromDefault
		if a, ok := file[k.Path]; ok {
			take(k, a.value, FromFile, place(src.File, a.line))
		}
		if src.Env != nil {
			if text := src.Env(k.Env()); text != "" {
				read(k, text, FromEnv, k.Env())
			}
		}
		if text, ok := src.Flags[k.Path]; ok {
			read(k, text, FromFlag, src.typed(k.Path))
		}
	}
	for _, path := range slices.Sorted(maps.Keys(src.Flags)) {
		if _, known := find(path); !known {
			problems = append(problems, unknown(path, src.typed(path)))
		}
	}
	if len(problems) > 0 {
		return Loaded{}, problems
	}
	if err := l.v.UnmarshalExact(&l.Config); err != nil {
		return Loaded{}, fault.Wrap(err, fault.Internal, "internal")
	}
	return l, l.whole()
}

// whole checks what no key can check alone.
func (l Loaded) whole() error {
	var problems Problems
	if l.Topology != "embedded" && l.Postgres.DSNFile == "" {
		problems = append(problems, fault.New(fault.Invalid, "config.dsn_needed", "where", l.Where("topology"), "topology", l.Topology).At("postgres.dsn_file"))
	}
	if l.HTTP.TLS != "off" && !strings.HasPrefix(l.PublicURL(), "https://") {
		problems = append(problems, fault.New(fault.Invalid, "config.tls_url", "where", l.Where("http.tls"), "tls", l.HTTP.TLS).At("http.public_url"))
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// read reads the file of the sources.
func (s Sources) read() (answers, Problems, error) {
	path, read := s.File, s.Read
	if path == "" {
		return nil, nil, nil
	}
	if read == nil {
		read = readFile
	}
	raw, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fault.Wrap(err, fault.Invalid, "config.absent", "file", path)
	}
	if err != nil {
		return nil, nil, fault.Wrap(err, fault.Invalid, "config.unreadable", "file", path)
	}
	a, p := parseFile(path, raw)
	return a, p, nil
}

// fromText reads a value that came as text: from a flag or the environment.
func fromText(k Key, text, where string) (any, *fault.Error) {
	wrong := func() *fault.Error {
		return fault.New(fault.Invalid, "config.type."+string(k.Type), "key", k.Path, "value", text, "where", where).At(k.Path)
	}
	var v any = text
	switch k.Type {
	case List:
		items := []string{}
		for _, item := range strings.Split(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				items = append(items, item)
			}
		}
		v = items
	case Switch:
		if text != "true" && text != "false" {
			return nil, wrong()
		}
	case Whole:
		var n int
		if _, err := fmt.Sscanf(text, "%d", &n); err != nil || fmt.Sprint(n) != text {
			return nil, wrong()
		}
	}
	if p := check(k, v, where); p != nil {
		return nil, p
	}
	return v, nil
}
