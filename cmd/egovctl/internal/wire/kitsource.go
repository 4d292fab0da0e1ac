package wire

import (
	"bytes"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"egovctl/platform"
	"egovctl/platform/app"
	"egovctl/platform/db"
	"egovctl/platform/db/cluster"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	platformmerge "egovctl/platform/merge"
	"egovctl/platform/module"
	"egovctl/provisioning/kit"
	"egovctl/provisioning/kit/keyring"
	"egovctl/templates"
)

// KitOptions say what goes into a kit beyond what every release has.
type KitOptions struct {
	DataOnly bool
	Postgres []string // folders with the relocatable PostgreSQL, each "linux-arm64=DIR" or, for this host's, "DIR"
}

// KitSource is what a kit of this program's source is built from, and the paths beside the program that would belong into it
// and are not there.
func (e *Env) KitSource(o KitOptions) (s kit.Source, absent []string, err error) {
	s = kit.Source{Kind: kit.KindRelease, Version: e.Version, Programs: map[string]string{}}
	if s.Date, err = e.sourceDate(); err != nil {
		return s, nil, err
	}
	v, err := kit.ParseVersion(e.Version)
	if err != nil {
		return s, nil, fault.Wrap(err, fault.Invalid, "kit.build.version", "version", e.Version)
	}
	if o.DataOnly {
		if len(o.Postgres) > 0 {
			return s, nil, fault.New(fault.Invalid, "kit.build.data_postgres")
		}
		return e.dataSource(s, v)
	}
	own, err := ownBinary()
	if err != nil {
		return s, nil, err
	}
	s.Programs[kit.Platform()] = own
	if s.Trees, err = e.carriedTrees(); err != nil {
		return s, nil, err
	}
	if err := postgres(&s, o.Postgres); err != nil {
		return s, nil, err
	}
	absent, err = beside(&s, own)
	return s, absent, err
}

// dataSource is catalogue, calendar, units and regimes alone. Its version is the date of the source, and it fits the releases
// that read these files as this one does: those of the same minor version.
func (e *Env) dataSource(s kit.Source, v kit.Version) (kit.Source, []string, error) {
	s.Kind, s.Programs = kit.KindData, nil
	d := s.Date.UTC()
	s.Version = fmt.Sprintf("%d.%d.%d", d.Year(), int(d.Month())*100+d.Day(), d.Hour()*100+d.Minute())
	s.Fits = fmt.Sprintf(">=%d.%d.0-0 <%d.%d.0-0", v.Major, v.Minor, v.Major, v.Minor+1)
	for _, folder := range []string{"calendar", "catalogue", "hierarchy"} {
		sub, err := fs.Sub(templates.FS, folder)
		if err != nil {
			return s, nil, fault.Wrap(err, fault.Internal, "internal")
		}
		s.Trees = append(s.Trees, kit.Tree{Prefix: "templates/" + folder, FS: sub})
	}
	return s, nil, nil
}

// carriedTrees are what this program carries within: templates, the migrations of every schema, and the tables that these make.
func (e *Env) carriedTrees() ([]kit.Tree, error) {
	trees := []kit.Tree{{Prefix: "templates", FS: templates.FS}, {Prefix: "migrations", FS: platformmerge.Made}}
	bare, err := platform.Open(module.Deps{Texts: e.Texts, Clock: clock.System{}}, app.Files(templates.FS, ""), nil)
	if err != nil {
		return nil, err
	}
	streams := []db.Stream{db.PlatformStream()}
	for _, m := range bare.Modules() {
		streams = append(streams, db.Stream{Schema: m.Name, FS: m.Migrations})
	}
	for _, s := range streams {
		trees = append(trees, kit.Tree{Prefix: "migrations/" + s.Schema, FS: s.FS})
	}
	return trees, nil
}

