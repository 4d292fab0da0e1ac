package db

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"regexp"

	"github.com/golang-migrate/migrate/v4/source"
	"github.com/golang-migrate/migrate/v4/source/iofs"

	"egovctl/platform/db/internal/script"
	"egovctl/platform/db/migrations"
	"egovctl/platform/kernel/fault"
)

// Stream is the migrations of one schema: NNNN_title.up.sql and .down.sql at the root of FS.
type Stream struct {
	Schema string
	FS     fs.FS
}

// File names one migration.
type File struct {
	Schema  string
	Version uint
	Name    string // "0001_platform.up.sql"
}

// PlatformStream is the platform's own schema, which Migrate puts before all others.
func PlatformStream() Stream { return Stream{Schema: "platform", FS: migrations.FS} }

// opened is a stream whose files were read and found sound.
type opened struct {
	schema string
	source source.Driver
	files  []upFile
}

type upFile struct {
	File
	sum   [sha256.Size]byte
	shape script.Shape
}

// shape is that of a version's file; an unknown one counts as a transaction.
func (o opened) shape(version int64) script.Shape {
	for _, f := range o.files {
		if int64(f.Version) == version {
			return f.shape
		}
	}
	return script.Transaction
}

var schemaName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,40}$`)

// openStreams reads every file before anything is written: a file that is not one transaction stops the run here.
func openStreams(streams []Stream) ([]opened, error) {
	var all []opened
	seen := map[string]bool{}
	for _, s := range append([]Stream{PlatformStream()}, streams...) {
		if seen[s.Schema] && s.Schema == "platform" {
			continue // named once more by a careful caller
		}
		o, err := openStream(s)
		if err == nil && seen[s.Schema] {
			err = errors.New("two streams of one schema")
		}
		if err != nil {
			return nil, fault.Wrap(err, fault.Internal, "db.migrate.stream", "schema", s.Schema)
		}
		seen[s.Schema] = true
		all = append(all, o)
	}
	return all, nil
}

func openStream(s Stream) (opened, error) {
	o := opened{schema: s.Schema}
	if !schemaName.MatchString(s.Schema) {
		return o, errors.New("schema name")
	}
	src, err := iofs.New(s.FS, ".")
	if err != nil {
		return o, err
	}
	o.source = src
	names, err := fs.Glob(s.FS, "*.up.sql") // in the order of their names, so of their versions
	if err != nil {
		return o, err
	}
	for _, name := range names {
		m, err := source.DefaultParse(name)
		if err != nil {
			return o, err
		}
		text, err := fs.ReadFile(s.FS, name)
		if err != nil {
			return o, err
		}
		shape, _, _, err := script.ShapeOf(string(text))
		if err != nil {
			return o, fault.Wrap(err, fault.Internal, "db.migrate.stream", "schema", s.Schema, "file", name)
		}
		if n := len(o.files); n > 0 && o.files[n-1].Version >= m.Version {
			return o, errors.New("versions out of order at " + name)
		}
		o.files = append(o.files, upFile{File{s.Schema, m.Version, name}, sha256.Sum256(text), shape})
	}
	if len(o.files) == 0 {
		return o, errors.New("no files")
	}
	return o, nil
}
