package wire

import (
	"context"

	"github.com/jackc/pgx/v5"

	platformmerge "egovctl/platform/merge"
	"egovctl/provisioning/steps/merge"
)

// Merge is what the step merge is given: the packaged rows of this release, and how each service keeps the province's.
func (in *Installation) Merge() merge.Work {
	work := merge.Work{Digest: in.digest}
	for _, o := range in.merging {
		work.Services = append(work.Services, o.Service)
	}
	work.Into = func(ctx context.Context, tx pgx.Tx) error {
		set, err := in.set()
		if err != nil {
			return err
		}
		for _, o := range in.merging {
			if _, err := platformmerge.Run(ctx, tx, Operator(), o, set, in.Parts.Site.Version); err != nil {
				return err
			}
		}
		return nil
	}
	return work
}
