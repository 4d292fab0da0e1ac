package onestop_test

import (
	"strings"
	"testing"

	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/who"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
	"egovctl/templates"
)

func TestEveryWordHasItsSentenceInBothLanguages(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"onestop.action.file", "onestop.channel.direct", "onestop.channel.online", "onestop.channel.postal", "onestop.do.answer"}
	for _, s := range workflow.Standard().Steps {
		want = append(want, "onestop.state."+string(s.State), "onestop.notice."+string(s.State))
		if s.Waits != "" {
			want = append(want, "onestop.role."+string(s.Waits))
		}
	}
	for _, a := range workflow.Standard().Actions() {
		want = append(want, "onestop.action."+string(a), "onestop.do."+string(a))
	}
	for _, r := range []who.Role{who.Cashier, who.Controller} {
		want = append(want, "onestop.role."+string(r))
	}
	for _, k := range workcal.TermKinds() {
		want = append(want, "onestop.term."+string(k))
	}
	for _, l := range []locale.Lang{locale.Vietnamese, locale.English} {
		for _, key := range want {
			if !texts.Has(l, key) {
				t.Errorf("%s has no %s", l, key)
			}
		}
	}
	for _, key := range texts.Keys(locale.Vietnamese) {
		if strings.HasPrefix(key, "onestop.") && !texts.Has(locale.English, key) {
			t.Errorf("en has no %s", key)
		}
	}
	for _, key := range texts.Keys(locale.English) {
		if strings.HasPrefix(key, "onestop.") && !texts.Has(locale.Vietnamese, key) {
			t.Errorf("vi has no %s", key)
		}
	}
}
