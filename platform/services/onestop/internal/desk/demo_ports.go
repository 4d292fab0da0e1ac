package desk

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
)

// demoDeadlines asks the real one, but for what does not change meanwhile.
type demoDeadlines struct {
	Deadlines
	cal    *workcal.Calendar
	limits map[time.Time]workflow.Limits // by day
}

func (d *demoDeadlines) Limits(ctx context.Context, tx pgx.Tx, on time.Time) (workflow.Limits, error) {
	day := clock.DayOf(on)
	if l, ok := d.limits[day]; ok {
		return l, nil
	}
	l, err := d.Deadlines.Limits(ctx, tx, on)
	if err == nil {
		d.limits[day] = l
	}
	return l, err
}

func (d *demoDeadlines) Calendar(context.Context, pgx.Tx) (*workcal.Calendar, error) {
	return d.cal, nil
}

// demoAgencies answers from the list that was read once.
type demoAgencies []Agency

// ByIdentifier finds an agency.
func (d demoAgencies) ByIdentifier(_ context.Context, _ pgx.Tx, identifier string) (Agency, error) {
	return d.find(func(a Agency) bool { return a.Identifier == identifier })
}

// ByID finds an agency.
func (d demoAgencies) ByID(_ context.Context, _ pgx.Tx, id int32) (Agency, error) {
	return d.find(func(a Agency) bool { return a.ID == id })
}

// All lists them.
func (d demoAgencies) All(context.Context, pgx.Tx) ([]Agency, error) { return d, nil }

func (d demoAgencies) find(is func(Agency) bool) (Agency, error) {
	if i := slices.IndexFunc(d, is); i >= 0 {
		return d[i], nil
	}
	return Agency{}, fault.New(fault.NotFound, "not_found")
}

// demoCatalogue remembers what it has been asked.
type demoCatalogue struct {
	Procedures
	known  map[string]Procedure
	online map[string]bool
}

func (c *demoCatalogue) Get(ctx context.Context, tx pgx.Tx, code string) (Procedure, error) {
	if p, ok := c.known[code]; ok {
		return p, nil
	}
	p, err := c.Procedures.Get(ctx, tx, code)
	if err == nil {
		if c.known == nil {
			c.known = map[string]Procedure{}
		}
		c.known[code] = p
	}
	return p, err
}

func (c *demoCatalogue) Offering(ctx context.Context, tx pgx.Tx, code string, agency int32) (bool, error) {
	key := fmt.Sprint(code, " ", agency)
	if online, ok := c.online[key]; ok {
		return online, nil
	}
	online, err := c.Procedures.Offering(ctx, tx, code, agency)
	if err == nil {
		if c.online == nil {
			c.online = map[string]bool{}
		}
		c.online[key] = online
	}
	return online, err
}

// demoStaff is who works where: the instance's officials, and invented colleagues where there is none.
type demoStaff map[int32]map[who.Role][]who.Principal

// hire asks who works where. An agency without a clerk has nobody.
func (s *Desk) hire(ctx context.Context, tx pgx.Tx, all []Agency) (demoStaff, error) {
	m := demoStaff{}
	for _, a := range all {
		for _, role := range []who.Role{who.Clerk, who.Officer, who.Head, who.Leader, who.Registrar} {
			found, err := s.Staff.At(ctx, tx, a.ID, role)
			if err != nil {
				return nil, err
			}
			if role == who.Clerk && len(found) == 0 {
				break
			}
			for _, o := range found {
				m.add(who.Principal{Account: o.Account, Login: o.Login, Name: o.Name, Kind: who.Official,
					Positions: []who.Position{{Role: role, Agency: a.ID, Scope: []int32{a.ID}}}})
			}
		}
	}
	return m, nil
}

func (m demoStaff) add(p who.Principal) {
	for _, x := range p.Positions {
		if m[x.Agency] == nil {
			m[x.Agency] = map[who.Role][]who.Principal{}
		}
		one := p
		one.Positions = []who.Position{x}
		m[x.Agency][x.Role] = append(m[x.Agency][x.Role], one)
	}
}

// someone who holds a role at an agency.
func (m demoStaff) someone(rnd *rand.Rand, agency int32, role who.Role) who.Principal {
	if len(m[agency][role]) == 0 {
		name := inventName(rnd)
		m.add(who.Principal{Account: fmt.Sprintf("demo-%d-%s", agency, role), Login: fmt.Sprintf("demo-%d-%s", agency, role), Name: name, Kind: who.Official,
			Positions: []who.Position{{Role: role, Agency: agency, Scope: []int32{agency}}}})
	}
	list := m[agency][role]
	return list[rnd.IntN(len(list))]
}

// At lists who holds a role.
func (m demoStaff) At(_ context.Context, _ pgx.Tx, agency int32, role who.Role) ([]Official, error) {
	var out []Official
	for _, p := range m[agency][role] {
		out = append(out, Official{Account: p.Account, Login: p.Login, Name: p.Name, Role: role})
	}
	return out, nil
}
