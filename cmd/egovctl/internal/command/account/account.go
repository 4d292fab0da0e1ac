// Package account lists, makes and governs the accounts of officials. A password is never given on the command line: a
// one-time link lets its holder choose one.
package account

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/services/identity"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return desk.Group("account", newList(env), newCreate(env), newReset(env), newLock(env), newUnlock(env), newToken(env), newMatrix(env))
}

// linked is an account and the link with which its holder chooses a password. It is shown once and kept nowhere.
type linked struct {
	Account identity.Account `json:"account"`
	Link    string           `json:"link,omitempty"`
	Expires *time.Time       `json:"expires,omitempty"`
	DryRun  bool             `json:"dry_run,omitempty"`
}

// showLink puts the link alone on stdout, so that it can be handed on, and the words beside it on stderr.
func showLink(env *wire.Env, c identity.Created, key string) error {
	site, err := env.Site()
	if err != nil {
		return err
	}
	link := site.Answers.PublicURL() + c.Link.Reveal()
	if env.JSON() {
		return env.Print(linked{Account: c.Account, Link: link, Expires: &c.Expires})
	}
	desk.Note(env, key, "login", c.Account.Login)
	desk.Note(env, "commands.account.link", "until", locale.DateTime(c.Expires))
	_, err = fmt.Fprintln(env.Out, link)
	return err
}

// rehearsed shows the account of a dry run.
func rehearsed(env *wire.Env, a identity.Account, key string) error {
	if env.JSON() {
		return env.Print(linked{Account: a, DryRun: true})
	}
	if _, err := fmt.Fprintln(env.Out, env.T(key, "login", a.Login)); err != nil {
		return err
	}
	desk.Note(env, "commands.dry_run")
	return nil
}
