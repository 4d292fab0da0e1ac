package root

import (
	"strings"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/wire"
)

// dress gives every command its help in the person's language: what it does, an example, its exit statuses. Help text
// is the manual; the keys are cmd.<path>.short, .long, .example and .exit.
func dress(env *wire.Env, root *cobra.Command) {
	cobra.AddTemplateFunc("say", func(key string) string { return env.T("cli.help." + key) })
	root.SetHelpTemplate(helpTemplate)
	root.SetUsageTemplate(helpTemplate)
	root.SetHelpCommand(&cobra.Command{Hidden: true, Use: "no-help"})
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if c != root && !c.Hidden {
			key := "cmd." + strings.ReplaceAll(strings.TrimPrefix(c.CommandPath(), root.Name()+" "), " ", ".")
			c.Short = env.T(key + ".short")
			if env.Texts.Has(env.Lang, key+".long") {
				c.Long = env.T(key + ".long")
			}
			if env.Texts.Has(env.Lang, key+".example") {
				c.Example = indent(env.T(key + ".example"))
			}
			if env.Texts.Has(env.Lang, key+".exit") {
				c.Annotations = map[string]string{"exit": indent(env.T(key + ".exit"))}
			}
		}
		c.DisableFlagsInUseLine = true // "[flags]" is English; the list below says it
		if c.Runnable() && c.Args == nil {
			c.Args = cobra.NoArgs
		}
		if check := c.Args; check != nil {
			c.Args = func(c *cobra.Command, args []string) error {
				if err := check(c, args); err != nil {
					return usage(c, err)
				}
				return nil
			}
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
}

func indent(s string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n  ")
}

const helpTemplate = `{{with or .Long .Short}}{{. | trimTrailingWhitespaces}}

{{end}}{{say "usage"}}
  {{if .HasAvailableSubCommands}}{{.CommandPath}} {{say "subcommand"}}{{else}}{{.UseLine}}{{end}}
{{if .HasExample}}
{{say "examples"}}
{{.Example}}
{{end}}{{if .HasAvailableSubCommands}}
{{say "commands"}}{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}}  {{.Short}}{{end}}{{end}}
{{end}}{{if .HasAvailableLocalFlags}}
{{say "flags"}}
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}
{{end}}{{if .HasAvailableInheritedFlags}}
{{say "global"}}
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}
{{end}}{{with .Annotations}}{{with index . "exit"}}
{{say "exit"}}
{{.}}
{{end}}{{end}}`
