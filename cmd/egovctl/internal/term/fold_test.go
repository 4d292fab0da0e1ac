package term_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/cmd/egovctl/internal/term"
)

func TestFold(t *testing.T) {
	for _, c := range []struct {
		name, text string
		n          int
		want       []string
	}{
		{"a line that fits stays", "Hệ thống đã sẵn sàng.", 40, []string{"Hệ thống đã sẵn sàng."}},
		{"a long line breaks between words", "Hồ sơ tỉnh này là bản dựng lại", 12, []string{"Hồ sơ tỉnh", "này là bản", "dựng lại"}},
		{"a Vietnamese letter is one column, however it is written", "dựng dựng", 9, []string{"dựng dựng"}},
		{"a word that is too long keeps its line", "tại http://127.0.0.1:8080/thiet-lap nhé", 10, []string{"tại", "http://127.0.0.1:8080/thiet-lap", "nhé"}},
		{"nothing is no line", " ", 10, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, term.Fold(c.text, c.n)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
