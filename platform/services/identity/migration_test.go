package identity

import (
	"context"
	"io/fs"
	"testing"

	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/module"
	"egovctl/platform/services/agencies"
)

func TestMigrationsGoDownAndUpAgain(t *testing.T) {
	territory, err := agencies.New(module.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	people, err := New(Deps{})
	if err != nil {
		t.Fatal(err)
	}
	streams := []db.Stream{{Schema: "agencies", FS: territory.Module().Migrations}, {Schema: "identity", FS: people.Module().Migrations}}
	d, ctx := dbtest.New(t, streams...), context.Background()
	for _, s := range []db.Stream{streams[1], streams[0]} {
		files, err := fs.Glob(s.FS, "*.up.sql")
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Steps(ctx, d.OwnerDSN(), s, -len(files)); err != nil {
			t.Fatalf("%s down: %v", s.Schema, err)
		}
	}
	left := d.Text(`select string_agg(relname, ' ') from pg_class where relnamespace in ('identity'::regnamespace, 'agencies'::regnamespace)
		and relkind in ('r', 'S', 'v') and relname not like '%migration%'`) + d.Text(`select string_agg(proname, ' ') from pg_proc
		where pronamespace in ('identity'::regnamespace, 'agencies'::regnamespace)`)
	if left != "" {
		t.Errorf("going down leaves %s", left)
	}
	if _, err := db.Migrate(ctx, d.OwnerDSN(), streams, nil); err != nil {
		t.Errorf("up again: %v", err)
	}
}
