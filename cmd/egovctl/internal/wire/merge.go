package wire

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"egovctl/platform"
	platformmerge "egovctl/platform/merge"
	"egovctl/platform/override"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/kit"
	"egovctl/provisioning/steps/merge"
	"egovctl/templates"
)

// Merge is what the step merge is given: the packaged rows, and how each service keeps the province's. of is the release, or the
// data update, that packages them.
func (in *Installation) Merge(of string) merge.Work {
	work := merge.Work{Digest: in.digest}
	for _, o := range in.merging {
		work.Services = append(work.Services, o.Service)
	}
	files := filesOffice(in.Parts.Site.Root, templates.FS, nil)
	work.Noted = func(ctx context.Context, tx pgx.Tx) (bool, error) { return platformmerge.Noted(ctx, tx, files) }
	work.Note = func(ctx context.Context, tx pgx.Tx) error {
		return platformmerge.Note(ctx, tx, files, in.Parts.Site.Version)
	}
	work.Into = func(ctx context.Context, tx pgx.Tx) error {
		set, err := in.set()
		if err != nil {
			return err
		}
		if _, err := platformmerge.Settle(ctx, tx, Operator(), in.merging); err != nil {
			return err
		}
		for _, o := range in.merging {
			if _, err := platformmerge.Run(ctx, tx, Operator(), o, set, of); err != nil {
				return err
			}
		}
		return nil
	}
	return work
}

// Province is everything that a province may keep otherwise than it is packaged: the rows of its offices, and its files beside
// those of the release that runs, and the tables.
func (e *Env) Province(o *platform.Offices) []platformmerge.Office {
	shipped := os.DirFS(filepath.Join(e.Root().Current(), "templates"))
	return append(o.Merging(), filesOffice(e.Root(), shipped, e.writeOwn), platformmerge.Schema(e.otherShapes))
}

// otherShapes are the tables as each other release makes them whose folder is here and whole.
func (e *Env) otherShapes() ([]string, error) {
	folders, err := os.ReadDir(e.Root().Releases())
	if err != nil {
		return nil, fmt.Errorf("look at releases: %w", err)
	}
	var out []string
	runs := e.runs()
	for _, f := range folders {
		at := e.Root().Release(f.Name())
		if !f.IsDir() || f.Name() == runs {
			continue
		}
		if _, err := kit.Verify(at); err != nil {
			continue // half laid down, or damaged: what it says is not the release's word
		}
		raw, err := os.ReadFile(filepath.Join(at, "migrations", platformmerge.ShapeFile))
		if err == nil {
			out = append(out, string(raw))
		}
	}
	return out, nil
}

func filesOffice(root instance.Root, shipped fs.FS, write func(string, []byte) error) platformmerge.Office {
	return platformmerge.Files(func() ([]override.File, error) {
		files, _, err := overrides(root).Scan(shipped) // what cannot be read is health's to tell
		return files, err
	}, write)
}

// writeOwn stores a file of the province's, as its owner's; nil takes it away, with the note of what it was made from.
func (e *Env) writeOwn(path string, content []byte) error {
	if e.Flags.DryRun {
		return nil
	}
	on, at := e.Host(), filepath.Join(e.Root().LocalTemplates(), path)
	if content == nil {
		return errors.Join(on.Remove(at), on.Remove(at+override.From))
	}
	uid, gid, err := on.Owner(at)
	if err != nil {
		return err
	}
	if err := on.WriteFile(at, content, 0o644); err != nil {
		return err
	}
	if os.Geteuid() != 0 {
		return nil
	}
	return on.Chown(at, uid, gid)
}
