package identity

import (
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/services/identity/internal/store"
)

// List reads a page of accounts by login, those that by administers: all for the provincial administrator, those of
// his agencies for an agency administrator. next is the After of the following page, "" on the last. Faults: Forbidden;
// NotFound for an unknown agency; Invalid for an unknown status.
func (s *Service) List(ctx context.Context, by who.Principal, q Query) (list []Account, next string, err error) {
	l := store.Listing{Q: account.Normal(q.Q), Status: q.Status, After: q.After, Limit: q.Limit}
	switch {
	case !account.Governs(by) && !by.Holds(who.AgencyAdmin):
		return nil, "", fault.New(fault.Forbidden, "forbidden")
	case q.Status != "" && q.Status != account.New && q.Status != Active && q.Status != Locked:
		return nil, "", fault.New(fault.Invalid, "identity.status.unknown", "status", q.Status).At("status")
	case !account.Governs(by):
		l.Scoped, l.Scope = true, account.AdminScope(by)
	}
	if l.Limit == 0 {
		l.Limit = 50
	}
	l.Limit++ // one more tells whether there is a next page
	err = s.db.Read(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		if q.Agency != "" {
			if l.Agency, err = s.agencies.Number(ctx, tx, q.Agency); err != nil {
				return err
			}
		}
		if list, err = store.List(ctx, tx, l, s.clock.Now()); err != nil {
			return err
		}
		return s.nameAll(ctx, tx, list)
	})
	if err != nil {
		return nil, "", err
	}
	if len(list) == l.Limit {
		list = list[:l.Limit-1]
		next = list[len(list)-1].Login
	}
	return list, next, nil
}

// Find gives one account that by administers. Faults: NotFound "identity.account.unknown"; Forbidden.
func (s *Service) Find(ctx context.Context, by who.Principal, login string) (Account, error) {
	var a Account
	err := s.db.Read(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		var err error
		if a, err = s.governed(ctx, tx, by, login); err != nil {
			return err
		}
		a, err = s.full(ctx, tx, a)
		return err
	})
	return a, err
}

func (s *Service) nameAll(ctx context.Context, tx pgx.Tx, list []Account) error {
	for i := range list {
		for j := range list[i].Positions {
			var err error
			if list[i].Positions[j], err = s.named(ctx, tx, list[i].Positions[j]); err != nil {
				return err
			}
		}
	}
	return nil
}

// Matrix lists every agency that by may see with the holders of its roles, in the province's order; an agency where
// nobody holds anything has no holders. Faults as List.
func (s *Service) Matrix(ctx context.Context, by who.Principal) ([]MatrixRow, error) {
	if !account.Governs(by) && !by.Holds(who.AgencyAdmin) {
		return nil, fault.New(fault.Forbidden, "forbidden")
	}
	var rows []MatrixRow
	err := s.db.Read(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		held, err := store.AllPositions(ctx, tx, s.clock.Now())
		if err != nil {
			return err
		}
		byAgency := map[int32]map[who.Role][]string{}
		for _, h := range held {
			if byAgency[h.AgencyID] == nil {
				byAgency[h.AgencyID] = map[who.Role][]string{}
			}
			byAgency[h.AgencyID][h.Role] = append(byAgency[h.AgencyID][h.Role], h.Login)
		}
		rows, err = s.rows(ctx, tx, by, byAgency)
		return err
	})
	return rows, err
}

func (s *Service) rows(ctx context.Context, tx pgx.Tx, by who.Principal, holders map[int32]map[who.Role][]string) ([]MatrixRow, error) {
	ids := account.AdminScope(by)
	if account.Governs(by) {
		all, err := s.agencies.Numbers(ctx, tx)
		if err != nil {
			return nil, err
		}
		ids = all
		for _, id := range slices.Sorted(maps.Keys(holders)) { // an agency that is no more may still have holders
			if !slices.Contains(all, id) {
				ids = append(slices.Clone(ids), id)
			}
		}
	}
	var rows []MatrixRow
	seen := map[int32]bool{}
	for _, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		identifier, name, _, err := s.agencies.Label(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		h := holders[id]
		if h == nil {
			h = map[who.Role][]string{}
		}
		rows = append(rows, MatrixRow{Agency: identifier, Name: name, Holders: h})
	}
	return rows, nil
}
