package wire

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/user"
	"strconv"
	"sync"

	"github.com/jackc/pgx/v5"

	"egovctl/platform"
	"egovctl/platform/app"
	"egovctl/platform/db"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/who"
	"egovctl/platform/module"
	"egovctl/provisioning/instance"
	"egovctl/templates"
)

// Data is the way of a command to the platform's services: the same offices that serve the pages, on a small pool of
// their own, acting as the operator of this host.
type Data struct {
	env  *Env
	site instance.Site
	open func() (*platform.Offices, error)
	pool *db.Pool // nil until the first use
}

func (e *Env) data(site instance.Site) *Data {
	d := &Data{env: e, site: site}
	d.open = sync.OnceValues(d.connect)
	return d
}

// Data opens the services of the installed instance for a command.
func (e *Env) Data() (*Data, error) {
	site, err := e.Site()
	if err != nil {
		return nil, err
	}
	return e.data(site), nil
}

func (d *Data) connect() (*platform.Offices, error) {
	dsn, err := d.site.DSN(db.AppRole, instance.AppPassword, instance.Database)
	if err != nil {
		return nil, err
	}
	if d.pool, err = db.Open(context.Background(), dsn.Reveal(), 4); err != nil {
		return nil, err
	}
	return platform.Open(module.Deps{
		DB: d.pool, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Clock: clock.System{}, Texts: d.env.Texts, Settings: settings(d.site),
	}, app.Files(templates.FS, d.site.Root.LocalTemplates()), d.site.Answers.Services.Disabled)
}

// Running reports whether the database can be asked at all.
func (d *Data) Running() (bool, error) {
	up, err := d.site.Running(d.env.Host())
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return up, err
}

// Offices are the services; fault.Unavailable is theirs to give when PostgreSQL is away.
func (d *Data) Offices() (*platform.Offices, error) {
	return d.open()
}

// Operator is who acts when a command writes: whoever may run it on this host, by the name under which they came.
func Operator() who.Principal {
	for _, name := range []string{os.Getenv("SUDO_USER"), os.Getenv("USER")} {
		if name != "" {
			return who.Program("operator:" + name)
		}
	}
	if u, err := user.Current(); err == nil {
		return who.Program("operator:" + u.Username)
	}
	return who.Program("operator:" + strconv.Itoa(os.Getuid()))
}

// Tx runs fn in a transaction of the operator.
func (d *Data) Tx(ctx context.Context, fn func(context.Context, pgx.Tx, *platform.Offices) error) error {
	o, err := d.open()
	if err != nil {
		return err
	}
	return d.pool.Tx(ctx, Operator(), func(ctx context.Context, tx pgx.Tx) error { return fn(ctx, tx, o) })
}

// Read runs fn in a read-only transaction of the operator.
func (d *Data) Read(ctx context.Context, fn func(context.Context, pgx.Tx, *platform.Offices) error) error {
	o, err := d.open()
	if err != nil {
		return err
	}
	return d.pool.Read(ctx, Operator(), func(ctx context.Context, tx pgx.Tx) error { return fn(ctx, tx, o) })
}

// Owner runs fn in a transaction of the role that owns the tables: for what the installer loads in bulk.
func (d *Data) Owner(ctx context.Context, fn func(context.Context, pgx.Tx) error) error {
	dsn, err := d.site.DSN(db.OwnerRole, instance.OwnerPassword, instance.Database)
	if err != nil {
		return err
	}
	pool, err := db.Open(ctx, dsn.Reveal(), 1)
	if err != nil {
		return err
	}
	defer pool.Close()
	return pool.Tx(ctx, Operator(), fn)
}

// Close ends the connections, if any were made.
func (d *Data) Close() {
	if d.pool != nil {
		d.pool.Close()
	}
}

func settings(site instance.Site) module.Settings {
	c := site.Answers.Config
	return module.Settings{
		Instance: c.Instance, Profile: c.Province.Profile, Version: site.Version, PublicURL: c.PublicURL(),
		Language: locale.Lang(c.Language), FilingPublic: c.Filing.Public, LocalSignIn: c.Citizens.SignIn == "local",
		Demo: demo(site),
	}
}

// Demo reports whether the instance at Root is a demonstration, whatever this run is told.
func (e *Env) Demo() bool { return demo(instance.Site{Root: e.Root()}) }

// demo reports whether the instance was installed as a demonstration: it keeps the accounts that it printed.
func demo(site instance.Site) bool {
	c, err := readCredentials(site)
	return err == nil && len(c.Accounts) > 0
}

func ownBinary() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fault.Wrap(err, fault.Internal, "internal")
	}
	return path, nil
}
