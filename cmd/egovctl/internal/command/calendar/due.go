package calendar

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/services/deadlines"
	"egovctl/platform/workcal"
)

type dueOptions struct {
	received, term string
	cutoffAll      bool
}

func newDue(env *wire.Env) *cobra.Command {
	var o dueOptions
	c := &cobra.Command{Use: "due", Annotations: wire.Reads(), RunE: func(c *cobra.Command, _ []string) error { return due(c.Context(), env, o) }}
	c.Flags().StringVar(&o.received, "received", "", env.T("cmd.calendar.flag.received"))
	c.Flags().StringVar(&o.term, "term", "", env.T("cmd.calendar.flag.term"))
	c.Flags().BoolVar(&o.cutoffAll, "cutoff-all", false, env.T("cmd.calendar.flag.cutoff_all"))
	return c
}

// promised is a due date as GET /api/v1/deadlines/preview sends it.
type promised struct {
	Received        time.Time  `json:"received"`
	Term            string     `json:"term"`
	Due             *time.Time `json:"due"` // null for a term without a date
	ToTheHour       bool       `json:"to_the_hour"`
	Provisional     bool       `json:"provisional"`
	Regime          string     `json:"regime"`
	CalendarVersion string     `json:"calendar_version"`
	Trace           []reason   `json:"trace"`
}

type reason struct {
	Key  string            `json:"key"`
	Text string            `json:"text"`
	Args map[string]string `json:"args,omitempty"`
}

func due(ctx context.Context, env *wire.Env, o dueOptions) error {
	received, term, err := o.read()
	if err != nil {
		return err
	}
	var p workcal.Promise
	err = desk.Read(ctx, env, func(ctx context.Context, tx pgx.Tx, offices *platform.Offices) error {
		a, err := offices.Deadlines.Almanac(ctx, tx)
		if err != nil {
			return err
		}
		p, err = promise(a, received, term, o.cutoffAll)
		return err
	})
	if err != nil {
		return err
	}
	return showPromise(env, p)
}

func (o dueOptions) read() (time.Time, workcal.Term, error) {
	if o.term == "" {
		return time.Time{}, workcal.Term{}, fault.New(fault.Invalid, "commands.calendar.term").At("term")
	}
	term, err := workcal.ParseTerm(o.term)
	if err != nil {
		return time.Time{}, workcal.Term{}, err
	}
	if o.received == "" {
		return clock.System{}.Now(), term, nil
	}
	received, err := deadlines.ParseReceived(o.received)
	return received, term, err
}

// promise counts under the regime of the day of reception; cutoffAll asks what the date would be if the province's
// regulation put the cutoff hour on every term.
func promise(a *deadlines.Almanac, received time.Time, term workcal.Term, cutoffAll bool) (workcal.Promise, error) {
	regime, err := a.RegimeAt(deadlines.OneStop, received)
	if err != nil {
		return workcal.Promise{}, err
	}
	rules, err := regime.Rules()
	if err != nil {
		return workcal.Promise{}, err
	}
	if cutoffAll {
		rules.CutoffAt = workcal.CutoffAll
	}
	return a.Calendar.Due(received, term, rules)
}

func showPromise(env *wire.Env, p workcal.Promise) error {
	out := promised{Received: p.Received, Term: p.Term.String(), ToTheHour: p.ToTheHour, Provisional: p.Provisional, Regime: p.Regime,
		CalendarVersion: p.CalendarVersion, Trace: []reason{}}
	for _, l := range p.Trace {
		out.Trace = append(out.Trace, reason{Key: l.Key, Text: l.Say(env.Texts, env.Lang), Args: l.Args})
	}
	if p.HasDue {
		out.Due = &p.Due
	}
	if env.JSON() {
		return env.Print(out)
	}
	head := env.T("commands.calendar.no_date")
	if p.HasDue {
		head = env.T("commands.calendar.due", "at", locale.DateTime(p.Due), "weekday", env.T("commands.weekday."+p.Due.In(clock.Vietnam).Weekday().String()))
	}
	if _, err := fmt.Fprintln(env.Out, env.Paint(term.Strong, head)); err != nil {
		return err
	}
	for _, r := range out.Trace {
		if err := desk.Paragraph(env, "  - ", 4, r.Text); err != nil {
			return err
		}
	}
	return nil
}
