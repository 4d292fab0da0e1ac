package screen

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/engine"
	"egovctl/templates"
)

func TestTheBarCountsWhatAStepHasDone(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	piped := term.Piped(strings.NewReader(""), io.Discard, io.Discard, func(string) string { return "" })
	m := newModel(&wire.Env{Term: piped, Texts: texts, Lang: locale.Vietnamese})
	for _, c := range []struct {
		name string
		e    engine.Event
		want string
	}{
		{"done of all", engine.Event{Done: 1200, Total: 2000, Unit: "dossiers"}, "12/13 Hồ sơ trình diễn · 1.200/2.000 hồ sơ · 0 s"},
		{"done of nobody knows how many", engine.Event{Done: 1200, Unit: "rows"}, "12/13 Hồ sơ trình diễn · 1.200 dòng · 0 s"},
		{"begun", engine.Event{}, "12/13 Hồ sơ trình diễn · 0 s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.e.Event, c.e.Title, c.e.Index, c.e.Of = engine.StepProgress, "step.samples", 12, 13
			next, _ := m.Update(c.e)
			view := strings.TrimRight(next.View(), "\n")
			if !strings.HasSuffix(view, c.want) || utf8.RuneCountInString(view) > 79 {
				t.Errorf("%q, want %q", view, c.want)
			}
		})
	}
}
