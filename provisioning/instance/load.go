package instance

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
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
	File   string                            // path of instance.yaml; "" for none
	Read   func(path string) ([]byte, error) // reads File; os.ReadFile when nil
	Env    func(string) string               // os.Getenv
	Flags  map[string]string                 // by key path; only flags that were given
	Preset map[string]string                 // stronger defaults, such as those of --demo
}

// Loaded is the answers with where each came from.
type Loaded struct {
	Config
	From map[string]Source
	v    *viper.Viper
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
	var problems Problems
	file, bad, err := readFile(src)
	if err != nil {
		return Loaded{}, err
	}
	problems = append(problems, bad...)

	// Keys hold no upper case but apiVersion and no dots of their own, so viper's two traps (it folds case and splits
	// at dots) do not bite; codes and names are never keys.
	v := viper.New()
	from := map[string]Source{}
	for _, k := range Keys() {
		v.SetDefault(k.Path, k.Default)
		from[k.Path] = FromDefault
		if preset, ok := src.Preset[k.Path]; ok {
			v.SetDefault(k.Path, preset)
		}
	}
	set := func(k Key, text string, s Source, where string) {
		value, p := fromText(k, text, where)
		if p != nil {
			problems = append(problems, p)
			return
		}
		v.Set(k.Path, value)
		from[k.Path] = s
	}
	for _, k := range Keys() {
		if value, ok := file[k.Path]; ok {
			v.Set(k.Path, value)
			from[k.Path] = FromFile
		}
		if src.Env != nil {
			if text := src.Env(k.Env()); text != "" {
				set(k, text, FromEnv, k.Env())
			}
		}
		if text, ok := src.Flags[k.Path]; ok {
			set(k, text, FromFlag, "--set "+k.Path)
		}
	}
	if len(problems) > 0 {
		return Loaded{}, problems
	}
	l := Loaded{From: from, v: v}
	if err := v.UnmarshalExact(&l.Config); err != nil {
		return Loaded{}, fault.Wrap(err, fault.Internal, "internal")
	}
	return l, whole(l.Config)
}

// whole checks what no key can check alone.
func whole(c Config) error {
	var problems Problems
	if c.Topology != "embedded" && c.Postgres.DSNFile == "" {
		problems = append(problems, fault.New(fault.Invalid, "config.dsn_needed", "topology", c.Topology).At("postgres.dsn_file"))
	}
	if c.HTTP.TLS != "off" && !strings.HasPrefix(c.PublicURL(), "https://") {
		problems = append(problems, fault.New(fault.Invalid, "config.tls_url", "tls", c.HTTP.TLS).At("http.public_url"))
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

func readFile(src Sources) (answers, Problems, error) {
	path, read := src.File, src.Read
	if path == "" {
		return nil, nil, nil
	}
	if read == nil {
		read = os.ReadFile
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
