package procedures

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/catalogue"
	"egovctl/platform/services/procedures/internal/store"
)

// Setting is one member of a procedure and its wanted value, written as in a sheet.
type Setting struct{ Field, Value string }

// Set changes members of a procedure in the order given, their values written as in a sheet: term.direct "3.5
// working_days", fees.online "charge 8000 | fee 5000", "none" for no fee. It is one version and one line in the audit
// log; the procedure before and after is returned. Faults: as Change, and Invalid "procedures.set.unknown",
// "procedures.set.several", each pointing at its member.
func (s *Service) Set(ctx context.Context, tx pgx.Tx, by who.Principal, code string, settings []Setting) (before, after Procedure, err error) {
	if before, err = store.Procedure(ctx, tx, code); err != nil {
		return before, before, err
	}
	var all Patch
	record := before.Procedure
	for _, x := range settings {
		patch, err := patchOf(record, x.Field, strings.TrimSpace(x.Value))
		if err != nil {
			return before, before, fault.From(err).At(x.Field)
		}
		record, _ = patch.Apply(record)
		all = over(all, patch)
	}
	after, err = s.ChangeIn(ctx, tx, by, code, all, before.Version)
	return before, after, err
}

// over lays b over a, for the members that SetFields lists.
func over(a, b Patch) Patch {
	lay(&a.Name, b.Name)
	lay(&a.Field, b.Field)
	lay(&a.Levels, b.Levels)
	lay(&a.Online, b.Online)
	lay(&a.Decision, b.Decision)
	lay(&a.Published, b.Published)
	lay(&a.FiledOnline, b.FiledOnline)
	lay(&a.Methods, b.Methods)
	return a
}

func lay[T any](to **T, value *T) {
	if value != nil {
		*to = value
	}
}

// Shown writes the value of a member that Set can set, as it would be written to set it; "" for one that is absent.
func Shown(p packaged.Procedure, field string) string {
	member, channel, _ := strings.Cut(field, ".")
	switch member {
	case "name":
		return p.Name
	case "field":
		return p.Field
	case "online":
		return p.Online
	case "decision":
		return p.Decision
	case "levels":
		levels := make([]string, len(p.Levels))
		for i, l := range p.Levels {
			levels[i] = string(l)
		}
		return strings.Join(levels, "|")
	case "published":
		return yes(p.Published)
	case "filed_online":
		return yes(p.FiledOnline)
	}
	var parts []string
	for _, m := range p.Methods {
		if string(m.Channel) == channel {
			parts = append(parts, shownOf(m, member)...)
		}
	}
	return strings.Join(parts, " | ")
}

func shownOf(m packaged.Method, member string) []string {
	if member == "term" {
		return []string{catalogue.FormatTerm(m.Term)}
	}
	fees := make([]string, len(m.Fees))
	for i, f := range m.Fees {
		fees[i] = catalogue.FormatFee(f)
	}
	if len(fees) == 0 {
		return []string{"none"}
	}
	return fees
}

func yes(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
