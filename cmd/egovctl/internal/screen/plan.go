package screen

import (
	"fmt"
	"strconv"

	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/provisioning/engine"
)

// Plan shows what a command would do, for its --dry-run.
func Plan(env *wire.Env, plan []engine.Planned) error {
	n, _ := engine.Pending(plan)
	if env.JSON() {
		return env.Print(map[string]any{"status": "planned", "changes": n, "steps": plan})
	}
	text := env.T("screen.planned", "n", strconv.Itoa(n))
	if n == 0 {
		text = env.T("screen.planned.none")
	}
	for _, p := range plan {
		for _, c := range p.Changes {
			text += "\n  " + env.Doing(p.Title, c.Target)
			if p.After != "" {
				text += " " + env.T("screen.after", "step", env.T("step."+p.After))
			}
		}
	}
	_, err := fmt.Fprintln(env.Out, text)
	return err
}
