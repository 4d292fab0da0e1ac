// Package exchange puts the side that was built aside in the place of the one that works, part by part by rename, and keeps
// the old one. The platform stands still meanwhile.
package exchange

import (
	"context"
	"path/filepath"
	"slices"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/keeper"
)

// Step exchanges the sides.
type Step struct {
	site instance.Site
	set  string
}

// New makes the step for the side that was built of a set.
func New(site instance.Site, set string) *Step { return &Step{site, set} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "exchange", Title: "step.exchange", Touches: []string{"data", "local", "audit-key"}, Timeout: 15 * time.Minute, Reversible: true}
}

// Plan asks for the exchange until it is done; before the new side is whole it cannot be.
func (s *Step) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	sides, begun, err := backup.ReadSides(look, backup.Before(s.site.Root, s.set))
	if err != nil || sides.Switched {
		return nil, err
	}
	all := engine.Change{ID: s.set, Action: "update", Target: s.site.Root.Data()}
	whole, err := backup.Ready(look, s.site.Root, s.set)
	if err != nil {
		return nil, err
	}
	if !whole && !begun {
		return nil, engine.After("aside", all)
	}
	return []engine.Change{all}, nil
}

// Apply notes what there is, stops both processes, and moves one part after the other. Cut anywhere, it goes on from there.
func (s *Step) Apply(ctx context.Context, on engine.Host, _ engine.Change, say engine.Progress) error {
	aside, old := backup.Aside(s.site.Root), backup.Before(s.site.Root, s.set)
	sides, err := s.note(ctx, on, old)
	if err != nil {
		return err
	}
	if err := s.stop(ctx, on); err != nil {
		return err
	}
	places := backup.Places(s.set)
	for i, p := range places {
		if err := s.move(on, p, aside, old, sides); err != nil {
			return err
		}
		say(int64(i+1), int64(len(places)), "")
	}
	if err := on.RemoveAll(string(aside)); err != nil {
		return err
	}
	sides.Switched = true
	return sides.Write(on, old)
}

// note is the note of this exchange, made where there is none: what the old side has, and what runs.
func (s *Step) note(ctx context.Context, on engine.Host, old instance.Root) (backup.Sides, error) {
	sides, begun, err := backup.ReadSides(on, old)
	if err != nil || begun {
		return sides, err
	}
	sides.Set = s.set
	for _, p := range backup.Places(s.set) {
		there, err := backup.Stands(on, at(s.site.Root, p))
		if err != nil {
			return sides, err
		}
		if there {
			sides.Had = append(sides.Had, p.Path)
		}
	}
	k := keeper.For(s.site)
	if sides.Server, err = k.Server(ctx, on); err != nil && !fault.Is(err, fault.NotFound) {
		return sides, err
	}
	state, err := k.Platform(ctx, on)
	if err != nil {
		return sides, err
	}
	sides.Platform = state.PID != 0
	if err := on.MkdirAll(string(old), 0o700); err != nil {
		return sides, err
	}
	if err := s.site.Own(on, string(old)); err != nil {
		return sides, err
	}
	return sides, sides.Write(on, old)
}

func (s *Step) stop(ctx context.Context, on engine.Host) error {
	k := keeper.For(s.site)
	if err := k.StopPlatform(ctx, on); err != nil {
		return err
	}
	return k.StopServer(ctx, on)
}

// move keeps the old part and puts the new one in its place.
func (s *Step) move(on engine.Host, p backup.Place, aside, old instance.Root, sides backup.Sides) error {
	here, there, kept := at(s.site.Root, p), at(aside, p), at(old, p)
	saved, err := backup.Stands(on, kept)
	if err != nil {
		return err
	}
	next, err := backup.Stands(on, there)
	if err != nil {
		return err
	}
	if p.Optional && !saved && (!next || backup.Same(on, here, there)) {
		return nil
	}
	if slices.Contains(sides.Had, p.Path) && !saved {
		if err := s.shift(on, here, kept); err != nil {
			return err
		}
	}
	if !next {
		return nil // it is in place, or the new side has none
	}
	return s.shift(on, there, here)
}

// shift renames, making the folders on the way.
func (s *Step) shift(on engine.Host, from, to string) error {
	dir := filepath.Dir(to)
	there, err := backup.Stands(on, dir)
	if err != nil {
		return err
	}
	if !there {
		if err := on.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	return on.Rename(from, to)
}

func at(root instance.Root, p backup.Place) string { return filepath.Join(string(root), p.Path) }

// Undo puts the old side back and starts what ran. One that was confirmed is gone: there is nothing to put back.
func (s *Step) Undo(ctx context.Context, on engine.Host, c engine.Change) error {
	aside, old := backup.Aside(s.site.Root), backup.Before(s.site.Root, c.ID)
	sides, begun, err := backup.ReadSides(on, old)
	if err != nil {
		return err
	}
	if !begun {
		return on.RemoveAll(string(old)) // without the note nothing was moved, or all of it is back
	}
	if err := s.stop(ctx, on); err != nil {
		return err
	}
	for _, p := range slices.Backward(backup.Places(c.ID)) {
		if err := s.back(on, p, aside, old, sides); err != nil {
			return err
		}
	}
	k := keeper.For(s.site)
	if sides.Server {
		if err := k.StartServer(ctx, on); err != nil {
			return err
		}
	}
	if sides.Platform {
		if err := k.StartPlatform(ctx, on); err != nil {
			return err
		}
	}
	if err := backup.SetReady(on, s.site.Root, c.ID); err != nil { // the new side is whole again, aside
		return err
	}
	return on.RemoveAll(string(old))
}

// back takes the new part away, and puts the old one in its place.
func (s *Step) back(on engine.Host, p backup.Place, aside, old instance.Root, sides backup.Sides) error {
	here, there, kept := at(s.site.Root, p), at(aside, p), at(old, p)
	saved, err := backup.Stands(on, kept)
	if err != nil {
		return err
	}
	if !saved && slices.Contains(sides.Had, p.Path) {
		return nil // never moved, or back already
	}
	new, err := backup.Stands(on, here)
	if err != nil {
		return err
	}
	taken, err := backup.Stands(on, there)
	if err != nil {
		return err
	}
	if new && !taken {
		if err := s.shift(on, here, there); err != nil {
			return err
		}
	}
	if !saved {
		return nil
	}
	return s.shift(on, kept, here)
}
