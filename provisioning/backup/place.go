package backup

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup/target"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// credentials is the file below etc/secrets into which a province puts how an outside target is entered.
const credentials = "backup-target"

// At is the target at a place: a folder or the address of an outside one, "" for that of the answers, or ROOT/backups when they
// name none. An outside one is entered with that file. Faults: those of target.Open.
func At(site instance.Site, on engine.Host, place string) (target.Target, error) {
	if place == "" {
		place = site.Answers.Backup.Target
	}
	if place == "" {
		place = site.Root.Backups()
	}
	if target.Outside(place) {
		return target.Open(place, entered(site))
	}
	abs, err := filepath.Abs(place)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "backup.target.kind", "target", place).At("backup.target")
	}
	return target.NewFolder(abs, func(path string) error { return site.Own(on, path) }), nil
}

// entered is the file that says how an outside target is entered. A host without an instance has it beside ROOT, which must be
// empty until a restore fills it.
func entered(site instance.Site) string {
	if site.Answers.Instance == "" {
		return string(site.Root) + "." + credentials
	}
	return site.Root.Secret(credentials)
}

// Find is the set that a person named: the path of its folder, its address, or its name at a target. Faults: invalid "backup.absent" for a path
// where there is nothing, "backup.target.name" for what is no name.
func Find(site instance.Site, on engine.Host, place, set string) (target.Target, string, error) {
	info, err := os.Stat(set)
	if target.Outside(set) {
		place, set = target.Split(set)
	} else if strings.Contains(set, "/") || place == "" && err == nil && info.IsDir() {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, "", fault.Wrap(err, fault.Invalid, "backup.absent", "path", set)
		}
		abs, err := filepath.Abs(set)
		if err != nil {
			return nil, "", fault.Wrap(err, fault.NotFound, "backup.none", "id", set)
		}
		place, set = filepath.Dir(abs), filepath.Base(abs)
	}
	if !target.Named(set) {
		return nil, "", fault.New(fault.Invalid, "backup.target.name", "name", set)
	}
	from, err := At(site, on, place)
	return from, set, err
}
