package term

import "github.com/charmbracelet/lipgloss"

// bubbletea asks the terminal for its background colour while the program starts, whatever the command, and waits
// seconds for terminals that do not answer. Telling it the answer keeps it quiet. This is the one package variable with
// an effect: it must come before bubbletea's own initialisation, which Go orders by import path (decision 0005).
var _ = func() bool {
	lipgloss.SetHasDarkBackground(true)
	return true
}()
