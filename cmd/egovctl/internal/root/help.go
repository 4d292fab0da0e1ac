package root

import (
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"egovctl/cmd/egovctl/internal/wire"
)

// dress gives every command its help in the person's language: what it does, an example, its exit statuses. Help text
// is the manual; the keys are cmd.<path>.short, .long, .example and .exit.
func dress(env *wire.Env, root *cobra.Command) {
	cobra.AddTemplateFunc("say", func(key string) string { return env.T("cli.help." + key) })
	cobra.AddTemplateFunc("flags", func(f *pflag.FlagSet) string { return flags(env, f) })
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
				note(c, "exit", indent(env.T(key+".exit")))
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

// flags lists what pflag's own list has, whose types and defaults are English.
func flags(env *wire.Env, set *pflag.FlagSet) string {
	var names, texts []string
	widest := 0
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name, text := "      --"+f.Name, f.Usage
		if f.Shorthand != "" {
			name = "  -" + f.Shorthand + ", --" + f.Name
		}
		switch f.Value.Type() {
		case "bool":
		case "int":
			name += " " + env.T("cli.help.value.int")
		default:
			name += " " + env.T("cli.help.value.string")
		}
		if d := f.DefValue; d != "" && d != "false" && d != "0" && d != "[]" {
			text += " " + env.T("cli.help.default", "value", d)
		}
		names, texts = append(names, name), append(texts, text)
		widest = max(widest, utf8.RuneCountInString(name))
	})
	for i, name := range names {
		names[i] = name + strings.Repeat(" ", widest-utf8.RuneCountInString(name)+3) + texts[i]
	}
	return strings.Join(names, "\n")
}

// note adds to what c says of itself.
func note(c *cobra.Command, name, text string) {
	if c.Annotations == nil {
		c.Annotations = map[string]string{}
	}
	c.Annotations[name] = text
}

func indent(s string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n  ")
}

const helpTemplate = `{{with or .Long .Short}}{{. | trimTrailingWhitespaces}}

{{end}}{{say "usage"}}
  {{if .HasAvailableSubCommands}}{{.CommandPath}} {{say "subcommand"}}{{else}}{{.UseLine}} {{say "options"}}{{end}}
{{if .HasExample}}
{{say "examples"}}
{{.Example}}
{{end}}{{if .HasAvailableSubCommands}}
{{say "commands"}}{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}}  {{.Short}}{{end}}{{end}}
{{end}}{{if .HasAvailableLocalFlags}}
{{say "flags"}}
{{flags .LocalFlags}}
{{end}}{{if .HasAvailableInheritedFlags}}
{{say "global"}}
{{flags .InheritedFlags}}
{{end}}{{with .Annotations}}{{with index . "exit"}}
{{say "exit"}}
{{.}}
{{end}}{{end}}`
