package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/packaged"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/services/onestop/internal/store"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
)

// Demo says what a demonstration is to hold. Citizens are the ids of accounts that own some of the dossiers. The same
// Demo with the same officials gives the same rows.
type Demo struct {
	People   int
	Dossiers int
	Seed     uint64
	Now      time.Time
	Citizens []string
}

// demo is a demonstration being made: a year of the office's life, played by the same rules as the real one.
type demo struct {
	*Desk
	in     Demo
	rnd    *rand.Rand
	clock  *demoClock
	book   *demoBook
	cal    *workcal.Calendar
	people []Applicant
	places []demoPlace
	staff  demoStaff
	rows   store.Rows
}

// SeedDemo invents people and dossiers in every state over the twelve months before in.Now, most of them where officials
// work (the port Staff), so that their inboxes have something in them. tx is the owner's, because the rows are copied. What is played here goes through the same code as real acts, so every history is one that the
// workflow allows.
func (s *Desk) SeedDemo(ctx context.Context, tx pgx.Tx, in Demo) error {
	g, err := s.newDemo(ctx, tx, in)
	if err != nil {
		return fmt.Errorf("prepare the demonstration: %w", err)
	}
	if len(g.places) == 0 || len(g.people) == 0 {
		return nil
	}
	for i := range in.Dossiers {
		if err := g.play(ctx, tx, i); err != nil {
			return fmt.Errorf("play dossier %d: %w", i, err)
		}
	}
	if err := s.Store.CopyAll(ctx, tx, g.rows, g.book.counters()); err != nil {
		return fmt.Errorf("write the demonstration: %w", err)
	}
	return audit.Write(ctx, tx, who.Program("demo"), audit.Act{Service: "onestop", Action: "demo.seed",
		Detail: map[string]any{"dossiers": in.Dossiers, "people": in.People, "seed": in.Seed}})
}

func (s *Desk) newDemo(ctx context.Context, tx pgx.Tx, in Demo) (*demo, error) {
	in.Now = in.Now.In(clock.Vietnam).Truncate(time.Second)
	source := rand.NewPCG(in.Seed, 0x6f6e6573746f70)
	g := &demo{in: in, rnd: rand.New(source), clock: &demoClock{}} //nolint:gosec // invented data, the same each time
	var err error
	if g.cal, err = s.Deadlines.Calendar(ctx, tx); err != nil {
		return nil, err
	}
	g.people = inventPeople(g.rnd, in.People)
	g.book = newDemoBook(s.Store)
	all, err := s.Agencies.All(ctx, tx)
	if err != nil {
		return nil, err
	}
	if g.staff, err = s.hire(ctx, tx, all); err != nil {
		return nil, err
	}
	deadlines := &demoDeadlines{Deadlines: s.Deadlines, cal: g.cal, limits: map[time.Time]workflow.Limits{}}
	catalogue := &demoCatalogue{Procedures: s.Procedures}
	sim := *s
	sim.Clock, sim.book, sim.Staff, sim.draw, sim.Deadlines, sim.Procedures = g.clock, g.book, g.staff, randomBytes{g.rnd}, deadlines, catalogue
	sim.Agencies = demoAgencies(all)
	sim.Settings.FilingPublic = true
	g.Desk = &sim
	g.places, err = g.choosePlaces(ctx, tx, slices.Clone(all))
	return g, err
}

// demoClock is set before each act.
type demoClock struct{ now time.Time }

func (c *demoClock) Now() time.Time { return c.now }

// randomBytes lets references, secrets and ids come from the seed.
type randomBytes struct{ rnd *rand.Rand }

func (r randomBytes) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r.rnd.UintN(256))
	}
	return len(p), nil
}

// newID is an identifier that sorts by the time of submission, like the real ones.
func (g *demo) newID(at time.Time) string {
	var raw [16]byte
	_, _ = randomBytes{g.rnd}.Read(raw[:])
	ms := at.UnixMilli()
	for i := range 6 {
		raw[i] = byte(ms >> (8 * (5 - i)))
	}
	raw[6], raw[8] = raw[6]&0x0f|0x70, raw[8]&0x3f|0x80
	return uuid.UUID(raw).String()
}

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

