package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/fold"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/api"
	"egovctl/platform/services/procedures/internal/search"
	"egovctl/platform/web"
	"egovctl/templates"
)

// rival is PostgreSQL as a Searcher: what we would have used, given its best indexes.
type rival struct {
	pool *pgxpool.Pool
	sql  string
}

const (
	// fullText is tsvector over unaccented text, with GIN.
	fullText = `select code, name, field, field_name, levels, online, filed_online, agencies from rival, plainto_tsquery('simple', unaccent($1)) q
		where words @@ q and published order by ts_rank(words, q) desc, length(name), name limit $2`
	// trigram is pg_trgm over unaccented text, with GIN.
	trigram = `select code, name, field, field_name, levels, online, filed_online, agencies from rival
		where unaccent($1) <% folded and published order by word_similarity(unaccent($1), folded) desc, length(name), name limit $2`
)

// Search answers the first page.
func (r rival) Search(ctx context.Context, q search.Query) (search.Result, error) {
	rows, err := r.pool.Query(ctx, r.sql, q.Text, q.Limit)
	if err != nil {
		return search.Result{}, err
	}
	hits, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*search.Doc, error) {
		var levels []byte
		d := &search.Doc{Published: true}
		if err := row.Scan(&d.Code, &d.Name, &d.Field, &d.FieldName, &levels, &d.Online, &d.FiledOnline, &d.Agencies); err != nil {
			return nil, err
		}
		return d, json.Unmarshal(levels, &d.Levels)
	})
	return search.Result{Hits: hits, Total: len(hits)}, err
}

// fill gives the rival the same documents and its indexes.
func fill(t testing.TB, docs []search.Doc) *pgxpool.Pool {
	t.Helper()
	d, ctx := dbtest.Empty(t), context.Background()
	pool := d.Owner().Raw()
	d.Exec(`create extension unaccent; create extension pg_trgm`)
	d.Exec(`create table rival (code text, name text, field text, field_name text, levels jsonb, online text, filed_online bool, agencies int[],
		published bool, folded text, words tsvector)`)
	_, err := pool.CopyFrom(ctx, pgx.Identifier{"rival"}, []string{"code", "name", "field", "field_name", "levels", "online", "filed_online", "agencies", "published"},
		pgx.CopyFromSlice(len(docs), func(i int) ([]any, error) {
			x := docs[i]
			levels, err := json.Marshal(x.Levels)
			return []any{x.Code, x.Name, x.Field, x.FieldName, levels, x.Online, x.FiledOnline, x.Agencies, x.Published}, err
		}))
	if err != nil {
		t.Fatal(err)
	}
	d.Exec(`update rival set folded = lower(unaccent(name)), words = to_tsvector('simple', unaccent(name))`)
	d.Exec(`create index on rival using gin (words); create index on rival using gin (folded gin_trgm_ops)`)
	if _, err := pool.Exec(ctx, `vacuum (full, analyze) rival`); err != nil {
		t.Fatal(err)
	}
	return pool
}

// index makes ours as the service does. The rival has its own copy of the documents.
func index(t testing.TB, docs []search.Doc) *search.Index {
	t.Helper()
	docs = slices.Clone(docs)
	for i := range docs {
		var err error
		if docs[i].Rendered, err = api.Render(&docs[i]); err != nil {
			t.Fatal(err)
		}
	}
	return search.Build(docs)
}

// behind puts a Searcher behind the front door of the real thing.
type behind struct {
	api.Office // what is not asked here
	search.Searcher
}

func (b behind) Search(ctx context.Context, q search.Query) (search.Result, error) {
	return b.Searcher.Search(ctx, q)
}

func (behind) Narrow(context.Context, *search.Query, string, string, string, string) error {
	return nil
}

