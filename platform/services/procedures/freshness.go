package procedures

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/procedures/internal/api"
	"egovctl/platform/services/procedures/internal/search"
	"egovctl/platform/services/procedures/internal/store"
)

const (
	lookEvery  = 400 * time.Millisecond // with the rebuild, a change is found within a second
	staleAfter = 10 * time.Second       // without a look at the database, health warns
	renewAfter = time.Minute            // agencies are renamed without this catalogue's counter moving
)

// held is the index and the facts beside it, all of one moment.
type held struct {
	facts
	index   *search.Index
	version int64
	built   time.Time
	checked *stamp
}

// facts are what a change is judged by.
type facts struct {
	fields   []Field
	agencies map[int32]Agency
	number   map[string]int32 // by identifier
	top      int32            // the province's first agency
}

// stamp is a moment that the loop moves while readers read it.
type stamp struct{ ns atomic.Int64 }

func (s *stamp) time() time.Time { return time.Unix(0, s.ns.Load()) }
func (s *stamp) set(t time.Time) { s.ns.Store(t.UnixNano()) }

// Run keeps the index fresh until ctx ends. While PostgreSQL is away the last index goes on answering.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var trouble bool
	for {
		err := s.Refresh(ctx)
		if err != nil && !trouble && ctx.Err() == nil {
			s.deps.Log.WarnContext(ctx, "procedure index not refreshed", "error", err.Error())
		}
		trouble = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-s.changed:
		}
	}
}

// look asks the loop to refresh now, when err is nil: this process has just committed a change.
func (s *Service) look(err error) {
	if err != nil {
		return
	}
	select {
	case s.changed <- struct{}{}:
	default: // it was asked already
	}
}

// Refresh looks at the change counter and rebuilds the index aside when it has moved. Readers never wait for it.
func (s *Service) Refresh(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	ctx, cancel := context.WithTimeout(ctx, staleAfter)
	defer cancel()
	begin := time.Now()
	have := s.held.Load()
	var fresh *held
	err := s.deps.DB.Read(ctx, who.Nobody(), func(ctx context.Context, tx pgx.Tx) error {
		version, err := store.Version(ctx, tx)
		if err != nil || have != nil && version == have.version && begin.Sub(have.built) < renewAfter {
			return err
		}
		fresh, err = s.build(ctx, tx, version)
		return err
	})
	if err != nil {
		return err
	}
	if fresh != nil {
		fresh.built = begin
		s.held.Store(fresh)
		have = fresh
	}
	have.checked.set(begin)
	return nil
}

func (s *Service) build(ctx context.Context, tx pgx.Tx, version int64) (*held, error) {
	docs, err := store.Documents(ctx, tx)
	if err != nil {
		return nil, err
	}
	h := &held{version: version, checked: &stamp{}}
	if h.facts, err = s.read(ctx, tx); err != nil {
		return nil, err
	}
	for i := range docs {
		if docs[i].Rendered, err = api.Render(&docs[i]); err != nil {
			return nil, err
		}
	}
	h.index = search.Build(docs)
	return h, nil
}

// read reads the facts as they stand.
func (s *Service) read(ctx context.Context, tx pgx.Tx) (facts, error) {
	f := facts{agencies: map[int32]Agency{}, number: map[string]int32{}}
	var err error
	if f.fields, err = store.Fields(ctx, tx); err != nil {
		return f, err
	}
	agencies, err := s.deps.Agencies.All(ctx, tx)
	for _, a := range agencies {
		f.agencies[a.ID], f.number[a.Identifier] = a, a.ID
		if a.ParentID == 0 && f.top == 0 {
			f.top = a.ID
		}
	}
	return f, err
}

// factsIn gives the facts inside a transaction, which must not wait for a second connection: what is not held yet is read
// with tx, and is for this transaction only.
func (s *Service) factsIn(ctx context.Context, tx pgx.Tx) (facts, error) {
	if h := s.held.Load(); h != nil {
		return h.facts, nil
	}
	return s.read(ctx, tx)
}

// ready gives the index; the first caller builds it, outside of any transaction (see factsIn).
func (s *Service) ready(ctx context.Context) (*held, error) {
	if h := s.held.Load(); h != nil {
		return h, nil
	}
	if err := s.Refresh(ctx); err != nil {
		return nil, err
	}
	return s.held.Load(), nil
}

// Search finds procedures in memory: microseconds, no SQL. Fault: Unavailable before the first index could be built.
func (s *Service) Search(ctx context.Context, q Query) (Result, error) {
	h, err := s.ready(ctx)
	if err != nil {
		return Result{}, err
	}
	return h.index.Find(q), nil
}

// Narrow turns the identifiers of a question into the filters of a Query. Faults: Invalid "procedures.field.unknown",
// "procedures.agency.unknown", "procedures.level.unknown", "procedures.online.unknown".
func (s *Service) Narrow(ctx context.Context, q *Query, field, agency, level, online string) error {
	h, err := s.ready(ctx)
	if err != nil {
		return err
	}
	if field != "" && !h.knowsField(field) {
		return fault.New(fault.Invalid, "procedures.field.unknown", "field", field).At("field")
	}
	if agency != "" && h.number[agency] == 0 {
		return fault.New(fault.Invalid, "procedures.agency.unknown", "agency", agency).At("agency")
	}
	q.Field, q.Agency, q.Level, q.Online = field, h.number[agency], unit.Level(level), online
	return nil
}

func (f facts) knowsField(code string) bool {
	return slices.ContainsFunc(f.fields, func(x Field) bool { return x.Code == code })
}
