package identity

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity/internal/store"
)

// CheckAccount says what CreateAccount would make, and writes nothing: for a dry run. Faults: those of CreateAccount.
func (s *Service) CheckAccount(ctx context.Context, by who.Principal, n NewAccount) (Account, error) {
	a, _, err := s.official(n)
	if err != nil {
		return a, err
	}
	err = s.db.Read(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		if a.Positions, err = s.resolve(ctx, tx, by, n.Positions); err != nil {
			return err
		}
		_, err := store.ByLogin(ctx, tx, a.Login)
		switch {
		case err == nil:
			return fault.New(fault.Conflict, "identity.login.taken").At("login")
		case fault.Is(err, fault.NotFound):
			return nil
		}
		return err
	})
	return a, err
}
