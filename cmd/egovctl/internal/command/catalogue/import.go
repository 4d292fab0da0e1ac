package catalogue

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/services/procedures"
)

func newImport(env *wire.Env) *cobra.Command {
	var format string
	c := &cobra.Command{Use: "import FILE|-", Annotations: wire.Rehearses(), Args: cobra.ExactArgs(1), RunE: func(c *cobra.Command, args []string) error {
		return bring(c.Context(), env, args[0], format)
	}}
	c.Flags().StringVar(&format, "format", "", env.T("cmd.catalogue.flag.format"))
	return c
}

func bring(ctx context.Context, env *wire.Env, file, format string) error {
	format, err := formatOf(format, file, file == "-")
	if err != nil {
		return err
	}
	in := env.In
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return fault.Wrap(err, fault.Invalid, "commands.file.unreadable", "path", file)
		}
		defer func() { _ = f.Close() }() // only read
		in = f
	}
	var report procedures.Report
	err = desk.Offices(env, func(o *platform.Offices) (err error) {
		report, err = o.Procedures.Import(ctx, wire.Operator(), in, format, env.Flags.DryRun)
		return err
	})
	if len(report.Problems) > 0 {
		return refused(env, report, err)
	}
	if err != nil {
		return err
	}
	if env.JSON() {
		return env.Print(map[string]any{"added": report.Added, "changed": report.Changed, "unchanged": report.Unchanged, "dry_run": env.Flags.DryRun})
	}
	fmt.Fprintln(env.Out, env.T("procedures.import.counts", "added", report.Added, "changed", report.Changed, "unchanged", report.Unchanged))
	if env.Flags.DryRun {
		desk.Note(env, "commands.dry_run")
	}
	return nil
}

// formatOf is what was said, else what the file's name ends in. What comes from a pipe has no name.
func formatOf(said, file string, pipe bool) (string, error) {
	if said == "" && !pipe {
		said = strings.TrimPrefix(strings.ToLower(filepath.Ext(file)), ".")
	}
	switch said {
	case "csv", "yaml":
		return said, nil
	case "yml":
		return "yaml", nil
	case "":
		return "", fault.New(fault.Invalid, "commands.catalogue.format").At("format")
	}
	return "", fault.New(fault.Invalid, "procedures.format.unknown", "format", said).At("format")
}

// problem is one place of the file that is to be mended.
type problem struct {
	Line      int        `json:"line"`
	Procedure string     `json:"procedure,omitempty"`
	Field     string     `json:"field,omitempty"`
	Code      fault.Code `json:"code"`
	Message   string     `json:"message"`
	Cure      string     `json:"cure,omitempty"`
}

// refused tells every problem with its line, and then that nothing was written.
func refused(env *wire.Env, report procedures.Report, err error) error {
	problems := make([]problem, len(report.Problems))
	for i, p := range report.Problems {
		message, cure := env.Fault(p.Err)
		problems[i] = problem{p.Line, p.Code, p.Field, p.Err.Code, message, cure}
	}
	if !env.JSON() {
		tellProblems(env.Err, env, problems)
		return err
	}
	message, cure := env.Fault(err)
	told := map[string]any{"event": "result", "status": "failed", "exit": 2, "problems": problems,
		"error": map[string]any{"code": fault.CodeOf(err), "message": message, "cure": cure}}
	if werr := env.Line(told); werr != nil {
		return werr
	}
	return &wire.Told{Err: err}
}

func tellProblems(w io.Writer, env *wire.Env, problems []problem) {
	for _, p := range problems {
		place := env.T("commands.catalogue.line", "line", p.Line)
		for _, s := range []string{p.Procedure, p.Field} {
			if s != "" {
				place += ", " + s
			}
		}
		fmt.Fprintf(w, "%s: %s\n", env.PaintErr(term.Strong, place), p.Message)
		if p.Cure != "" {
			fmt.Fprintf(w, "  %s %s\n", env.T("cli.cure"), p.Cure)
		}
	}
}
