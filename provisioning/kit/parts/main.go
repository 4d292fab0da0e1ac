// Command parts writes what a kit says about where it comes from, beside the built programs: the list of parts
// (sbom.cdx.json) and the licences (licenses). It is run by make; a part without an allowed licence stops the build.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"egovctl/provisioning/kit/licence"
	"egovctl/provisioning/kit/sbom"
)

func main() {
	var o options
	flag.StringVar(&o.bin, "bin", "bin", "folder of the built programs, which gets both")
	flag.StringVar(&o.version, "version", "", "version of the programs")
	flag.Int64Var(&o.date, "date", 0, "date of the source, in seconds of Unix time; 0 if it is not known")
	flag.StringVar(&o.postgres, "postgres", "", "folder of the PostgreSQL that the kit will carry, if any")
	flag.Parse()
	if err := o.write(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "parts:", err)
		os.Exit(1)
	}
}

type options struct {
	bin, version, postgres string
	date                   int64 // Unix seconds, 0 for none
}

func (o options) write(ctx context.Context) error {
	if o.version == "" {
		return errors.New("-version is wanted")
	}
	programs, err := filepath.Glob(filepath.Join(o.bin, "egovctl-linux-*"))
	if err != nil {
		return fmt.Errorf("look for programs: %w", err)
	}
	programs = append(programs, filepath.Join(o.bin, "egovctl"))
	parts, err := licence.Modules(ctx, ".", "egovctl/cmd/egovctl", "amd64", "arm64")
	if err != nil {
		return err
	}
	packages, err := licence.Packages(filepath.Join("templates", "portals", "assets"))
	if err != nil {
		return err
	}
	s := sbom.Source{Version: o.version, Programs: programs, Parts: append(parts, packages...)}
	if o.date > 0 {
		s.Date = time.Unix(o.date, 0)
	}
	if o.postgres != "" {
		if s.Postgres, err = sbom.Postgres(o.postgres); err != nil {
			return err
		}
	}
	if err := licence.Collect(filepath.Join(o.bin, "licenses"), s.Parts); err != nil {
		return err
	}
	raw, err := sbom.Of(s)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(o.bin, "sbom.cdx.json"), raw, 0o644) //nolint:gosec // the list is public
}
