package root

import (
	"errors"
	"strings"

	"github.com/spf13/pflag"
)

// misused is the key of the sentence, and its values, for what the parser of command lines found: it speaks English only.
func misused(err error) (string, []any) {
	var (
		unknown *pflag.NotExistError
		wanting *pflag.ValueRequiredError
		wrong   *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &unknown):
		return "cli.flag_unknown", []any{"flag", dashed(unknown.GetSpecifiedName())}
	case errors.As(err, &wanting):
		return "cli.flag_wanting", []any{"flag", dashed(wanting.GetSpecifiedName())}
	case errors.As(err, &wrong):
		return "cli.flag_wrong", []any{"flag", "--" + wrong.GetFlag().Name, "value", wrong.GetValue()}
	}
	if word, ok := quoted(err.Error(), "unknown command "); ok {
		return "cli.word_unknown", []any{"word", word}
	}
	return "cli.usage", nil
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// quoted is the word in quotation marks after prefix.
func quoted(s, prefix string) (string, bool) {
	rest, ok := strings.CutPrefix(s, prefix+`"`)
	if !ok {
		return "", false
	}
	word, _, ok := strings.Cut(rest, `"`)
	return word, ok
}
