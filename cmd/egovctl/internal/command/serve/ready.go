package serve

import (
	"net"
	"os"
	"strconv"
	"strings"

	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/provisioning/supervise"
)

// notifySocket names where systemd wants to be told, see sd_notify(3).
const notifySocket = "NOTIFY_SOCKET"

// announce tells whoever keeps this process running, if there is one, that traffic may come. It must be made before the
// platform starts anything: what it starts must not be able to speak for it.
func announce(env *wire.Env) func() {
	pipe, err := strconv.Atoi(env.Getenv(supervise.ReadyFD))
	ours := err == nil
	socket := env.Getenv(notifySocket)
	_, _ = os.Unsetenv(supervise.ReadyFD), os.Unsetenv(notifySocket)
	return func() {
		if ours {
			f := os.NewFile(uintptr(pipe), "ready")
			_, _ = f.Write([]byte{1}) // a supervisor that does not listen any more is none of ours
			_ = f.Close()
		}
		if socket != "" {
			tell(socket)
		}
	}
}

// tell says READY to systemd. A name that begins with @ is one without a file. That nobody takes it shows as a start that
// does not end, in systemd's own log.
func tell(socket string) {
	if strings.HasPrefix(socket, "@") {
		socket = "\x00" + socket[1:]
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		return
	}
	_, _ = conn.Write([]byte("READY=1"))
	_ = conn.Close()
}
