package screen

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/bubbles/progress"
	tea "github.com/charmbracelet/bubbletea"

	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/money"
	"egovctl/provisioning/engine"
)

// bar is the terminal's reporter: lasting lines scroll up, one bar with the present step's name stays at the bottom.
type bar struct {
	program *tea.Program
	done    sync.WaitGroup
}

func newBar(env *wire.Env) *bar {
	b := &bar{}
	// No input: Ctrl-C stays a signal, which finishes the change under way and stops.
	b.program = tea.NewProgram(newModel(env), tea.WithOutput(env.Err), tea.WithInput(nil), tea.WithoutSignalHandler())
	b.done.Add(1)
	go func() {
		defer b.done.Done()
		_, _ = b.program.Run() // a terminal that went away must not stop the work
	}()
	return b
}

func (b *bar) Event(e engine.Event) { b.program.Send(e) }

func (b *bar) Close() {
	b.program.Send(finished{})
	b.done.Wait()
}

type finished struct{}

type tick time.Time

type model struct {
	env   *wire.Env
	bar   progress.Model
	now   engine.Event
	since time.Time
	ended bool
}

func newModel(env *wire.Env) model {
	opts := []progress.Option{progress.WithoutPercentage(), progress.WithSolidFill("#9b1c1c")}
	if env.Getenv("NO_COLOR") != "" {
		opts = append(opts, progress.WithSolidFill(""))
	}
	return model{env: env, bar: progress.New(opts...), since: time.Now()}
}

func (m model) Init() tea.Cmd { return again() }

func again() tea.Cmd {
	return tea.Tick(200*time.Millisecond, func(t time.Time) tea.Msg { return tick(t) })
}

func (m model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case engine.Event:
		if msg.Index > 0 {
			m.now = msg
		}
		if line := told(m.env, msg); line != "" {
			return m, tea.Println(line)
		}
	case tick:
		return m, again()
	case finished:
		m.ended = true
		return m, tea.Quit
	}
	return m, nil
}

// View is the bar, the step's place and name, what it waits for and for how long: at most 78 columns.
func (m model) View() string {
	if m.ended || m.now.Of == 0 {
		return ""
	}
	m.bar.Width = min(28, max(10, m.env.Width()-50))
	part := float64(m.now.Index-1) / float64(m.now.Of)
	if m.now.Total > 0 {
		part += float64(m.now.Done) / float64(m.now.Total) / float64(m.now.Of)
	}
	right := fmt.Sprintf("%d/%d %s", m.now.Index, m.now.Of, m.env.T(m.now.Title))
	if m.now.Unit != "" && m.now.Done > 0 {
		right += " · " + money.Group(m.now.Done)
		if m.now.Total > 0 {
			right += "/" + money.Group(m.now.Total)
		}
		right += " " + m.env.T("screen.unit."+m.now.Unit)
	}
	right += fmt.Sprintf(" · %d s", int(time.Since(m.since).Seconds()))
	return strings.TrimRight(m.bar.ViewAs(part)+" "+term.Cut(right, m.env.Width()-m.bar.Width-3), " ") + "\n"
}
