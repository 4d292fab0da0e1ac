// Package root is the root command: global flags, languages, help, and how a command's end becomes an exit status.
package root

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/instance"
	"egovctl/templates"
)

// Maker makes one command.
type Maker func(*wire.Env) *cobra.Command

// Run carries out one command line and returns the process's exit status.
func Run(args []string, t *term.Term, version string, commands []Maker) int {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		fmt.Fprintln(t.Err, "egovctl:", err)
		return 1
	}
	env := &wire.Env{Term: t, Texts: texts, Lang: locale.Vietnamese, Version: version}
	lang, langErr := language(args, t.Getenv, env)
	env.Lang = lang
	cmd := New(env, commands)
	cmd.SetArgs(args)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // whoever asks a second time does not want to wait
	if langErr != nil {
		err = langErr
	} else {
		err = cmd.ExecuteContext(ctx)
	}
	if err != nil && ctx.Err() != nil && fault.CodeOf(err) != fault.Partial {
		err = fault.Wrap(err, fault.Interrupted, "cli.interrupted")
	}
	if err != nil && asksJSON(args) {
		env.Flags.Output = "json" // the flags may not have been read as far as that
	}
	Report(env, err)
	return ExitStatus(err)
}

// asksJSON reports whether a command line that could not be read asks for JSON all the same.
func asksJSON(args []string) bool {
	for i, a := range args {
		switch {
		case a == "--":
			return false
		case a == "-ojson", a == "-o=json", a == "--output=json":
			return true
		case a == "-o", a == "--output":
			return i+1 < len(args) && args[i+1] == "json"
		}
	}
	return false
}

// New builds the command tree.
func New(env *wire.Env, commands []Maker) *cobra.Command {
	cmd := &cobra.Command{
		Use:               "egovctl",
		Annotations:       wire.Reads(),
		Short:             env.T("cli.short"),
		Long:              env.T("cli.long"),
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		Args:              cobra.NoArgs,
		RunE:              func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	f := cmd.PersistentFlags()
	f.StringVar(&env.Flags.Root, "root", "", env.T("cli.flag.root", "default", string(instance.DefaultRoot)))
	f.StringVar(&env.Flags.Config, "config", "", env.T("cli.flag.config"))
	f.StringVar(&env.Flags.Lang, "lang", "", env.T("cli.flag.lang"))
	f.StringVarP(&env.Flags.Output, "output", "o", "text", env.T("cli.flag.output"))
	f.BoolVar(&env.Flags.Yes, "yes", false, env.T("cli.flag.yes"))
	f.BoolVar(&env.Flags.DryRun, "dry-run", false, env.T("cli.flag.dry_run"))
	f.BoolVarP(&env.Flags.Verbose, "verbose", "v", false, env.T("cli.flag.verbose"))
	f.BoolP("help", "h", false, env.T("cli.flag.help"))
	cmd.PersistentPreRunE = func(c *cobra.Command, _ []string) error {
		if empty := emptied(c); empty != "" { // an unset shell variable must not mean the default instance
			return fault.New(fault.Invalid, "cli.empty", "flag", "--"+empty)
		}
		if o := env.Flags.Output; o != "text" && o != "json" {
			return fault.New(fault.Invalid, "cli.output", "value", o)
		}
		if env.Flags.DryRun && !wire.DryRuns(c.Annotations) {
			return fault.New(fault.Invalid, "cli.no_dry_run", "command", c.CommandPath())
		}
		if !c.Hidden && !unasked[c.Name()] {
			env.WarnOfVariables()
		}
		if err := env.AbsoluteRoot(); err != nil {
			return err
		}
		if !env.Flags.DryRun && !c.Hidden && !unasked[c.Name()] && !wire.ReadsOnly(c.Annotations) {
			env.SweepRehearsal(c.Context())
		}
		return nil
	}
	cmd.SetOut(env.Out)
	cmd.SetErr(env.Err)
	cmd.SetIn(env.In)
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usage(c, err) })
	for _, make := range commands {
		cmd.AddCommand(make(env))
	}
	dress(env, cmd)
	return cmd
}

