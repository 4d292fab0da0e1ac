package locale

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// lines reads the YAML that message files are written in, one "key: sentence" a line, in a twentieth of the time that a
// YAML parser takes: every command reads every message before it says its first word. ok is false for anything else
// that YAML knows, which is then left to the parser; what is accepted means the same to both.
func lines(raw string) (messages []message, ok bool) {
	if strings.IndexByte(raw, '\t') >= 0 || strings.IndexByte(raw, '\r') >= 0 {
		return nil, false
	}
	messages = make([]message, 0, strings.Count(raw, "\n")+1)
	for raw != "" {
		var line string
		line, raw, _ = strings.Cut(raw, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, found := strings.Cut(line, ": ")
		if !found || !plainKey(key) {
			return nil, false
		}
		var s string
		if value == "|" {
			s, raw, ok = block(raw)
		} else {
			s, ok = scalar(value)
		}
		if !ok {
			return nil, false
		}
		messages = append(messages, message{key, s})
	}
	return messages, true
}

type message struct{ key, text string }

func plainKey(key string) bool {
	for i := range len(key) {
		if c := key[i]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && (c == '.' || c == '_' || c == '-' || c >= '0' && c <= '9')) {
			return false
		}
	}
	return key != "" && !isWord(key)
}

// isWord reports whether YAML, or an older YAML, takes s for something else than text.
func isWord(s string) bool {
	if len(s) > len("false") {
		return false
	}
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		return true
	}
	return false
}

// scalar reads a sentence in quotes, or a bare one that begins with a letter or a bracket.
func scalar(value string) (string, bool) {
	if strings.HasPrefix(value, `"`) {
		if inner := value[1:]; strings.Count(inner, `"`) == 1 && strings.HasSuffix(inner, `"`) && !strings.Contains(inner, `\`) {
			return inner[:len(inner)-1], true
		}
		var s string
		return s, json.Unmarshal([]byte(value), &s) == nil // what JSON quotes, YAML quotes as well
	}
	if inner, quoted := strings.CutPrefix(value, "'"); quoted {
		inner, closed := strings.CutSuffix(inner, "'")
		return inner, closed && !strings.Contains(inner, "'")
	}
	first, _ := utf8.DecodeRuneInString(value)
	bare := (unicode.IsLetter(first) || first == '(' || first == '«') && !strings.Contains(value, ": ") && !strings.HasSuffix(value, ":") &&
		!strings.Contains(value, " #") && !strings.HasSuffix(value, " ")
	return value, bare && !isWord(value)
}

// block reads the lines below "key: |", indented by two spaces, and what is left behind them.
func block(raw string) (text, rest string, ok bool) {
	var b strings.Builder
	for raw != "" && (raw[0] == '\n' || strings.HasPrefix(raw, "  ")) {
		var line string
		line, raw, _ = strings.Cut(raw, "\n")
		blank := line != "" && strings.TrimLeft(line, " ") == ""
		if b.Len() == 0 && (line == "" || strings.HasPrefix(line, "   ")) || blank {
			return "", raw, false
		}
		b.WriteString(strings.TrimPrefix(line, "  "))
		b.WriteByte('\n')
	}
	return strings.TrimRight(b.String(), "\n") + "\n", raw, b.Len() > 0
}
