package wire

import (
	"errors"
	"io/fs"
	"os"

	"egovctl/platform/kernel/clock"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Remains is the instance at Root as far as it is still there: an uninstallation that was cut may have removed
// instance.yaml already, and goes on without it.
func (e *Env) Remains() (instance.Site, error) {
	for _, file := range []string{e.Root().Config(), e.Root().Applied(), ""} {
		if file != "" {
			if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
				continue
			}
		}
		answers, err := instance.Load(instance.Sources{File: file, Flags: e.outside(file)})
		if err != nil {
			return instance.Site{}, err
		}
		return e.at(answers, e.runs()), e.ours(answers)
	}
	panic("the last file is none, which always loads")
}

// outside is what is still known of an external database when no file of answers is left.
func (e *Env) outside(file string) map[string]string {
	left, err := instance.LeftAt(e.Root())
	if file != "" || err != nil {
		return nil
	}
	return map[string]string{"topology": instance.External, "postgres.dsn_file": left.DSNFile}
}

// Erase removes everything that is left below Root, the journal last, and Root itself. It is only called when the
// operator has said that the data may go.
func Erase(e *Env) error {
	r := e.Root()
	return engine.Erase(engine.Options{Root: string(r), Host: e.Host(), Clock: clock.System{}},
		r.Current(), r.Releases(), r.Local(), r.Etc(), r.Data(), r.Backups(), r.Log(), r.Run())
}
