package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"egovctl/platform/kernel/fault"
)

// farewell is how long open connections are told to close before the server closes them itself. Without it a request
// that is already on its way over an idle connection meets a closed door.
const farewell = 300 * time.Millisecond

// Serve answers on ln until ctx ends, then drains: it stops accepting, answers what still comes with
// `Connection: close` for 300 ms, and waits at most drain for what is under way. It returns nil after an orderly end,
// fault.Unavailable when something was still under way at the bound.
func Serve(ctx context.Context, ln net.Listener, handler http.Handler, drain time.Duration) error {
	var leaving atomic.Bool
	srv := newServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if leaving.Load() {
			w.Header().Set("Connection", "close")
		}
		handler.ServeHTTP(w, r)
	}))
	door := &door{Listener: ln}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(door) }()
	select {
	case err := <-ended:
		return fault.Wrap(err, fault.Unavailable, "web.serve")
	case <-ctx.Done():
	}
	leaving.Store(true)
	_ = door.Close() // only our copy: whoever shares the socket goes on accepting
	_ = <-ended      // http.ErrServerClosed, as we closed the door ourselves
	time.Sleep(farewell)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if err := srv.Shutdown(last); err != nil {
		_ = srv.Close()
		return fault.Wrap(err, fault.Unavailable, "web.drain")
	}
	return nil
}

// newServer sets the limits of a connection: a slow sender or reader cannot hold it for ever.
func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		WriteTimeout:      120 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    32 << 10,
	}
}

// door is a listener that may be closed twice: by us first, by the server again.
type door struct {
	net.Listener
	closed atomic.Bool
}

func (d *door) Close() error {
	if d.closed.Swap(true) {
		return nil
	}
	return d.Listener.Close()
}

// Accept names our own closing as what it is, so that the server does not take it for a fault of the network.
func (d *door) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	if err != nil && d.closed.Load() {
		return nil, errors.Join(http.ErrServerClosed, err)
	}
	return c, err
}
