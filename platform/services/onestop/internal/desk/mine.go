package desk

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/dossier"
)

// Mine is the citizen's own list.
type Mine struct {
	Items   []Item
	Notices []dossier.Notice
	Next    string
}

const noticesShown = 6

// Mine lists by's own dossiers, the newest first, with the latest notices on the first page.
func (s *Desk) Mine(ctx context.Context, by who.Principal, after string, limit int) (Mine, error) {
	var out Mine
	pos, err := position(after)
	if err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		lines, err := s.Store.Mine(ctx, tx, by.Account, pos, limit+1)
		if err != nil {
			return err
		}
		if len(lines) > limit {
			lines = lines[:limit]
			out.Next = cursor(lines[limit-1].SubmittedAt, lines[limit-1].ID)
		}
		if out.Items, err = s.items(ctx, tx, lines, s.Clock.Now()); err != nil || after != "" {
			return err
		}
		out.Notices, err = s.Store.Notices(ctx, tx, by.Account, noticesShown)
		return err
	})
	return out, err
}
