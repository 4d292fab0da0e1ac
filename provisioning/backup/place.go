package backup

import (
	"os"
	"path/filepath"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup/target"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// At is the target at a place: a folder, "" for that of the answers, or ROOT/backups when they name none. Fault: invalid
// "backup.target.kind" for a kind of target that this release does not serve.
func At(site instance.Site, on engine.Host, place string) (target.Target, error) {
	if place == "" {
		place = site.Answers.Backup.Target
	}
	if place == "" {
		place = site.Root.Backups()
	}
	if strings.Contains(place, "://") {
		return nil, fault.New(fault.Invalid, "backup.target.kind", "target", place).At("backup.target")
	}
	abs, err := filepath.Abs(place)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "backup.target.kind", "target", place).At("backup.target")
	}
	return target.NewFolder(abs, func(path string) error { return site.Own(on, path) }), nil
}

// Find is the set that a person named: the path of its folder, or its name at a target.
func Find(site instance.Site, on engine.Host, place, set string) (target.Target, string, error) {
	info, err := os.Stat(set)
	if strings.Contains(set, "/") || place == "" && err == nil && info.IsDir() {
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
