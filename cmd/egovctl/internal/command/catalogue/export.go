package catalogue

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/money"
)

func newExport(env *wire.Env) *cobra.Command {
	var format, out string
	c := &cobra.Command{Use: "export", Annotations: wire.Rehearses(), RunE: func(c *cobra.Command, _ []string) error { return carry(c.Context(), env, format, out) }}
	c.Flags().StringVar(&format, "format", "", env.T("cmd.catalogue.flag.export_format"))
	c.Flags().StringVar(&out, "out", "", env.T("cmd.catalogue.flag.out"))
	return c
}

// carried is the result of `catalogue export -o json`; without --out it holds the sheet itself.
type carried struct {
	Format  string `json:"format"`
	Out     string `json:"out,omitempty"`
	Bytes   int    `json:"bytes"`
	SHA256  string `json:"sha256"`
	DryRun  bool   `json:"dry_run,omitempty"`
	Content string `json:"content,omitempty"`
}

func carry(ctx context.Context, env *wire.Env, format, out string) error {
	if format == "" && out == "" {
		format = "csv"
	}
	format, err := formatOf(format, out, false)
	if err != nil {
		return err
	}
	var sheet bytes.Buffer // some megabytes; a file is only touched when all of it is there
	err = desk.Offices(env, func(o *platform.Offices) error { return o.Procedures.Export(ctx, wire.Operator(), &sheet, format) })
	if err != nil {
		return err
	}
	if out == "" && !env.JSON() {
		_, err := env.Out.Write(sheet.Bytes())
		return err
	}
	if out != "" && !env.Flags.DryRun {
		if err := writeFile(out, sheet.Bytes()); err != nil {
			return fault.Wrap(err, fault.Invalid, "commands.file.unwritable", "path", out)
		}
	}
	if env.JSON() {
		sum := sha256.Sum256(sheet.Bytes())
		c := carried{Format: format, Out: out, Bytes: sheet.Len(), SHA256: hex.EncodeToString(sum[:]), DryRun: env.Flags.DryRun}
		if out == "" {
			c.Content = sheet.String()
		}
		return env.Print(c)
	}
	key := "commands.catalogue.exported"
	if env.Flags.DryRun {
		key = "commands.catalogue.would_export"
	}
	_, err = fmt.Fprintln(env.Out, env.T(key, "path", out, "bytes", money.Group(int64(sheet.Len()))))
	return err
}

// writeFile writes beside and renames: the file that was there is whole until the new one is.
func writeFile(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already after the rename
	_, err = f.Write(content)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
