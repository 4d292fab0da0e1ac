package wire

import (
	"strings"
	"testing"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/templates"
)

func TestASentenceRepeatsOnlyWhatAPersonCanRead(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	env := &Env{Texts: texts, Lang: locale.Vietnamese}
	for _, c := range []struct {
		name, says string
		err        error
	}{
		{"a step is told by its title", "Bước «Hồ sơ trình diễn» không xong trong thời hạn 5m0s (x).",
			fault.New(fault.Unavailable, "engine.timeout", "step", "samples", "limit", "5m0s", "target", "x")},
		{"a long value is cut", "Không có nhật ký «" + strings.Repeat("đ", mostRepeated-1) + "…».",
			fault.New(fault.Invalid, "logs.unknown", "of", strings.Repeat("đ", 5_000_000))},
		{"what would move the cursor is shown", `Không có nhật ký «a\x1b[2Jb».`, fault.New(fault.Invalid, "logs.unknown", "of", "a\x1b[2Jb")},
	} {
		t.Run(c.name, func(t *testing.T) {
			if message, _ := env.Fault(c.err); message != c.says {
				t.Errorf("%.400q, want %q", message, c.says)
			}
		})
	}
}
