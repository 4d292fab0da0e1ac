package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/jackc/pgx/v5"

	"egovctl/platform"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Keys of platform.state under which the installer notes what happened once.
const (
	stateAccounts = "install.accounts"
	stateSamples  = "install.samples"
	stateProbe    = "install.probe"
)

// noted reads a note; ok is false while the database, or the table, is not there yet.
func (in *Installation) noted(ctx context.Context, key string) (value string, done, ok bool, err error) {
	up, err := in.data.Running()
	if err != nil || !up {
		return "", false, false, err
	}
	err = in.data.Read(ctx, func(ctx context.Context, tx pgx.Tx, _ *platform.Offices) error {
		return tx.QueryRow(ctx, `select value #>> '{}' from platform.state where key = $1`, key).Scan(&value)
	})
	switch {
	case err == nil:
		return value, true, true, nil
	case fault.Is(err, fault.NotFound):
		return "", false, true, nil
	case notThere(err), fault.Is(err, fault.NotInstalled):
		return "", false, false, nil
	default:
		return "", false, false, err
	}
}

// note writes that something happened, in the same transaction as the thing itself.
func note(ctx context.Context, tx pgx.Tx, key, value string) error {
	_, err := tx.Exec(ctx, `insert into platform.state (key, value) values ($1, to_jsonb($2::text))
		on conflict (key) do update set value = excluded.value, changed_at = now()`, key, value)
	return err
}

// DemoAccount is what a demonstration prints: its passwords are random, and kept in a file that only the instance's
// account can read, so that a second run can print them again.
type DemoAccount struct {
	Login    string   `json:"login"`
	Password string   `json:"password"`
	Roles    []string `json:"roles"`
	Agency   string   `json:"agency"`
}

// credentials is the content of etc/secrets/first-accounts: what a first installation made, and how many dossiers a
// demonstration was to get.
type credentials struct {
	Accounts  []DemoAccount `json:"accounts,omitempty"`
	Samples   *int          `json:"samples,omitempty"`
	AdminLink string        `json:"admin_link,omitempty"`
}

const credentialsFile = "first-accounts"

// Credentials are the demo's accounts, or the administrator's link.
func (in *Installation) Credentials() ([]DemoAccount, string, error) {
	c, err := readCredentials(in.Parts.Site)
	return c.Accounts, c.AdminLink, err
}

func readCredentials(site instance.Site) (credentials, error) {
	var c credentials
	raw, err := os.ReadFile(site.Root.Secret(credentialsFile))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return c, nil
	}
	if err != nil {
		return c, fault.Wrap(err, fault.Forbidden, "instance.secret.unreadable", "name", credentialsFile)
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return c, fmt.Errorf("read first accounts: %w", err)
	}
	return c, nil
}

// accounts makes the first administrator's link, or the demo's accounts.
type accounts struct{ in *Installation }

func (a *accounts) Done(ctx context.Context) (bool, bool, error) {
	_, done, ok, err := a.in.noted(ctx, stateAccounts)
	return done, ok, err
}

func (a *accounts) Do(ctx context.Context, on engine.Host, _ engine.Progress) error {
	return a.in.data.Tx(ctx, func(ctx context.Context, tx pgx.Tx, o *platform.Offices) error {
		c, err := a.make(ctx, tx, o)
		if err != nil {
			return err
		}
		raw, err := json.Marshal(c)
		if err != nil {
			return fmt.Errorf("write first accounts: %w", err)
		}
		// The file comes before the commit: accounts whose passwords nobody knows would be worse than a file too many.
		path := a.in.Parts.Site.Root.Secret(credentialsFile)
		if err := on.WriteFile(path, raw, 0o600); err != nil {
			return err
		}
		if err := a.in.Parts.Site.Own(on, path); err != nil {
			return err
		}
		return note(ctx, tx, stateAccounts, "done")
	})
}

func (a *accounts) make(ctx context.Context, tx pgx.Tx, o *platform.Offices) (credentials, error) {
	if !a.in.options.Demo {
		made, err := o.Identity.FirstAdministrator(ctx, tx, "quantri", a.in.env.T("install.admin.name"))
		if err != nil {
			return credentials{}, err
		}
		return credentials{AdminLink: a.in.Parts.Site.Answers.PublicURL() + made.Link.Reveal()}, nil
	}
	set, err := a.in.set()
	if err != nil {
		return credentials{}, err
	}
	list, err := o.Identity.SeedDemo(ctx, tx, set)
	if err != nil {
		return credentials{}, err
	}
	c := credentials{Samples: &a.in.samples}
	for _, x := range list {
		c.Accounts = append(c.Accounts, DemoAccount{Login: x.Login, Password: x.Password.Reveal(), Roles: x.Roles, Agency: x.Agency})
	}
	return c, nil
}

// probe sends the synthetic dossier through.
type probe struct{ in *Installation }

func (p *probe) Done(ctx context.Context) (bool, bool, error) {
	release, done, ok, err := p.in.noted(ctx, stateProbe)
	return done && release == p.in.Parts.Site.Version, ok, err
}

func (p *probe) Do(ctx context.Context, _ engine.Host, _ engine.Progress) error {
	offices, err := p.in.data.Offices()
	if err != nil {
		return err
	}
	if err := offices.Onestop.Probe(ctx); err != nil {
		return err
	}
	return p.in.data.Tx(ctx, func(ctx context.Context, tx pgx.Tx, _ *platform.Offices) error {
		return note(ctx, tx, stateProbe, p.in.Parts.Site.Version)
	})
}