func door(t testing.TB, s search.Searcher) http.Handler {
	t.Helper()
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	f, err := web.NewFront(web.Config{Routes: api.Routes(behind{Searcher: s}), Texts: texts, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// ask sends one query and fails on anything but an answer.
func ask(t testing.TB, h http.Handler, query string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/procedures?limit=10&q="+url.QueryEscape(query), nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%q: %d %s", query, w.Code, w.Body)
	}
}

// questions are 3 to 6 words of real names, without accents; the second list has one letter of each missing or wrong.
func questions(docs []search.Doc, n int) (plain, typo []string) {
	r := rand.New(rand.NewPCG(48, 2026))
	for len(plain) < n {
		w := fold.Words(docs[r.IntN(len(docs))].Name)
		k := 3 + r.IntN(4)
		if len(w) < k {
			continue
		}
		at := r.IntN(len(w) - k + 1)
		q := strings.Join(w[at:at+k], " ")
		i := r.IntN(len(q))
		plain, typo = append(plain, q), append(typo, q[:i]+string(rune('a'+r.IntN(26)))+q[i+r.IntN(2):])
	}
	return plain, typo
}

// documents is the whole packaged catalogue; all of it is announced here, so that both sides search all of it.
func documents(t testing.TB) []search.Doc {
	t.Helper()
	set, err := packaged.Load(templates.FS, packaged.Reference)
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]string{}
	for _, f := range set.Fields {
		fields[f.Code] = f.Name
	}
	var docs []search.Doc
	for _, p := range set.Procedures {
		docs = append(docs, search.Doc{Code: p.Code, Name: p.Name, Field: p.Field, FieldName: fields[p.Field], Levels: p.Levels, Online: p.Online, Published: true, Agencies: []int32{1, 2}})
	}
	return docs
}

// BenchmarkSearch measures one query through the whole HTTP handler, ours and PostgreSQL's.
func BenchmarkSearch(b *testing.B) {
	docs := documents(b)
	pool := fill(b, docs)
	plain, typo := questions(docs, 500)
	ours := index(b, docs)
	for _, c := range []struct {
		name    string
		s       search.Searcher
		queries []string
	}{
		{"without accents/in memory", ours, plain},
		{"without accents/tsvector and unaccent with GIN", rival{pool, fullText}, plain},
		{"one typo/in memory", ours, typo},
		{"one typo/pg_trgm with GIN", rival{pool, trigram}, typo},
	} {
		h := door(b, c.s)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				ask(b, h, c.queries[i%len(c.queries)])
			}
		})
	}
}

// The promise of issue 2: at least 5 times faster than full text, with one typo 20 times faster than trigrams, both behind
// the same handler. Measured as a ratio in one run, 21 pairs in the order ours, theirs, theirs, ours, the median counts.
func TestSearchIsFasterThanPostgreSQL(t *testing.T) {
	docs := documents(t)
	pool := fill(t, docs)
	plain, typo := questions(docs, 21*4)
	ours := door(t, index(t, docs))
	for _, c := range []struct {
		name    string
		figure  string
		sql     string
		queries []string
		want    float64
	}{
		{"tsvector and unaccent with GIN", "fulltext", fullText, plain, 5},
		{"one typo against pg_trgm with GIN", "trigram", trigram, typo, 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			theirs := door(t, rival{pool, c.sql})
			for _, h := range []http.Handler{ours, theirs} { // warm
				for _, q := range c.queries[:4] {
					ask(t, h, q)
				}
			}
			var ratios []float64
			var told []string
			for pair := range 21 {
				qs := c.queries[pair*4 : pair*4+4]
				mine := took(t, ours, qs)
				other := took(t, theirs, qs) + took(t, theirs, qs)
				mine += took(t, ours, qs)
				ratios = append(ratios, float64(other)/float64(mine))
				told = append(told, fmt.Sprintf("%.2f/%.2f", perQuery(other, qs), perQuery(mine, qs)))
			}
			t.Attr(c.figure, strings.Join(told, " ")) // for make bench
			slices.Sort(ratios)
			t.Logf("ratio %.0f (of 21 pairs: lowest %.0f, highest %.0f)", ratios[10], ratios[0], ratios[20])
			if ratios[10] < c.want {
				t.Errorf("%.1f times faster, want %.0f", ratios[10], c.want)
			}
		})
	}
}

// perQuery is µs, each query having been asked twice.
func perQuery(d time.Duration, queries []string) float64 {
	return float64(d.Nanoseconds()) / 1000 / float64(2*len(queries))
}

func took(t testing.TB, h http.Handler, queries []string) time.Duration {
	begin := time.Now()
	for _, q := range queries {
		ask(t, h, q)
	}
	return time.Since(begin)
}
