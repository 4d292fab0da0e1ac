package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"golang.org/x/sync/errgroup"
)

// worker is background work under its name: it returns nil when its context ends, and not before.
type worker struct {
	name string
	run  func(ctx context.Context) error
}

var errEnded = errors.New("ended by itself")

// beside runs serve until ctx ends, with the workers beside it until serve has returned. A worker that fails, or ends before
// its time, is told at once and ends serve: the platform is whole or it is started again.
func beside(ctx context.Context, log *slog.Logger, workers []worker, serve func(context.Context) error) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var group errgroup.Group
	for _, w := range workers {
		group.Go(func() error {
			err := w.run(work)
			if err == nil && work.Err() == nil {
				err = errEnded
			}
			if err == nil {
				return nil
			}
			log.Error("background work", "worker", w.name, "error", err)
			end()
			return fmt.Errorf("%s: %w", w.name, err)
		})
	}
	served := serve(ctx)
	stop()
	return errors.Join(group.Wait(), served)
}