// unasked are the commands whose stderr is read by no person: the log of the platform, and whatever a shell starts with.
// Those that are hidden are started by this program itself.
var unasked = map[string]bool{"serve": true, "completion": true}

// usage is a command line that cannot be understood.
func usage(c *cobra.Command, err error) error {
	key, pairs := misused(err)
	return fault.Wrap(err, fault.Invalid, key, append(pairs, "command", c.CommandPath())...)
}

// emptied names a flag that was given as empty text; "" when none was.
func emptied(c *cobra.Command) (name string) {
	c.Flags().Visit(func(f *pflag.Flag) {
		if f.Value.Type() == "string" && f.Value.String() == "" {
			name = f.Name
		}
	})
	return name
}

// language of this run: --lang, EGOV_LANG, the instance's own (EGOV_LANGUAGE over its file), Vietnamese. It is needed before the flags are parsed,
// because the help texts are in it.
func language(args []string, getenv func(string) string, env *wire.Env) (locale.Lang, error) {
	for i, a := range args {
		if a == "--" {
			break
		}
		if v, ok := strings.CutPrefix(a, "--lang="); ok {
			return parsed(v)
		}
		if a == "--lang" && i+1 < len(args) {
			return parsed(args[i+1])
		}
		if v, ok := strings.CutPrefix(a, "--root="); ok {
			env.Flags.Root = v
		}
		if a == "--root" && i+1 < len(args) {
			env.Flags.Root = args[i+1]
		}
	}
	if v := getenv("EGOV_LANG"); v != "" {
		return parsed(v)
	}
	if l, err := locale.ParseLang(getenv("EGOV_LANGUAGE")); err == nil {
		return l, nil // a value that is none is told with the other answers
	}
	if own, err := env.Installed(); err == nil {
		return parsed(own.Language)
	}
	return locale.Vietnamese, nil
}

func parsed(v string) (locale.Lang, error) {
	l, err := locale.ParseLang(v)
	if err != nil {
		return locale.Vietnamese, err
	}
	return l, nil
}

// Report tells a person (stderr) or a program (-o json: stdout) what went wrong and what to do next.
func Report(env *wire.Env, err error) {
	if err == nil {
		return
	}
	var told *wire.Told
	if errors.As(err, &told) {
		return
	}
	problems := each(err)
	if env.JSON() {
		type shown struct {
			Code    fault.Code `json:"code"`
			Message string     `json:"message"`
			Cure    string     `json:"cure,omitempty"`
			Field   string     `json:"field,omitempty"`
		}
		list := make([]shown, len(problems))
		for i, p := range problems {
			message, cure := env.Fault(p)
			list[i] = shown{p.Code, message, cure, term.Visible(p.Field, mostField)}
		}
		_ = env.Line(map[string]any{"event": "result", "status": "failed", "exit": ExitStatus(err), "error": list[0], "problems": list})
		return
	}
	for i, p := range problems {
		if i == mostProblems {
			fmt.Fprintln(env.Err, env.T("cli.more", "n", len(problems)-i))
			break
		}
		message, cure := env.Fault(p)
		fmt.Fprintf(env.Err, "%s %s\n", env.PaintErr(term.Bad, env.T("cli.error")), message)
		if cure != "" {
			fmt.Fprintf(env.Err, "  %s %s\n", env.PaintErr(term.Strong, env.T("cli.cure")), cure)
		}
	}
	if env.Flags.Verbose || fault.CodeOf(err) == fault.Internal {
		fmt.Fprintln(env.Err, env.PaintErr(term.Faint, term.Visible(err.Error(), mostLog)))
	}
}

// What is told of an error at most: letters of the name of what is wrong, problems, and letters of the whole as the log
// has it.
const (
	mostField    = 100
	mostProblems = 20
	mostLog      = 4000
)

// each takes a list of problems apart; a run that stopped part-way is told with its cause, anything else is one.
func each(err error) []*fault.Error {
	var many instance.Problems
	if errors.As(err, &many) {
		return many
	}
	first := fault.From(err)
	list := []*fault.Error{first}
	if first.Code == fault.Partial && first.Cause != nil {
		list = append(list, fault.From(first.Cause))
	}
	return list
}
