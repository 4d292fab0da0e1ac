// Package kit builds, inspects and verifies kits, and keeps the keys that sign them.
package kit

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/money"
	"egovctl/provisioning/kit"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return desk.Group("kit", newBuild(env), newInspect(env), newVerify(env), newKeys(env))
}

// facts are what every answer about a kit says.
func facts(env *wire.Env, m kit.Manifest, fingerprint string) []desk.Fact {
	content := int64(0)
	for _, x := range m.Members {
		content += x.Size
	}
	f := []desk.Fact{
		{Label: env.T("kit.label.kind"), Value: env.T("kit.kind." + m.Kind)},
		{Label: env.T("kit.label.version"), Value: m.Version},
		{Label: env.T("kit.label.date"), Value: locale.DateTime(m.Date)},
		{Label: env.T("kit.label.platforms"), Value: listed(m.Platforms)},
		{Label: env.T("kit.label.fits"), Value: m.Fits},
		{Label: env.T("kit.label.upgrade_from"), Value: listed(m.Compatibility.UpgradeFrom)},
		{Label: env.T("kit.label.members"), Value: env.T("kit.members", "n", money.Group(int64(len(m.Members))), "bytes", money.Group(content))},
	}
	if fingerprint != "" {
		f = append(f, desk.Fact{Label: env.T("kit.label.fingerprint"), Value: kit.Grouped(fingerprint)})
	}
	return f
}

// listed joins words with commas.
func listed[T ~string](words []T) string {
	out := ""
	for i, w := range words {
		if i > 0 {
			out += ", "
		}
		out += string(w)
	}
	return out
}

// warnDevelopment says on stderr what a development root is good for.
func warnDevelopment(env *wire.Env, development bool) {
	if development && !env.JSON() {
		fmt.Fprintln(env.Err, env.PaintErr(term.Warning, env.T("cli.warning"))+" "+env.T("kit.development"))
	}
}

func day(t time.Time) string { return t.In(clock.Vietnam).Format("02/01/2006") }
