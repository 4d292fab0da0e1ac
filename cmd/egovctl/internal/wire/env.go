// Package wire is the only place that knows both the platform and the provisioning: it carries plain values from one
// to the other, and gives every command the same bag of dependencies.
package wire

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
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

// Flags are the global ones (PRODUCT §6).
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
	src := instance.Sources{File: e.Flags.Config, Env: e.Getenv}
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

// Answers merges what this command was told: flags by key path, environment, the file, stronger defaults, defaults.
func (e *Env) Answers(flags, preset map[string]string) (instance.Loaded, error) {
	src := e.Sources()
	src.Flags, src.Preset = flags, preset
	return instance.Load(src)
}
