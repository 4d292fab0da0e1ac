package catalogue

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures"
)

func newShow(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "show CODE", Annotations: wire.Reads(), Args: cobra.ExactArgs(1), RunE: func(c *cobra.Command, args []string) error {
		return show(c.Context(), env, args[0])
	}}
}

func show(ctx context.Context, env *wire.Env, code string) error {
	if err := checkCode(code); err != nil {
		return err
	}
	var v procedures.View
	err := desk.Offices(env, func(o *platform.Offices) (err error) {
		v, err = o.Procedures.View(ctx, wire.Operator(), code)
		return err
	})
	if err != nil {
		return err
	}
	if env.JSON() {
		return env.Print(procedures.RecordOf(v))
	}
	return tell(env, v)
}

func tell(env *wire.Env, v procedures.View) error {
	p := v.Procedure
	if err := desk.Paragraph(env, "", 0, p.Name); err != nil {
		return err
	}
	levels := make([]string, len(p.Levels))
	for i, l := range p.Levels {
		levels[i] = env.T("procedures.level." + string(l))
	}
	filing := env.T("procedures.online." + p.Online)
	if !p.FiledOnline {
		filing += " · " + env.T("commands.catalogue.counter")
	}
	state := env.T("commands.catalogue.version", "n", p.Version, "date", locale.Date(p.ChangedAt))
	if p.Edited {
		state += " · " + env.T("commands.catalogue.edited")
	}
	facts := []desk.Fact{
		{Label: env.T("procedures.code"), Value: p.Code},
		{Label: env.T("procedures.field"), Value: p.FieldName + " (" + p.Field + ")"},
		{Label: env.T("procedures.level"), Value: strings.Join(levels, ", ")},
		{Label: env.T("procedures.online"), Value: filing},
		{Label: env.T("procedures.published"), Value: env.T(yesNo(p.Published))},
		{Label: env.T("procedures.subjects"), Value: strings.Join(p.Subjects, "; ")},
		{Label: env.T("procedures.executing"), Value: strings.Join(p.Executing, "; ")},
		{Label: env.T("procedures.decision"), Value: p.Decision},
		{Label: env.T("procedures.agencies"), Value: agenciesOf(env, v)},
		{Label: env.T("commands.catalogue.state"), Value: state},
	}
	if err := desk.Facts(env, facts); err != nil {
		return err
	}
	return parts(env, p)
}

// someAgencies is how many agencies a person is told by name.
const someAgencies = 5

func agenciesOf(env *wire.Env, v procedures.View) string {
	var names []string
	for i, o := range v.Offerings {
		if i == someAgencies {
			names = append(names, env.T("commands.catalogue.more", "n", len(v.Offerings)-i))
			break
		}
		name := o.Agency.NameVI
		if env.Lang == locale.English && o.Agency.NameEN != "" {
			name = o.Agency.NameEN
		}
		names = append(names, name+" ("+o.Agency.Identifier+")")
	}
	return strings.Join(names, "; ")
}

// parts tells the ways of filing, the papers, the results and the legal basis.
func parts(env *wire.Env, p procedures.Procedure) error {
	var methods, papers, results []string
	for _, m := range p.Methods {
		methods = append(methods, methodOf(env, m))
	}
	for _, c := range p.Cases {
		if c.Name != "" && len(p.Cases) > 1 {
			papers = append(papers, strings.TrimRight(c.Name, ": ")+":")
		}
		for _, part := range c.Components {
			papers = append(papers, paperOf(env, part))
		}
	}
	for _, r := range p.Results {
		results = append(results, r.Name)
	}
	for _, part := range []struct {
		key   string
		lines []string
	}{{"procedures.methods", methods}, {"procedures.components", papers}, {"procedures.results", results}, {"procedures.legal_basis", p.LegalBasis}} {
		if len(part.lines) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(env.Out, "\n%s\n", env.Paint(term.Strong, env.T(part.key))); err != nil {
			return err
		}
		for _, l := range part.lines {
			if err := desk.Paragraph(env, "  ", 4, l); err != nil {
				return err
			}
		}
	}
	return nil
}

func methodOf(env *wire.Env, m packaged.Method) string {
	n := strconv.FormatFloat(float64(m.Term.Thousands)/1000, 'f', -1, 64)
	if env.Lang == locale.Vietnamese {
		n = strings.Replace(n, ".", ",", 1)
	}
	s := env.T("procedures.channel."+string(m.Channel)) + ": " + env.T("procedures.term.say."+string(m.Term.Kind), "n", n)
	if m.Term.Text != "" {
		s += " (" + m.Term.Text + ")"
	}
	for _, f := range m.Fees {
		amount := f.Amount.String()
		if f.Amount == 0 {
			amount = env.T("procedures.fee.none")
		}
		if f.Open {
			amount = env.T("commands.catalogue.open_fee")
		}
		s += "; " + env.T("procedures.fee.say."+f.Type) + " " + amount
		if f.Note != "" {
			s += " (" + f.Note + ")"
		}
	}
	return s
}

func paperOf(env *wire.Env, c packaged.Component) string {
	s := "- " + strings.TrimLeft(c.Name, "-+ ") // records bring dashes of their own, or none
	if c.Originals+c.Copies > 0 {
		s += " (" + env.T("commands.catalogue.papers", "originals", c.Originals, "copies", c.Copies) + ")"
	}
	return s
}
