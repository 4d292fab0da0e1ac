package wire

import (
	"testing"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/engine"
	"egovctl/templates"
)

// A run that stopped part-way is unfinished until a later one took it up; damage is told, never hidden.
func TestRunsBecomeHistory(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	started := []engine.Line{{Event: engine.ChangeStarted}}
	damage := []*fault.Error{fault.New(fault.Finding, "engine.damage.line", "line", 2)}
	items := (&Env{Texts: texts, Lang: locale.English}).runsOf([]engine.Run{
		{Number: 1, Operation: "install", State: engine.Cut, Lines: started},
		{Number: 2, Operation: "start", Started: at, State: engine.Done, Lines: started},
		{Number: 3, Operation: "install", Started: at, State: engine.Done, Changes: 31, Resumes: []int{1}, Lines: started},
		{Number: 4, Operation: "upgrade", Started: at, State: engine.Stopped, Risks: []string{"upgrade.unproven"}, Lines: started},
		{Number: 5, Operation: "start", Started: at, State: engine.Failed, Damage: damage},
	})
	if items[0].ResumedBy != 3 || items[0].Unfinished || !items[3].Unfinished || items[4].Unfinished || len(items[3].Risks) != 1 {
		t.Errorf("%+v", items)
	}
	if items[0].Started != nil || items[4].Damage[0] != "Line 2 is not as it was written." || items[1].Damage == nil || items[1].Resumes == nil {
		t.Errorf("%+v", items)
	}
}
