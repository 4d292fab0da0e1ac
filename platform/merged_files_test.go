package platform_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/merge"
	"egovctl/platform/override"
	"egovctl/platform/services/procedures"
)

// live are the names of the conflicts that wait.
func (p province) live(more ...merge.Office) (names []string) {
	p.owner(func(ctx context.Context, tx pgx.Tx) error {
		open, err := merge.Live(ctx, tx, append(p.offices.Merging(), more...))
		for _, c := range open {
			names = append(names, c.Name())
		}
		return err
	})
	return names
}

func TestAnEditByHandClosesItsConflict(t *testing.T) {
	old := part(t)
	p := loaded(t, old)
	edited, kept := old.Procedures[0].Code, old.Procedures[1].Code
	for _, code := range []string{edited, kept} {
		p.edit(code, procedures.Patch{Name: new("Của tỉnh"), Decision: new("QĐ của tỉnh")})
	}
	set := part(t)
	for i := range 2 {
		set.Procedures[i].Name, set.Procedures[i].Decision = "Mới", "QĐ mới"
	}
	p.merge(set, "2.0.0")
	p.edit(edited, procedures.Patch{Name: new("Tên khác")})
	want := []string{edited + ".decision", kept + ".decision", kept + ".name"}
	if got := p.live(); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	p.owner(func(ctx context.Context, tx pgx.Tx) error {
		for _, want := range []int{1, 0} {
			if n, err := merge.Settle(ctx, tx, who.Program("test"), p.offices.Merging()); err != nil || n != want {
				t.Errorf("%d settled, want %d: %v", n, want, err)
			}
		}
		return nil
	})
	if got := p.Text(`select key || ' ' || (chosen #>> '{}') || ' ' || resolved_by || ' ' || (resolved_at is not null) from platform.conflict where state = 'resolved'`); got != edited+" Tên khác quantri true" {
		t.Error(got)
	}
	if got := p.live(); !slices.Equal(got, want) {
		t.Errorf("after it: %v", got)
	}
	if err := p.resolve(edited+".name", merge.TakeNew); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("a closed conflict was decided again: %v", err)
	}
}

func TestConflictsOfFilesAreNotedOnceAndDecided(t *testing.T) {
	p := loaded(t, part(t))
	files := []override.File{
		{Path: "text/vi/web.yaml", Base: []byte("a: old\nb: old\n"), Own: []byte("a: own\nb: own\n"), New: []byte("a: new\nb: old\n"), By: "tinh", At: time.Now()},
		{Path: "portals/x.html", Base: []byte("1\nold\n"), Own: []byte("1\nown\n"), New: []byte("1\nnew\n"), By: "tinh", At: time.Now()},
	}
	var wrote []string
	office := merge.Files(func() ([]override.File, error) { return files, nil }, func(path string, content []byte) error {
		for i := range files {
			if files[i].Path == path {
				files[i].Own, wrote = content, append(wrote, path)
			}
		}
		return nil
	})
	elsewhere := merge.Files(func() ([]override.File, error) { return files, nil }, nil)
	tx := func(fn func(context.Context, pgx.Tx) error) { t.Helper(); p.owner(fn) }
	note := func(want bool) {
		t.Helper()
		tx(func(ctx context.Context, tx pgx.Tx) error {
			if noted, err := merge.Noted(ctx, tx, office); err != nil || noted != want {
				t.Errorf("noted: %t, %v", noted, err)
			}
			return merge.Note(ctx, tx, office, "2.0.0")
		})
	}
	note(false)
	note(true)
	open := p.live(office)
	if len(open) != 2 || open[1] != "text/vi/web.yaml.a" {
		t.Fatalf("%v", open)
	}
	resolve := func(o merge.Office, name, take string) error {
		return p.App().Tx(context.Background(), official, func(ctx context.Context, tx pgx.Tx) error {
			_, err := merge.Resolve(ctx, tx, official, []merge.Office{o}, name, take, "vì thế")
			return err
		})
	}
	if err := resolve(elsewhere, open[0], merge.TakeNew); fault.CodeOf(err) != fault.Forbidden {
		t.Errorf("who cannot write decided: %v", err)
	}
	if err := resolve(elsewhere, "text/vi/web.yaml", merge.TakeProvince); err != nil {
		t.Error(err)
	}
	if err := resolve(office, open[0], merge.TakeNew); err != nil || string(files[1].Own) != "1\nnew\n" || len(wrote) != 1 {
		t.Errorf("%q %v %v", files[1].Own, wrote, err)
	}
	if left := p.live(office); left != nil {
		t.Errorf("left: %v", left)
	}
	note(true) // what was decided is not asked again
	files[0].New = []byte("a: newer\nb: old\n")
	note(false) // but another value is
	tx(func(ctx context.Context, tx pgx.Tx) error {
		drifts, err := merge.Drifts(ctx, tx, []merge.Office{office})
		var names []string
		for _, d := range drifts {
			names = append(names, d.Kind+" "+d.Name())
		}
		if want := []string{"text text/vi/web.yaml.a", "text text/vi/web.yaml.b"}; !slices.Equal(names, want) {
			t.Errorf("%v", names)
		}
		return err
	})
}