// postgres adds the relocatable PostgreSQL of each platform.
func postgres(s *kit.Source, folders []string) error {
	for _, f := range folders {
		name, folder, ok := strings.Cut(f, "=")
		if !ok {
			name, folder = kit.Platform(), f
		}
		if there, err := exists(filepath.Join(folder, cluster.ComponentsFile)); err != nil || !there {
			return fault.Wrap(err, fault.Invalid, "kit.build.postgres", "path", folder)
		}
		s.Trees = append(s.Trees, kit.Tree{Prefix: name + "/postgres", FS: os.DirFS(folder)})
	}
	return nil
}

// beside adds what lies beside the program since it was built: the programs for other platforms, documents, licences and the
// list of parts.
func beside(s *kit.Source, own string) (absent []string, err error) {
	dir := filepath.Dir(own)
	for _, platform := range kit.Platforms() {
		if _, have := s.Programs[platform]; have {
			continue
		}
		path := filepath.Join(dir, "egovctl-"+platform)
		switch there, err := exists(path); {
		case err != nil:
			return nil, fault.Wrap(err, fault.Invalid, "kit.build.program", "path", path)
		case !there:
			absent = append(absent, path)
			continue
		}
		if err := sameBuild(own, path, platform, s.Version, s.Date); err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "kit.build.program", "path", path)
		}
		s.Programs[platform] = path
	}
	for _, folder := range []string{"docs", "licenses"} {
		path := filepath.Join(dir, folder)
		there, err := exists(path)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "kit.build.program", "path", path)
		}
		if !there {
			absent = append(absent, path)
			continue
		}
		s.Trees = append(s.Trees, kit.Tree{Prefix: folder, FS: os.DirFS(path)})
	}
	parts := filepath.Join(dir, "sbom.cdx.json")
	there, err := exists(parts)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "kit.build.program", "path", parts)
	}
	if !there {
		return append(absent, parts), nil
	}
	s.Files = map[string]string{filepath.Base(parts): parts}
	return absent, nil
}

// sameBuild makes sure that another platform's program is of the same source: the modules, the version and, where the linker
// was told it, the date.
func sameBuild(own, other, platform, version string, date time.Time) error {
	a, err := buildinfo.ReadFile(own)
	if err != nil {
		return err
	}
	b, err := buildinfo.ReadFile(other)
	if err != nil {
		return err
	}
	if a.GoVersion != b.GoVersion || a.Path != b.Path {
		return errors.New("built from another source")
	}
	versions := map[string]string{} // a machine may need a module that another does not
	for _, d := range a.Deps {
		versions[d.Path] = d.Version
	}
	for _, d := range b.Deps {
		if v, both := versions[d.Path]; both && v != d.Version {
			return fmt.Errorf("built from another source: %s", d.Path)
		}
	}
	built := map[string]string{}
	for _, s := range b.Settings {
		built[s.Key] = s.Value
	}
	if built["GOOS"]+"-"+built["GOARCH"] != platform {
		return fmt.Errorf("built for %s-%s", built["GOOS"], built["GOARCH"])
	}
	raw, err := os.ReadFile(other)
	if err != nil {
		return err
	}
	if !bytes.Contains(raw, []byte(version)) || sourceSeconds != "" && !bytes.Contains(raw, []byte(sourceSeconds)) {
		return fmt.Errorf("of another version than %s of %s", version, date.Format(time.DateOnly))
	}
	return nil
}

// KitSigner opens the keys in dir, asking pass for what opens them. Without dir it is the ring for development in this
// account's configuration, which is made when there is none.
func (e *Env) KitSigner(dir string, pass keyring.Pass, date time.Time) (kit.Signer, error) {
	if dir != "" {
		r, err := keyring.Open(keyring.Options{Dir: dir, Pass: pass})
		if err != nil {
			return kit.Signer{}, err
		}
		return r.Signer(date)
	}
	config, err := os.UserConfigDir()
	if err != nil {
		return kit.Signer{}, fault.Wrap(err, fault.Invalid, "kit.keys.home")
	}
	r, err := keyring.Development(filepath.Join(config, "egovctl", "development-keys"), clock.System{}.Now())
	if err != nil {
		return kit.Signer{}, err
	}
	return r.Signer(date)
}
