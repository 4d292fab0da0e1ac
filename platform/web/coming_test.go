package web

import (
	"testing"
	"time"

	"egovctl/platform/kernel/locale"
	"egovctl/templates"
)

// The time that is left until an announced upgrade is told in its two largest parts, and never as less than it is.
func TestTheTimeThatIsLeftIsToldInWords(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	p := &Pages{texts: texts}
	for d, want := range map[time.Duration]string{
		30 * time.Second: "1 minute", 59 * time.Minute: "59 minutes", time.Hour: "1 hour 0 minutes", 61*time.Minute + time.Second: "1 hour 2 minutes",
		24 * time.Hour: "1 day 0 hours", 100*time.Hour + 5*time.Minute: "4 days 4 hours",
	} {
		if got := p.left(locale.English, d); got != want {
			t.Errorf("%s is %q, want %q", d, got, want)
		}
	}
}
