// Package wire is the only place that knows both the platform and the provisioning: it carries plain values from one
// to the other, and gives every command the same bag of dependencies.
package wire

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"egovctl/cmd/egovctl/internal/term"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/instance"
)

// Env is what a command is given.
type Env struct {
	*term.Term
	Texts   *locale.Catalog
	Lang    locale.Lang
	Version string
	Flags   Flags
}

// Flags are the global ones.
type Flags struct {
	Root    string
	Config  string
	Lang    string
	Output  string
	Yes     bool
	DryRun  bool
	Verbose bool
}

// JSON reports whether the result is wanted as JSON.
func (e *Env) JSON() bool { return e.Flags.Output == "json" }

// T is the sentence for key in the person's language.
func (e *Env) T(key string, args ...any) string { return e.Texts.T(e.Lang, key, args...) }

// Most letters of anything that a sentence repeats.
const mostRepeated = 300

// Fault is the sentence and the cure of err ("" when there is none). What they repeat was typed by a person, read in a
// file or said by another program: it is cut, and holds nothing that a terminal would act on. A step is told by its title.
func (e *Env) Fault(err error) (message, cure string) {
	f := *fault.From(err)
	f.Args = shown(f.Args)
	if title := "step." + f.Args["step"]; e.Texts.Has(e.Lang, title) {
		f.Args["step"] = e.T(title)
	}
	return e.Texts.Fault(e.Lang, &f)
}

func shown(args map[string]string) map[string]string {
	out := make(map[string]string, len(args))
	for name, value := range args {
		out[name] = term.Visible(value, mostRepeated)
	}
	return out
}

// Doing says what a step does to a target. A path says itself; a name of ours is told in words where there are any, and
// left out where it is only the step's own.
func (e *Env) Doing(title, target string) string {
	switch words := title + "." + target; {
	case title == "step."+target:
		return e.T(title)
	case e.Texts.Has(e.Lang, words):
		return e.T(title) + ": " + e.T(words)
	}
	return e.T(title) + ": " + target
}

// Seconds writes a duration in milliseconds as seconds, with a comma in Vietnamese: "  5,8 s".
func (e *Env) Seconds(ms int64) string {
	s := fmt.Sprintf("%5.1f s", float64(max(ms, 100))/1000)
	if e.Lang == locale.Vietnamese {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// Root of the instance: flag, environment, default.
func (e *Env) Root() instance.Root {
	switch {
	case e.Flags.Root != "":
		return instance.Root(e.Flags.Root)
	case e.Getenv("EGOV_ROOT") != "":
		return instance.Root(e.Getenv("EGOV_ROOT"))
	default:
		return instance.DefaultRoot
	}
}

// Sources tells where answers come from for this command: --config, or the instance's own file when there is one.
func (e *Env) Sources() instance.Sources {
	src := instance.Sources{File: cmp.Or(e.Flags.Config, e.Getenv("EGOV_CONFIG")), Env: e.Getenv}
	if own := e.Root().Config(); src.File == "" {
		if _, err := os.Stat(own); err == nil {
			src.File = own
		}
	}
	return src
}

// Installed loads the answers of the instance at Root as they were installed; fault.NotInstalled when there is none.
func (e *Env) Installed() (instance.Loaded, error) {
	file := e.Root().Config()
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return instance.Loaded{}, fault.New(fault.NotInstalled, "cli.not_installed", "root", e.Root())
	} else if err != nil {
		return instance.Loaded{}, fault.Wrap(err, fault.Forbidden, "cli.root_unreadable", "root", e.Root())
	}
	return instance.Load(instance.Sources{File: file})
}

// Print writes v as one JSON document on stdout.
func (e *Env) Print(v any) error {
	enc := json.NewEncoder(e.Out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// Line writes v as one line of JSON on stdout: an event of a long operation.
func (e *Env) Line(v any) error {
	enc := json.NewEncoder(e.Out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// Answers merges what this command was told: flags by key path, environment, the file, defaults. typed says how a flag
// was typed where that was not "--set KEY".
func (e *Env) Answers(flags, typed map[string]string) (instance.Loaded, error) {
	src := e.Sources()
	src.Flags, src.Typed = flags, typed
	return instance.Load(src)
}
