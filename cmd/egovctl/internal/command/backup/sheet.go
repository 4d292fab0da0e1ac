package backup

import (
	"fmt"
	"path/filepath"
	"strings"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/backup/sheet"
	"egovctl/provisioning/instance"
)

// both is a text in both languages.
func both(env *wire.Env, key string, args ...any) sheet.Said {
	return sheet.Said{VI: env.Texts.T(locale.Vietnamese, key, args...), EN: env.Texts.T(locale.English, key, args...)}
}

// printable writes a sheet for each holder into a folder, which may not be the instance's own: it would burn with the data. of 0 is the
// whole key.
func printable(env *wire.Env, site instance.Site, dir string, held [][]string, need int) error {
	if err := apart(site, dir); err != nil {
		return err
	}
	public, err := backup.Public(site.Root)
	if err != nil {
		return err
	}
	a, now := site.Answers, clock.System{}.Now()
	paths := make([]string, len(held))
	for i, lines := range held {
		name, title := "recovery-key-"+a.Instance+".html", both(env, "sheet.title")
		holds := both(env, "sheet.whole")
		if need > 0 {
			name = fmt.Sprintf("recovery-key-%s-%d-of-%d.html", a.Instance, i+1, len(held))
			title = both(env, "sheet.title.share", "n", i+1, "of", len(held))
			holds = both(env, "sheet.share", "n", i+1, "of", len(held), "need", need)
		}
		p := sheet.Page{
			Title: title, Lines: lines,
			Facts: []sheet.Fact{
				{Label: both(env, "sheet.instance"), Value: strings.TrimSuffix(a.Instance+" · "+a.Province.Domain, " · ")},
				{Label: both(env, "sheet.public"), Value: public},
				{Label: both(env, "sheet.made"), Value: locale.DateTime(now)},
			},
			How:   []sheet.Said{holds, both(env, "sheet.use"), both(env, "sheet.keep"), both(env, "sheet.drill")},
			Signs: []sheet.Said{both(env, "sheet.sign.holder"), both(env, "sheet.sign.giver")},
		}
		if paths[i], err = sheet.Save(dir, name, p); err != nil {
			return err
		}
	}
	if env.JSON() {
		return env.Print(map[string]any{"sheets": paths})
	}
	desk.Note(env, "sheet.written")
	_, err = fmt.Fprintln(env.Out, strings.Join(paths, "\n"))
	return err
}

// apart refuses a folder below ROOT: invalid "sheet.inside".
func apart(site instance.Site, dir string) error {
	at, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "sheet.folder", "path", dir)
	}
	if at, err = filepath.Abs(at); err != nil {
		return fault.Wrap(err, fault.Invalid, "sheet.folder", "path", dir)
	}
	root, err := filepath.EvalSymlinks(string(site.Root))
	if err != nil {
		return fault.Wrap(err, fault.Forbidden, "cli.root_unreadable", "root", site.Root)
	}
	if at == root || strings.HasPrefix(at, root+string(filepath.Separator)) {
		return fault.New(fault.Invalid, "sheet.inside", "path", dir)
	}
	return nil
}
