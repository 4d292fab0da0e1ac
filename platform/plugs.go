package platform

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/agencies"
	"egovctl/platform/services/deadlines"
	"egovctl/platform/services/identity"
	"egovctl/platform/services/onestop"
	"egovctl/platform/services/procedures"
	"egovctl/platform/services/sites"
	"egovctl/platform/workflow"
)

// The plugs below put one office's words into another's: none of them decides anything.

type agenciesOfProcedures struct{ s *agencies.Service }

func (p agenciesOfProcedures) All(ctx context.Context, tx pgx.Tx) ([]procedures.Agency, error) {
	all, err := p.s.All(ctx, tx)
	return each(all, func(a agencies.Agency) procedures.Agency {
		return procedures.Agency{ID: a.ID, ParentID: a.ParentID, Identifier: a.Identifier, Slug: a.Slug, NameVI: a.NameVI, NameEN: a.NameEN, Level: a.Level}
	}), err
}

type agenciesOfOnestop struct{ s *agencies.Service }

func forOnestop(a agencies.Agency) onestop.Agency {
	return onestop.Agency{ID: a.ID, Identifier: a.Identifier, NameVI: a.NameVI, NameEN: a.NameEN, ParentID: a.ParentID}
}

func (p agenciesOfOnestop) ByIdentifier(ctx context.Context, tx pgx.Tx, identifier string) (onestop.Agency, error) {
	a, err := p.s.ByIdentifier(ctx, tx, identifier)
	return forOnestop(a), err
}

func (p agenciesOfOnestop) ByID(ctx context.Context, tx pgx.Tx, id int32) (onestop.Agency, error) {
	a, err := p.s.ByID(ctx, tx, id)
	return forOnestop(a), err
}

func (p agenciesOfOnestop) All(ctx context.Context, tx pgx.Tx) ([]onestop.Agency, error) {
	all, err := p.s.All(ctx, tx)
	return each(all, forOnestop), err
}

type proceduresOfOnestop struct{ s *procedures.Service }

func (p proceduresOfOnestop) Get(ctx context.Context, tx pgx.Tx, code string) (onestop.Procedure, error) {
	r, err := p.s.Get(ctx, tx, code)
	return onestop.Procedure{Procedure: r.Procedure, Published: r.Published}, err
}

func (p proceduresOfOnestop) Offering(ctx context.Context, tx pgx.Tx, code string, agency int32) (bool, error) {
	o, err := p.s.Offering(ctx, tx, code, agency)
	return o.Online, err
}

func (p proceduresOfOnestop) OfferedBy(ctx context.Context, tx pgx.Tx, agency int32) ([]onestop.Summary, error) {
	all, err := p.s.OfferedBy(ctx, tx, agency)
	return each(all, func(s procedures.Summary) onestop.Summary { return onestop.Summary{Code: s.Code, Name: s.Name} }), err
}

func (p proceduresOfOnestop) Offerings(ctx context.Context, tx pgx.Tx, code string) ([]onestop.Offering, error) {
	all, err := p.s.Offerings(ctx, tx, code)
	return each(all, func(o procedures.Offering) onestop.Offering {
		return onestop.Offering{AgencyID: o.AgencyID, Online: o.Online}
	}), err
}

type deadlinesOfOnestop struct{ *deadlines.Service }

func (p deadlinesOfOnestop) Limits(ctx context.Context, tx pgx.Tx, on time.Time) (workflow.Limits, error) {
	r, err := p.RegimeAt(ctx, tx, deadlines.OneStop, on)
	if err != nil {
		return workflow.Limits{}, err
	}
	return r.Limits()
}

type staffOfOnestop struct{ s *identity.Service }

func (p staffOfOnestop) At(ctx context.Context, tx pgx.Tx, agency int32, role who.Role) ([]onestop.Official, error) {
	all, err := p.s.Colleagues(ctx, tx, agency, role)
	return each(all, func(h identity.Colleague) onestop.Official {
		return onestop.Official{Account: h.Account, Login: h.Login, Name: h.Name, Role: role}
	}), err
}

type agenciesOfSites struct{ s *agencies.Service }

func (p agenciesOfSites) All(ctx context.Context, tx pgx.Tx) ([]sites.Agency, error) {
	all, err := p.s.All(ctx, tx)
	return each(all, func(a agencies.Agency) sites.Agency {
		return sites.Agency{ID: a.ID, Identifier: a.Identifier, Slug: a.Slug, NameVI: a.NameVI, NameEN: a.NameEN, Short: a.Short, Kind: a.Kind,
			Level: a.Level, UnitKey: a.UnitKey, ParentID: a.ParentID, Provisional: a.Provisional, Site: a.Site}
	}), err
}

func (p agenciesOfSites) Units(ctx context.Context, tx pgx.Tx) ([]sites.Unit, error) {
	all, err := p.s.Units(ctx, tx, time.Time{})
	return each(all, func(u agencies.Unit) sites.Unit {
		return sites.Unit{Key: u.Key, ParentKey: u.Parent, Level: u.Level, Code: u.Code, FullName: u.FullName}
	}), err
}

type proceduresOfSites struct{ s *procedures.Service }

func (p proceduresOfSites) OfferedBy(ctx context.Context, tx pgx.Tx, agency int32) ([]sites.Procedure, error) {
	all, err := p.s.OfferedBy(ctx, tx, agency)
	return each(all, func(s procedures.Summary) sites.Procedure {
		return sites.Procedure{Code: s.Code, Name: s.Name, Field: s.FieldName, Online: s.FiledOnline}
	}), err
}

func (p proceduresOfSites) Fields(ctx context.Context, _ pgx.Tx) ([]sites.Field, error) {
	all, err := p.s.BusyFields(ctx)
	return each(all, func(f procedures.Field) sites.Field {
		return sites.Field{Code: f.Code, Name: f.Name, Count: f.Procedures}
	}), err
}

func (p proceduresOfSites) Numbers(ctx context.Context, tx pgx.Tx) (sites.Numbers, error) {
	published, online, err := p.s.Count(ctx, tx)
	return sites.Numbers{Procedures: published, Online: online}, err
}

func each[A, B any](all []A, f func(A) B) []B {
	out := make([]B, len(all))
	for i, a := range all {
		out[i] = f(a)
	}
	return out
}
