package kit

import (
	"fmt"
	"io"
	"os"
	"strings"

	xterm "golang.org/x/term"

	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/provisioning/kit/keyring"
)

// mostPhrase bounds what is read of a passphrase file.
const mostPhrase = 4096

// phrases gives the passphrase of a key: from the file that was named for it ("root-2=FILE"), from the one that was named
// for all, or from the terminal, twice for a fresh key. It never comes from an argument or the environment.
func phrases(env *wire.Env, files []string, fresh bool) keyring.Pass {
	return func(label string) (secret.String, error) {
		for _, f := range files {
			name, path, named := strings.Cut(f, "=")
			if !named {
				path = f
			}
			if named && name != label {
				continue
			}
			return phraseIn(path)
		}
		if !env.CanAsk() {
			return secret.String{}, fault.New(fault.Invalid, "kit.keys.passphrase_wanted", "file", label)
		}
		first, err := ask(env, "kit.keys.ask", label)
		if err != nil || !fresh {
			return first, err
		}
		second, err := ask(env, "kit.keys.ask_again", label)
		if err == nil && first != second {
			err = fault.New(fault.Invalid, "kit.keys.differ", "file", label)
		}
		return first, err
	}
}

func phraseIn(path string) (secret.String, error) {
	f, err := os.Open(path)
	if err != nil {
		return secret.String{}, fault.Wrap(err, fault.Invalid, "kit.keys.phrase_unreadable", "path", path)
	}
	defer func() { _ = f.Close() }() // only read
	raw, err := io.ReadAll(io.LimitReader(f, mostPhrase))
	if err != nil {
		return secret.String{}, fault.Wrap(err, fault.Invalid, "kit.keys.phrase_unreadable", "path", path)
	}
	return secret.New(strings.TrimRight(string(raw), "\r\n")), nil
}

func ask(env *wire.Env, key, label string) (secret.String, error) {
	fmt.Fprint(env.Err, env.T(key, "file", label)+" ")
	raw, err := xterm.ReadPassword(int(os.Stdin.Fd()))
	fmt.Fprintln(env.Err)
	if err != nil {
		return secret.String{}, fault.Wrap(err, fault.Invalid, "kit.keys.passphrase_wanted", "file", label)
	}
	return secret.New(string(raw)), nil
}
