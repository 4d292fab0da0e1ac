package main_test

import (
	"net/http"
	"strings"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// An answer that was changed with --reconfigure is true when the command says that it is done: the platform used to go on
// with the answers that it had read at its start.
func TestAChangedAnswerIsTrueAtOnce(t *testing.T) {
	p := trial.New(t)
	p.Install()
	for _, language := range []string{"en", "vi"} {
		if in := p.Install("--set", "language="+language, "--reconfigure"); in.Changes == 0 {
			t.Errorf("%s: nothing was changed", language)
		}
		page := p.Anonymous().Get("/", trial.Header{Name: "Accept", Value: "text/html"}).Status(http.StatusOK)
		if !strings.Contains(page.Body, `<html lang="`+language+`"`) {
			t.Errorf("%s: the portal is in another language", language)
		}
		if again := p.Install("--set", "language="+language, "--reconfigure"); again.Changes != 0 {
			t.Errorf("%s: the next run makes %d changes", language, again.Changes)
		}
	}
}
