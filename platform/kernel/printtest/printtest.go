// Package printtest prints a value in all the ways in which a program may let it slip: for the tests of types that print
// themselves masked.
package printtest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
)

// Every gives what v looks like by each way: by the name of the way.
func Every(v any) map[string]string {
	m := map[string]string{"print": fmt.Sprint(v), "an error": fmt.Errorf("refused: %v", v).Error()}
	for _, flag := range []string{"", "+", "#", " ", "0", "-20", "20", "."} {
		for verb := 'A'; verb <= 'z'; verb++ {
			m["%"+flag+string(verb)] = fmt.Sprintf("%"+flag+string(verb), v)
		}
	}
	raw, _ := json.Marshal(v)
	m["json"] = string(raw)
	raw, _ = xml.Marshal(v)
	m["xml"] = string(raw)
	var b bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		slog.New(h).With("by", v).Info("x", "value", v, slog.Group("g", "value", v))
	}
	m["slog"] = b.String()
	return m
}
