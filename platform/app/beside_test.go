package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func untilItEnds(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

func TestAWorkerThatFailsIsToldAndEndsThePlatform(t *testing.T) {
	broken := errors.New("the key cannot be read")
	for _, tc := range []struct {
		name string
		run  func(context.Context) error
		want error
	}{
		{"one that fails", func(context.Context) error { return broken }, broken},
		{"one that ends before its time", func(context.Context) error { return nil }, errEnded},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var log bytes.Buffer
			var told string // when the serving was asked to end
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			others := false
			err := beside(ctx, slog.New(slog.NewTextHandler(&log, nil)), []worker{
				{"seal", tc.run},
				{"other", func(ctx context.Context) error { <-ctx.Done(); others = true; return nil }},
			}, func(ctx context.Context) error {
				<-ctx.Done()
				told = log.String()
				if others {
					t.Error("the other work was stopped before the last request was answered")
				}
				return nil
			})
			if ctx.Err() != nil {
				t.Fatal("the platform went on")
			}
			if !errors.Is(err, tc.want) || !strings.Contains(err.Error(), "seal") {
				t.Errorf("it ended with %v", err)
			}
			if !strings.Contains(told, "worker=seal") {
				t.Errorf("the log said %q", told)
			}
		})
	}
}

func TestAnOrderlyEndIsNoError(t *testing.T) {
	var log bytes.Buffer
	ctx, stop := context.WithCancel(t.Context())
	err := beside(ctx, slog.New(slog.NewTextHandler(&log, nil)), []worker{{"seal", untilItEnds}}, func(ctx context.Context) error {
		stop()
		<-ctx.Done()
		return nil
	})
	if err != nil || log.Len() > 0 {
		t.Errorf("%v, %s", err, log.String())
	}
}
