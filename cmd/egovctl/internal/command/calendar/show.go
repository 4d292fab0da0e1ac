package calendar

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/services/deadlines"
	"egovctl/platform/workcal"
)

func newShow(env *wire.Env) *cobra.Command {
	var year string
	c := &cobra.Command{Use: "show", Annotations: wire.Reads(), RunE: func(c *cobra.Command, _ []string) error { return show(c.Context(), env, year) }}
	c.Flags().StringVar(&year, "year", "", env.T("cmd.calendar.flag.year"))
	return c
}

// day is an exception of the calendar as GET /api/v1/calendar lists it.
type day struct {
	deadlines.Day
	at time.Time
}

func show(ctx context.Context, env *wire.Env, asked string) error {
	var a *deadlines.Almanac
	err := desk.Read(ctx, env, func(ctx context.Context, tx pgx.Tx, o *platform.Offices) (err error) {
		a, err = o.Deadlines.Almanac(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	y, err := a.Year(asked, time.Now())
	if err != nil {
		return err
	}
	days := make([]day, len(y.Days))
	for i, d := range y.Days {
		days[i] = day{at: d.Date, Day: deadlines.Day{Date: d.Date.Format(time.DateOnly), Kind: string(d.Kind), Name: nameOf(env, d), Basis: d.Basis, Status: d.Status}}
	}
	hours, version := a.Calendar.Hours().String(), a.Calendar.Version()
	err = desk.List[day]{Items: days, Empty: "commands.calendar.plain",
		Columns: []desk.Column{{Key: "commands.column.day"}, {Key: "commands.column.kind"}, {Key: "commands.column.name", Gives: true}, {Key: "commands.column.status"}},
		Row: func(d day) []string {
			return []string{env.T("commands.weekday."+d.at.Weekday().String()) + " " + locale.Date(d.at), env.T("deadlines.kind." + d.Kind), d.Name, env.T("commands.calendar.status." + d.Status)}
		},
		Beside: map[string]any{"year": y.Year, "announced": a.Announced(y.Year), "working_days": y.WorkingDays, "hours": hours, "version": version},
	}.Show(env)
	if err != nil {
		return err
	}
	desk.Note(env, "commands.calendar.summary", "year", y.Year, "n", y.WorkingDays, "hours", hours, "version", version)
	if !a.Announced(y.Year) {
		desk.Note(env, "deadlines.page.computed")
	}
	return nil
}

func nameOf(env *wire.Env, d workcal.Day) string {
	if d.NameKey != "" {
		return env.T(d.NameKey)
	}
	return d.Name
}