// demoBook keeps counters and promises in memory; versions of procedures go to the database, once each.
type demoBook struct {
	store    *store.Store
	frozen   map[string]int32
	bodies   map[int32][]byte
	days     map[store.Counter]int
	promises map[string]*workcal.Promise
}

func newDemoBook(s *store.Store) *demoBook {
	return &demoBook{store: s, frozen: map[string]int32{}, bodies: map[int32][]byte{}, days: map[store.Counter]int{}, promises: map[string]*workcal.Promise{}}
}

// Freeze keeps a procedure once.
func (b *demoBook) Freeze(ctx context.Context, tx pgx.Tx, code, name string, body any) (int32, error) {
	if v, ok := b.frozen[code]; ok {
		return v, nil
	}
	v, err := b.store.Freeze(ctx, tx, code, name, body)
	if err != nil {
		return 0, err
	}
	raw, err := json.Marshal(body)
	b.frozen[code], b.bodies[v] = v, raw
	return v, err
}

// Procedure is what Freeze kept.
func (b *demoBook) Procedure(_ context.Context, _ pgx.Tx, version int32, v any) error {
	return json.Unmarshal(b.bodies[version], v)
}

// Next counts as the database would.
func (b *demoBook) Next(_ context.Context, _ pgx.Tx, agency int32, at time.Time) (int, error) {
	key := store.Counter{Agency: agency, Day: at.In(clock.Vietnam).Format(time.DateOnly)}
	b.days[key]++
	return b.days[key], nil
}

// Promise is the last that a step left.
func (b *demoBook) Promise(_ context.Context, _ pgx.Tx, id string) (*workcal.Promise, error) {
	return b.promises[id], nil
}

// CountComponents is not asked: nobody adds papers in a demonstration.
func (b *demoBook) CountComponents(context.Context, pgx.Tx, string) (int, error) { return 0, nil }

// Components likewise.
func (b *demoBook) Components(context.Context, pgx.Tx, dossier.Dossier, int, []dossier.Component) error {
	return nil
}

func (b *demoBook) counters() map[store.Counter]int { return b.days }

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

// demoPlace is an agency with some of what it takes.
type demoPlace struct {
	agency     Agency
	procedures []string
}

const (
	demoPlaces     = 28
	demoProcedures = 12
)

// choosePlaces takes the agencies where the demonstration's accounts work, twice over, and some others.
func (g *demo) choosePlaces(ctx context.Context, tx pgx.Tx, all []Agency) ([]demoPlace, error) {
	g.rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var staffed, others []demoPlace
	for _, a := range all {
		_, mine := g.staff[a.ID]
		if a.ID == dossier.ProbeAgency || !mine && len(others) >= demoPlaces {
			continue
		}
		takes, err := g.Procedures.OfferedBy(ctx, tx, a.ID)
		if err != nil {
			return nil, err
		}
		p := demoPlace{agency: a}
		for _, i := range g.rnd.Perm(len(takes)) {
			if len(p.procedures) < demoProcedures {
				p.procedures = append(p.procedures, takes[i].Code)
			}
		}
		switch {
		case len(p.procedures) == 0:
		case mine:
			staffed = append(staffed, p)
		default:
			others = append(others, p)
		}
	}
	out := others
	for range max(1, len(others)/max(1, 2*len(staffed))) {
		out = append(out, staffed...)
	}
	return out, nil
}

// papersOf hands in what the first case asks for.
func papersOf(p packaged.Procedure) []dossier.Component {
	var out []dossier.Component
	if len(p.Cases) == 0 {
		return nil
	}
	for _, c := range p.Cases[0].Components {
		if name, err := line(c.Name); err == nil && name != "" && len(out) < 12 {
			out = append(out, dossier.Component{Code: c.Code, Name: name, Originals: min(c.Originals, 9), Copies: min(c.Copies, 9)})
		}
	}
	return out
}
