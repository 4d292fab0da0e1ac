package screen

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/google/go-cmp/cmp"

	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/templates"
)

func chooserOf(t *testing.T, l locale.Lang, decide func(int, string, string) error) chooser {
	t.Helper()
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	piped := term.Piped(strings.NewReader(""), io.Discard, io.Discard, func(string) string { return "" })
	long := strings.Repeat("Đường Nguyễn Văn Linh, quận Hải Châu. ", 40)
	return newChooser(&wire.Env{Term: piped, Texts: texts, Lang: l}, []Choice{
		{Name: "1.001193.name", Kind: "thủ tục", Before: "cũ", Ours: "của tỉnh", Theirs: "mới", By: "tinh · 22/11/2026", Release: "0.2.0"},
		{Name: "portals/site/about.html.hunk-0123456789" + long, Kind: "tệp mẫu", Before: long + "\n" + long, Ours: long, Theirs: strings.Repeat("dòng\n", 60), By: long, Release: "0.2.0"},
	}, decide)
}

// press sends keys: names of keys, or what is typed.
func press(c chooser, keys ...string) (chooser, bool) {
	named := map[string]tea.KeyType{"enter": tea.KeyEnter, "esc": tea.KeyEsc, "down": tea.KeyDown, "backspace": tea.KeyBackspace, "ctrl+c": tea.KeyCtrlC, " ": tea.KeySpace}
	quit := false
	for _, k := range keys {
		msg := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(k)}
		if kind, ok := named[k]; ok {
			msg = tea.KeyMsg{Type: kind}
			if kind == tea.KeySpace {
				msg.Runes = []rune(k)
			}
		}
		next, cmd := c.Update(msg)
		c = next.(chooser) //nolint:errcheck,forcetypeassert // it is ours
		quit = cmd != nil
	}
	return c, quit
}

func TestChoicesFitTheScreenInBothLanguages(t *testing.T) {
	for _, l := range []locale.Lang{locale.Vietnamese, locale.English} {
		for _, size := range []tea.WindowSizeMsg{{Width: 80, Height: 24}, {Width: 120, Height: 50}, {Width: 40, Height: 16}} {
			for _, keys := range [][]string{nil, {"down"}, {"down", "1"}, {"down", "3", strings.Repeat("ặ", 300)}, {"down", "1", "vì thế", "enter"}} {
				c := chooserOf(t, l, func(int, string, string) error {
					return fault.New(fault.Invalid, "merge.resolve.reason", "max", 2000)
				})
				next, _ := c.Update(size)
				c, _ = press(next.(chooser), keys...) //nolint:errcheck,forcetypeassert // it is ours
				lines := strings.Split(c.View(), "\n")
				if len(lines) > size.Height {
					t.Errorf("%s, %v, %v: %d lines", l, size, keys, len(lines))
				}
				for _, line := range lines {
					if utf8.RuneCountInString(line) > size.Width {
						t.Errorf("%s, %v, %v: %d columns: %q", l, size, keys, utf8.RuneCountInString(line), line)
					}
				}
			}
		}
	}
}

func TestDecisionsOnTheTerminal(t *testing.T) {
	type decision struct {
		At           int
		Take, Reason string
	}
	for _, c := range []struct {
		name string
		keys []string
		want []decision
		quit bool
	}{
		{"the province's, then the new one: nothing is left", []string{"1", "vì", " ", "thế", "enter", "2", "theo bản mới", "enter"}, []decision{{0, "province", "vì thế"}, {1, "new", "theo bản mới"}}, true},
		{"another value, with a slip", []string{"3", "Tên khácc", "backspace", "enter", "vì thế", "enter"}, []decision{{0, "Tên khác", "vì thế"}}, false},
		{"no reason is not taken", []string{"1", "enter", " ", "enter"}, nil, false},
		{"given up", []string{"1", "vì", "esc", "enter"}, nil, false},
		{"what is decided is not decided again", []string{"1", "a", "enter", "down", "1", "b", "enter"}, []decision{{0, "province", "a"}}, false},
		{"leaving", []string{"q"}, nil, true},
		{"leaving while typing", []string{"1", "a", "ctrl+c"}, nil, true},
		{"q while typing is a letter", []string{"1", "q", "enter"}, []decision{{0, "province", "q"}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []decision
			m, quit := press(chooserOf(t, locale.Vietnamese, func(i int, take, reason string) error {
				got = append(got, decision{i, take, reason})
				return nil
			}), c.keys...)
			if diff := cmp.Diff(c.want, got); diff != "" || quit != c.quit || m.count() != len(c.want) {
				t.Errorf("%s quit %t, %d decided", diff, quit, m.count())
			}
		})
	}
}

func TestWhatIsRefusedIsShownAndStays(t *testing.T) {
	c, quit := press(chooserOf(t, locale.English, func(int, string, string) error {
		return fault.New(fault.Invalid, "merge.resolve.value")
	}), "2", "why", "enter")
	if quit || c.count() != 0 || !strings.Contains(c.View(), "does not fit this field") {
		t.Errorf("quit %t, %d decided:\n%s", quit, c.count(), c.View())
	}
}
