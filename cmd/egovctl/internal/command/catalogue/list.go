package catalogue

import (
	"context"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/money"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures"
)

type listOptions struct {
	q, field, agency, level, online string
	all                             bool
	limit                           int
}

func newList(env *wire.Env) *cobra.Command {
	var o listOptions
	c := &cobra.Command{Use: "list", Annotations: wire.Reads()}
	f := c.Flags()
	f.StringVar(&o.q, "q", "", env.T("cmd.catalogue.flag.q"))
	f.StringVar(&o.field, "field", "", env.T("cmd.catalogue.flag.field"))
	f.StringVar(&o.agency, "agency", "", env.T("cmd.catalogue.flag.agency"))
	f.StringVar(&o.level, "level", "", env.T("cmd.catalogue.flag.level"))
	f.StringVar(&o.online, "online", "", env.T("cmd.catalogue.flag.online"))
	f.BoolVar(&o.all, "all", false, env.T("cmd.catalogue.flag.all"))
	f.IntVar(&o.limit, "limit", 0, env.T("cmd.catalogue.flag.limit"))
	c.RunE = func(c *cobra.Command, _ []string) error { return list(c.Context(), env, o) }
	return c
}

func list(ctx context.Context, env *wire.Env, o listOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	var items []procedures.Item
	var total int
	err := desk.Offices(env, func(offices *platform.Offices) (err error) {
		items, total, err = find(ctx, offices.Procedures, o)
		return err
	})
	if err != nil {
		return err
	}
	columns := []desk.Column{{Key: "commands.column.code"}, {Key: "commands.column.name", Gives: true}, {Key: "commands.column.filing"}}
	if o.all {
		columns = append(columns, desk.Column{Key: "commands.column.published"})
	}
	err = desk.List[procedures.Item]{Items: items, Columns: columns, Empty: "commands.catalogue.none", Beside: map[string]any{"total": total},
		Row: func(i procedures.Item) []string { return row(env, i, o.all) }}.Show(env)
	if err == nil && total > 0 {
		desk.Note(env, "commands.catalogue.count", "n", money.Group(int64(len(items))), "total", money.Group(int64(total)))
	}
	return err
}

const (
	longest = 2000 // bytes of --q, as for GET /api/v1/procedures
	page    = 100  // what one search gives
)

// check refuses a filter that cannot be; a field or an agency is looked up in the catalogue.
func (o listOptions) check() error {
	switch l := unit.Level(o.level); {
	case o.limit < 0:
		return fault.New(fault.Invalid, "commands.limit", "value", o.limit).At("limit")
	case len(o.q) > longest:
		return fault.New(fault.Invalid, "procedures.query.long", "max", longest).At("q")
	case !utf8.ValidString(o.q):
		return fault.New(fault.Invalid, "text.invalid").At("q")
	case l != "" && l != unit.Province && l != unit.District && l != unit.Commune:
		return fault.New(fault.Invalid, "procedures.level.unknown", "level", l).At("level")
	}
	switch o.online {
	case "", packaged.OnlineFull, packaged.OnlinePartial, packaged.OnlineInformation:
		return nil
	}
	return fault.New(fault.Invalid, "procedures.online.unknown", "online", o.online).At("online")
}

// find reads pages of the search, the best first, until there are enough.
func find(ctx context.Context, office *procedures.Service, o listOptions) (items []procedures.Item, total int, err error) {
	q := procedures.Query{Text: o.q, Published: !o.all, Limit: page}
	if err := office.Narrow(ctx, &q, o.field, o.agency, o.level, o.online); err != nil {
		return nil, 0, err
	}
	for {
		got, err := office.Search(ctx, q)
		if err != nil {
			return nil, 0, err
		}
		for _, h := range got.Hits {
			if o.limit > 0 && len(items) == o.limit {
				return items, got.Total, nil
			}
			items = append(items, procedures.ItemOf(h))
		}
		if got.Next == "" {
			return items, got.Total, nil
		}
		q.Cursor = got.Next
	}
}

// row tells how a procedure is filed online here, or that it is not.
func row(env *wire.Env, i procedures.Item, all bool) []string {
	filing := env.T("commands.catalogue.counter")
	if i.FiledOnline {
		filing = env.T("procedures.online." + i.Online)
	}
	cells := []string{i.Code, i.Name, filing}
	if all {
		cells = append(cells, env.T(yesNo(i.Published)))
	}
	return cells
}

func yesNo(b bool) string {
	if b {
		return "commands.yes"
	}
	return "commands.no"
}
