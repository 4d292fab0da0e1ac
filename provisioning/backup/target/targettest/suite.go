// Package targettest is the suite that every target of backups passes.
package targettest

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup/target"
)

// Run asks one target the questions of all. fresh makes an empty one each time.
func Run(t *testing.T, fresh func(t *testing.T) target.Target) {
	t.Helper()
	for name, ask := range map[string]func(*testing.T, target.Target){
		"an empty one lists nothing":                       empty,
		"what was put is seen once it is published, whole": published,
		"a draft is no set":                                drafted,
		"a member that is put again is replaced":           replaced,
		"a source that breaks off leaves no set":           broken,
		"what is not there is not found":                   absent,
		"a set is deleted, and so is a draft":              deleted,
		"publishing again changes nothing":                 again,
		"a name that leads elsewhere is refused":           elsewhere,
		"a cancelled put ends":                             cancelled,
		"what was never published is held by nobody":       unheld,
	} {
		t.Run(name, func(t *testing.T) { ask(t, fresh(t)) })
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, to target.Target, set, member, text string) {
	t.Helper()
	must(t, to.Put(t.Context(), set, member, strings.NewReader(text)))
}

func list(t *testing.T, to target.Target, wantSets, wantDrafts []string) {
	t.Helper()
	sets, drafts, err := to.List(t.Context())
	must(t, err)
	if diff := cmp.Diff(wantSets, sets); diff != "" {
		t.Errorf("sets (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantDrafts, drafts); diff != "" {
		t.Errorf("drafts (-want +got):\n%s", diff)
	}
}

func empty(t *testing.T, to target.Target) { list(t, to, nil, nil) }

func published(t *testing.T, to target.Target) {
	large := strings.Repeat("đơn xin cấp phép\n", 100_000)
	put(t, to, "b", "large", large)
	put(t, to, "b", "none", "")
	must(t, to.Publish(t.Context(), "b"))
	put(t, to, "a", "x", "1")
	must(t, to.Publish(t.Context(), "a"))
	list(t, to, []string{"a", "b"}, nil)
	r, err := to.Get(t.Context(), "b", "large")
	must(t, err)
	got, err := io.ReadAll(r)
	must(t, errors.Join(err, r.Close()))
	if string(got) != large {
		t.Errorf("%d bytes came back of %d", len(got), len(large))
	}
	members, err := to.Members(t.Context(), "b")
	must(t, err)
	if diff := cmp.Diff(map[string]int64{"large": int64(len(large)), "none": 0}, members); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	if !strings.Contains(to.Place("b"), "b") {
		t.Errorf("the place %q does not name the set", to.Place("b"))
	}
}

func drafted(t *testing.T, to target.Target) {
	put(t, to, "a", "x", "1")
	list(t, to, nil, []string{"a"})
	if _, err := to.Get(t.Context(), "a", "x"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a member of a draft can be had: %v", err)
	}
	if _, err := to.Members(t.Context(), "a"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a draft has members: %v", err)
	}
}

func replaced(t *testing.T, to target.Target) {
	put(t, to, "a", "x", "a longer text")
	put(t, to, "a", "x", "short")
	must(t, to.Publish(t.Context(), "a"))
	members, err := to.Members(t.Context(), "a")
	must(t, err)
	if members["x"] != int64(len("short")) {
		t.Errorf("the member has %d bytes", members["x"])
	}
}

func broken(t *testing.T, to target.Target) {
	why := errors.New("the source broke off")
	pr, pw := io.Pipe()
	go func() {
		_, _ = pw.Write([]byte("half"))
		_ = pw.CloseWithError(why)
	}()
	if err := to.Put(t.Context(), "a", "x", pr); !errors.Is(err, why) {
		t.Errorf("the source's own error is lost: %v", err)
	}
	sets, _, err := to.List(t.Context())
	must(t, err)
	if len(sets) > 0 {
		t.Errorf("half a set stands: %v", sets)
	}
}

func absent(t *testing.T, to target.Target) {
	if _, err := to.Get(t.Context(), "a", "x"); !fault.Is(err, fault.NotFound) {
		t.Errorf("get: %v", err)
	}
	put(t, to, "a", "x", "1")
	must(t, to.Publish(t.Context(), "a"))
	if _, err := to.Get(t.Context(), "a", "y"); !fault.Is(err, fault.NotFound) {
		t.Errorf("get of another member: %v", err)
	}
	if err := to.Publish(t.Context(), "c"); !fault.Is(err, fault.NotFound) {
		t.Errorf("publish of nothing: %v", err)
	}
	must(t, to.Delete(t.Context(), "c"))
}

func deleted(t *testing.T, to target.Target) {
	put(t, to, "a", "x", "1")
	must(t, to.Publish(t.Context(), "a"))
	put(t, to, "b", "x", "1")
	must(t, to.Delete(t.Context(), "b"))
	list(t, to, []string{"a"}, nil)
	must(t, to.Delete(t.Context(), "a"))
	list(t, to, nil, nil)
}

func again(t *testing.T, to target.Target) {
	put(t, to, "a", "x", "1")
	must(t, to.Publish(t.Context(), "a"))
	must(t, to.Publish(t.Context(), "a"))
	list(t, to, []string{"a"}, nil)
}

func elsewhere(t *testing.T, to target.Target) {
	for _, name := range []string{"", ".", "..", "../a", "a/b", "/etc", ".hidden", "a\x00b", strings.Repeat("a", 200)} {
		if err := to.Put(t.Context(), name, "x", strings.NewReader("1")); !fault.Is(err, fault.Invalid) {
			t.Errorf("put into set %q: %v", name, err)
		}
		if err := to.Put(t.Context(), "a", name, strings.NewReader("1")); !fault.Is(err, fault.Invalid) {
			t.Errorf("put of member %q: %v", name, err)
		}
		if err := to.Delete(t.Context(), name); !fault.Is(err, fault.Invalid) {
			t.Errorf("delete of %q: %v", name, err)
		}
	}
	if sets, drafts, err := to.List(t.Context()); err != nil || len(slices.Concat(sets, drafts)) > 0 {
		t.Errorf("something was made: %v %v %v", sets, drafts, err)
	}
}

func cancelled(t *testing.T, to target.Target) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := to.Put(ctx, "a", "x", strings.NewReader("1")); !errors.Is(err, context.Canceled) {
		t.Errorf("put went on: %v", err)
	}
}

func unheld(t *testing.T, to target.Target) {
	put(t, to, "a", "x", "1")
	for _, set := range []string{"a", "b"} {
		if until, err := to.HeldUntil(t.Context(), set); err != nil || !until.IsZero() {
			t.Errorf("%s is held until %v, %v", set, until, err)
		}
	}
}
