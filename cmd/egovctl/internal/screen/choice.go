package screen

import (
	"strconv"
	"strings"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/text/unicode/norm"

	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
)

// Choice is a place about which a person decides: what the province says, and what the release does.
type Choice struct{ Name, Kind, Before, Ours, Theirs, By, Release string }

// What was chosen, besides a value of one's own.
const (
	ChoseOurs   = "province"
	ChoseTheirs = "new"
)

// Choose lets a person on the terminal decide, one place after the other; decide carries out the decision about one of them. It
// returns how many were decided when the person leaves. What decide refuses is shown, and the place stays.
func Choose(env *wire.Env, all []Choice, decide func(i int, take, reason string) error) (int, error) {
	p := tea.NewProgram(newChooser(env, all, decide), tea.WithInput(env.In), tea.WithOutput(env.Err), tea.WithAltScreen())
	end, err := p.Run()
	if c, ok := end.(chooser); ok {
		return c.count(), err
	}
	return 0, err
}

// stage is what the chooser waits for.
type stage int

const (
	looking stage = iota
	typing        // a value of one's own
	reasoning
)

type chooser struct {
	env    *wire.Env
	all    []Choice
	decide func(i int, take, reason string) error
	done   []bool
	at     int
	stage  stage
	take   string
	line   []rune // what is being typed
	wrong  string // what was refused
	width  int
	height int
}

func newChooser(env *wire.Env, all []Choice, decide func(int, string, string) error) chooser {
	return chooser{env: env, all: all, decide: decide, done: make([]bool, len(all)), width: 80, height: 24}
}

func (c chooser) count() (n int) {
	for _, d := range c.done {
		if d {
			n++
		}
	}
	return n
}

// Init asks for nothing: the program tells its size by itself.
func (c chooser) Init() tea.Cmd { return nil }

// Update takes a key.
func (c chooser) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		c.width, c.height = max(msg.Width, 40), max(msg.Height, 16)
	case tea.KeyMsg:
		if msg.Type == tea.KeyCtrlC {
			return c, tea.Quit
		}
		if c.stage != looking {
			return c.typed(msg)
		}
		return c.pressed(msg.String())
	}
	return c, nil
}

func (c chooser) pressed(key string) (tea.Model, tea.Cmd) {
	c.wrong = ""
	switch key {
	case "q", "esc":
		return c, tea.Quit
	case "down", "right", "tab", "j":
		c.at = (c.at + 1) % len(c.all)
	case "up", "left", "shift+tab", "k":
		c.at = (c.at + len(c.all) - 1) % len(c.all)
	}
	if c.done[c.at] {
		return c, nil
	}
	switch key {
	case "1":
		c.take, c.stage = ChoseOurs, reasoning
	case "2":
		c.take, c.stage = ChoseTheirs, reasoning
	case "3":
		c.stage = typing
	}
	return c, nil
}

// typed takes a key into the line; Enter ends it, Esc gives it up.
func (c chooser) typed(key tea.KeyMsg) (tea.Model, tea.Cmd) {
	switch key.Type {
	case tea.KeyEsc:
		c.stage, c.line = looking, nil
	case tea.KeyBackspace:
		c.line = c.line[:max(len(c.line)-1, 0)]
	case tea.KeyRunes, tea.KeySpace:
		c.line = append(c.line[:len(c.line):len(c.line)], key.Runes...)
	case tea.KeyEnter:
		said := norm.NFC.String(strings.TrimSpace(string(c.line)))
		if said == "" {
			return c, nil
		}
		c.line = nil
		if c.stage == typing {
			c.take, c.stage = said, reasoning
			return c, nil
		}
		return c.decided(said)
	}
	return c, nil
}

func (c chooser) decided(reason string) (tea.Model, tea.Cmd) {
	c.stage = looking
	if err := c.decide(c.at, c.take, reason); err != nil {
		message, cure := c.env.Fault(err)
		c.wrong = strings.TrimSpace(message + " " + cure)
		return c, nil
	}
	c.done = append([]bool(nil), c.done...)
	c.done[c.at] = true
	for i := range c.all {
		if next := (c.at + i) % len(c.all); !c.done[next] {
			c.at = next
			return c, nil
		}
	}
	return c, tea.Quit
}

// View is the whole screen: never more lines or columns than there are.
func (c chooser) View() string {
	x := c.all[c.at]
	t := c.env.T
	mark := ""
	if c.done[c.at] {
		mark = "  ✓ " + t("merge.screen.done")
	}
	lines := []string{
		c.env.PaintErr(term.Strong, c.cut(t("merge.screen.title", "n", strconv.Itoa(c.at+1), "of", strconv.Itoa(len(c.all)))+mark)), "",
		c.cut(x.Kind + "  " + x.Name), c.cut(x.By), "",
	}
	for _, side := range []struct{ label, value string }{{"1  " + t("merge.province"), x.Ours}, {"2  " + t("merge.new", "release", x.Release), x.Theirs}, {"   " + t("merge.base"), x.Before}} {
		lines = append(lines, c.env.PaintErr(term.Strong, c.cut(side.label)))
		lines = append(lines, c.folded(side.value, (c.height-14)/3)...)
	}
	lines = append(lines, "")
	if c.wrong != "" {
		lines = append(lines, c.folded(c.wrong, 2)...)
	}
	switch c.stage {
	case looking:
		lines = append(lines, c.cut(t("merge.screen.keys")))
	case typing:
		lines = append(lines, c.cut(t("merge.screen.value")), c.tail("> "+string(c.line)))
	case reasoning:
		lines = append(lines, c.cut(t("merge.screen.reason")), c.tail("> "+string(c.line)))
	}
	return strings.Join(lines, "\n")
}

// folded is a value in at most so many lines, set in from the left.
func (c chooser) folded(value string, most int) (lines []string) {
	most = max(most, 1)
	for line := range strings.SplitSeq(value, "\n") {
		rest := []rune(norm.NFC.String(line))
		for begin := true; begin || len(rest) > 0; begin = false {
			n := min(len(rest), c.width-4)
			lines, rest = append(lines, "   "+string(rest[:n])), rest[n:]
		}
	}
	if len(lines) > most {
		lines = append(lines[:most-1:most-1], "   …")
	}
	return lines
}

func (c chooser) cut(s string) string {
	s = norm.NFC.String(s)
	if utf8.RuneCountInString(s) <= c.width-1 {
		return s
	}
	return string([]rune(s)[:c.width-2]) + "…"
}

// tail shows the end of what is being typed.
func (c chooser) tail(s string) string {
	r := []rune(norm.NFC.String(s) + "▏")
	return string(r[max(0, len(r)-c.width+1):])
}
