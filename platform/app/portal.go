package app

import (
	"errors"
	"io/fs"
	"os"
	"path"

	"egovctl/platform"
	"egovctl/platform/web"
)

// portal is what every page says of whose it is.
func portal(cfg Config) web.Portal {
	p := cfg.Profile
	return web.Portal{
		ProvinceVI: p.ProvinceVI, ProvinceEN: p.ProvinceEN, Code: p.Province, Domain: p.Domain, Version: cfg.Settings.Version,
		Note: p.Note, Demo: cfg.Settings.Demo,
	}
}

// Files are the folders that services read at run time, the province's own files before the packaged ones.
func Files(packaged fs.FS, local string) platform.Files { return filesOver(packaged, os.DirFS(local)) }

func filesOver(packaged, own fs.FS) platform.Files {
	all := overlay{own: own, packaged: packaged}
	return platform.Files{Fonts: below{all, "portals/assets/dist/ttf"}, Prints: below{all, "print"}}
}

// overlay is the packaged files with the province's in front: one file overrides one file.
type overlay struct{ own, packaged fs.FS }

func (o overlay) Open(name string) (fs.File, error) {
	f, err := o.own.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return o.packaged.Open(name)
	}
	return f, err
}

// below is a folder of a file system, also when it holds nothing yet.
type below struct {
	of  fs.FS
	dir string
}

func (b below) Open(name string) (fs.File, error) { return b.of.Open(path.Join(b.dir, name)) }
