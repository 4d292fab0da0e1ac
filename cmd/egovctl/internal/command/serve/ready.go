package serve

import (
	"os"
	"strconv"

	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/provisioning/supervise"
)

// announce tells the supervisor of this process, if there is one, that traffic may come. It must be made before the
// platform starts anything: what it starts must not be able to speak for it.
func announce(env *wire.Env) func() {
	pipe, err := strconv.Atoi(env.Getenv(supervise.ReadyFD))
	_ = os.Unsetenv(supervise.ReadyFD)
	if err != nil {
		return func() {}
	}
	return func() {
		f := os.NewFile(uintptr(pipe), "ready")
		_, _ = f.Write([]byte{1}) // a supervisor that does not listen any more is none of ours
		_ = f.Close()
	}
}
