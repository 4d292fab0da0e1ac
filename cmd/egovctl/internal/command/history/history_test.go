package history

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/app"
	"egovctl/platform/kernel/locale"
	"egovctl/templates"
)

// A run says how it ended, and what is to be done about one that did not.
func TestRunsBecomeLines(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	env := &wire.Env{Texts: texts, Lang: locale.English}
	var states []string
	for _, i := range []app.Run{{State: "cut", ResumedBy: 3}, {State: "done"}, {State: "stopped", Operation: "start", Unfinished: true}, {State: "failed"}} {
		states = append(states, stateOf(env, i))
	}
	want := []string{"cut, run 3 went on with it", "done", `stopped as asked, run "egovctl start" again to go on`, "failed"}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Error(diff)
	}
}
