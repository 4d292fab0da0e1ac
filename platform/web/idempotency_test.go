package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/web"
)

// counting is a write that counts how often it was really done.
func counting(d *dbtest.DB, done *atomic.Int32) web.Handler {
	pool := d.App()
	return func(w http.ResponseWriter, r *http.Request) error {
		var b birth
		if err := web.Decode(r, &b); err != nil {
			return err
		}
		key, err := web.IdempotencyKey(r.Header.Get("Idempotency-Key"))
		if err != nil {
			return err
		}
		var answer web.Answer
		err = pool.Tx(r.Context(), web.PrincipalOf(r.Context()), func(ctx context.Context, tx pgx.Tx) (err error) {
			answer, err = web.Once(ctx, tx, r, key, func(context.Context) (int, any, error) {
				if b.Name == "refuse" {
					return 0, nil, fault.New(fault.Invalid, "person.name.invalid").At("name")
				}
				return http.StatusCreated, birth{Name: b.Name, Count: int(done.Add(1))}, nil
			})
			return err
		})
		if err != nil {
			return err
		}
		return answer.Send(w)
	}
}

func TestOnce(t *testing.T) {
	d := dbtest.New(t)
	var done atomic.Int32
	f, _ := house(t, nil, web.Route{Method: "POST", Pattern: "/api/v1/births", Format: web.API,
		Access: web.Access{Relation: web.Any}, Summary: "web.home", Handler: counting(d, &done)})
	post := func(login, key, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "/api/v1/births", strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+login)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", key)
		w := httptest.NewRecorder()
		f.ServeHTTP(w, r)
		return w
	}
	for _, step := range []struct {
		name, login, key, body string
		status                 int
		replayed               bool
		done                   int32
	}{
		{"the first is done", "dan", "k1", `{"name":"An"}`, 201, false, 1},
		{"the same again is told from memory", "dan", "k1", `{"name":"An"}`, 201, true, 1},
		{"another body under the same key is refused", "dan", "k1", `{"name":"Bình"}`, 409, false, 1},
		{"another account's key is its own", "motcua", "k1", `{"name":"Bình"}`, 201, false, 2},
		{"without a key it is done", "dan", "", `{"name":"An"}`, 201, false, 3},
		{"and done again", "dan", "", `{"name":"An"}`, 201, false, 4},
		{"a refusal is not kept", "dan", "k2", `{"name":"refuse"}`, 400, false, 4},
		{"so its key is still free", "dan", "k2", `{"name":"An"}`, 201, false, 5},
		{"a key of strange characters is refused", "dan", "k 3\x01", `{"name":"An"}`, 400, false, 5},
		{"a key without end is refused", "dan", strings.Repeat("k", 200), `{"name":"An"}`, 400, false, 5},
	} {
		w := post(step.login, step.key, step.body)
		replayed := w.Header().Get("Idempotency-Replayed") == "true"
		if w.Code != step.status || replayed != step.replayed || done.Load() != step.done {
			t.Errorf("%s: status %d, replayed %v, done %d; want %d, %v, %d\n%s", step.name, w.Code, replayed, done.Load(),
				step.status, step.replayed, step.done, w.Body)
		}
	}
	if first, again := post("dan", "k3", `{"name":"An"}`).Body.String(), post("dan", "k3", `{"name":"An"}`).Body.String(); first != again {
		t.Errorf("from memory %s is told as %s", first, again)
	}
	atOnce(t, post, &done)
}

// atOnce sends the same request from several clients at the same moment: it is done once, and all get one answer.
func atOnce(t *testing.T, post func(login, key, body string) *httptest.ResponseRecorder, done *atomic.Int32) {
	t.Helper()
	before := done.Load()
	var wg sync.WaitGroup
	var created, others atomic.Int32
	for range 6 {
		wg.Go(func() {
			if post("dan", "together", `{"name":"An"}`).Code == http.StatusCreated {
				created.Add(1)
			} else {
				others.Add(1)
			}
		})
	}
	wg.Wait()
	if done.Load() != before+1 || created.Load() != 6 {
		t.Errorf("done %d times, %d answers, %d refusals; want 1, 6, 0", done.Load()-before, created.Load(), others.Load())
	}
}
