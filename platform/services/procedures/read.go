package procedures

import (
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/procedures/internal/api"
	"egovctl/platform/services/procedures/internal/catalogue"
	"egovctl/platform/services/procedures/internal/search"
	"egovctl/platform/services/procedures/internal/store"
)

// Get reads a procedure as it stands now. Fault: NotFound "procedure.unknown".
func (s *Service) Get(ctx context.Context, tx pgx.Tx, code string) (Procedure, error) {
	return store.Procedure(ctx, tx, code)
}

// Offering reads a procedure as one agency handles it. Fault: NotFound "procedure.not_offered".
func (s *Service) Offering(ctx context.Context, tx pgx.Tx, code string, agency int32) (Offering, error) {
	return store.Offering(ctx, tx, code, agency)
}

// OfferedBy lists the announced procedures of an agency by name.
func (s *Service) OfferedBy(ctx context.Context, tx pgx.Tx, agency int32) ([]Summary, error) {
	return store.OfferedBy(ctx, tx, agency)
}

// Fields lists the fields with the number of announced procedures in each, by name.
func (s *Service) Fields(ctx context.Context) ([]Field, error) {
	h, err := s.ready(ctx)
	if err != nil {
		return nil, err
	}
	return h.fields, nil
}

// BusyFields lists the fields that have announced procedures, those with most of them first.
func (s *Service) BusyFields(ctx context.Context) ([]Field, error) {
	all, err := s.Fields(ctx)
	busy := slices.DeleteFunc(slices.Clone(all), func(f Field) bool { return f.Procedures == 0 })
	slices.SortStableFunc(busy, func(a, b Field) int { return b.Procedures - a.Procedures })
	return busy, err
}

// AgencyList lists the agencies that offer something, for the filter of the search page.
func (s *Service) AgencyList(ctx context.Context) ([]Agency, error) {
	h, err := s.ready(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Agency, 0, len(h.agencies))
	for id, a := range h.agencies {
		if h.index.Offers(id) {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b Agency) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// View is a procedure with the agencies that offer it.
type View = catalogue.View

// RecordOf is the record of a view, the same over HTTP and on the command line.
func RecordOf(v View) Record { return api.RecordOf(v) }

// ItemOf is a hit of a Result as lists have it, the same over HTTP and on the command line.
func ItemOf(hit *search.Doc) Item { return api.ItemOf(hit) }

// View reads a whole procedure for by. One that the province does not announce is unknown to everybody but those who
// administer the catalogue. Fault: NotFound "procedure.unknown".
func (s *Service) View(ctx context.Context, by who.Principal, code string) (View, error) {
	h, err := s.ready(ctx)
	if err != nil {
		return View{}, err
	}
	var v View
	err = s.deps.DB.Read(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		if v.Procedure, err = store.Procedure(ctx, tx, code); err != nil {
			return err
		}
		if !v.Published && !h.administers(by) {
			return unknown(code)
		}
		offered, err := store.Offerings(ctx, tx, code)
		for _, o := range offered {
			if a, ok := h.agencies[o.AgencyID]; ok {
				v.Offerings = append(v.Offerings, catalogue.OfferingAt{Agency: a, Online: o.Online && v.FiledOnline})
			}
		}
		return err
	})
	return v, err
}
