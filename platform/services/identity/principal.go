package identity

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/services/identity/internal/store"
)

// principal makes who acts out of what the store knows. A position at an agency that is no more gives nothing.
func (s *Service) principal(ctx context.Context, tx pgx.Tx, h store.Holder) (who.Principal, error) {
	p := who.Principal{Account: h.Account, Login: h.Login, Name: h.Name, Kind: who.Kind(h.Kind)}
	for i, r := range h.Roles {
		x := who.Position{Role: who.Role(r), Agency: h.Agencies[i]}
		var err error
		switch account.ReachOf(x.Role) {
		case account.OwnAgency:
			x.Scope = []int32{x.Agency}
		case account.Below:
			x.Scope, err = s.agencies.Below(ctx, tx, x.Agency)
		case account.Province:
			p.All = true
			x.Scope, err = s.agencies.Numbers(ctx, tx)
		default:
			continue
		}
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return who.Nobody(), err
		}
		p.Positions = append(p.Positions, x)
	}
	return p, nil
}
