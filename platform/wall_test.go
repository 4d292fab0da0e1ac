package platform_test

import (
	"context"
	"strings"
	"testing"

	"egovctl/platform/internal/inspect"
)

func reach(t *testing.T, w *inspect.World) {
	for _, p := range w.People {
		for _, f := range w.Reach(p) {
			t.Error(f)
		}
	}
}

func exceptions(t *testing.T) map[string]inspect.Exception {
	t.Helper()
	return expected(t, "testdata/tables.csv", inspect.ReadTables)
}

// wall switches the application's filter off: it reads and writes every table of every schema as the application's role
// with each person's settings. Only row-level security stands between.
func wall(t *testing.T, w *inspect.World) {
	ctx := context.Background()
	list := exceptions(t)
	all, err := w.Tables(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	known := map[string]bool{}
	for _, table := range all {
		known[table.Name] = true
		if !table.Secured && !strings.HasSuffix(table.Name, ".schema_migrations") {
			found = append(found, table.Name+": row-level security is off")
		}
		for _, p := range w.People {
			rows, err := w.Wall(ctx, all, table, list[table.Name], p)
			if err != nil {
				t.Fatal(err)
			}
			written, err := w.Pen(ctx, all, table, p)
			if err != nil {
				t.Fatal(err)
			}
			found = append(append(found, rows...), written...)
		}
	}
	for name := range list {
		if !known[name] {
			found = append(found, "testdata/tables.csv names "+name+", which is not there")
		}
	}
	t.Logf("%d tables, %d people", len(all), len(w.People))
	report(t, w, found)
}
