package desk

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/clock"
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
	Played   func(n int) // told how many dossiers are made, after each; nil for nobody
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
		if in.Played != nil {
			in.Played(i + 1)
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
