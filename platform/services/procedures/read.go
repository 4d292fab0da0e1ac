package procedures

import (
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/procedures/internal/catalogue"
	"egovctl/platform/services/procedures/internal/store"
)

// Get reads a procedure as it stands now. Fault: NotFound "procedure.unknown".
func (s *Service) Get(ctx context.Context, tx pgx.Tx, code string) (Procedure, error) {
	return store.Procedure(ctx, tx, code)
}

// At reads a procedure as it was at version: the one that a dossier started with. Faults: NotFound "procedure.unknown",
// "procedure.version".
func (s *Service) At(ctx context.Context, tx pgx.Tx, code string, version int) (Procedure, error) {
	return store.At(ctx, tx, code, version)
}

// Offering reads a procedure as one agency handles it. Fault: NotFound "procedure.not_offered".
func (s *Service) Offering(ctx context.Context, tx pgx.Tx, code string, agency int32) (Offering, error) {
	return store.Offering(ctx, tx, code, agency)
}

// OfferedBy lists the announced procedures of an agency by name.
func (s *Service) OfferedBy(ctx context.Context, tx pgx.Tx, agency int32) ([]Summary, error) {
	return store.OfferedBy(ctx, tx, agency)
}

// OfferingAgencies lists the agencies that offer a procedure.
func (s *Service) OfferingAgencies(ctx context.Context, tx pgx.Tx, code string) ([]int32, error) {
	offerings, err := store.Offerings(ctx, tx, code)
	if err != nil {
		return nil, err
	}
	ids := make([]int32, len(offerings))
	for i, o := range offerings {
		ids[i] = o.AgencyID
	}
	return ids, nil
}

// List reads summaries by code, announced or not.
func (s *Service) List(ctx context.Context, tx pgx.Tx, f Filter) ([]Summary, error) {
	return store.List(ctx, tx, f)
}

// Fields lists the fields with the number of announced procedures in each, by name.
func (s *Service) Fields(ctx context.Context) ([]Field, error) {
	h, err := s.ready(ctx)
	if err != nil {
		return nil, err
	}
	return h.fields, nil
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
