package desk

import (
	"fmt"

	"egovctl/cmd/egovctl/internal/wire"
)

// Sheets prints things that need more than a line each: with tell, an empty line between two of them. Programs get
// {"items":[...]}.
func Sheets[T any](env *wire.Env, items []T, tell func(*wire.Env, T) error) error {
	if env.JSON() {
		return env.Print(map[string]any{"items": items})
	}
	for i, item := range items {
		if i > 0 {
			if _, err := fmt.Fprintln(env.Out); err != nil {
				return err
			}
		}
		if err := tell(env, item); err != nil {
			return err
		}
	}
	return nil
}
