package target

import (
	"context"
	"errors"
	"io"
	"net"
	"time"
)

const (
	dialTime = 10 * time.Second // until the other side answers at all
	idleTime = 60 * time.Second // without a byte in either direction
)

// line is a connection that ends when nothing goes through it for idleTime. Whoever keeps one open without use, keeps it alive.
type line struct{ net.Conn }

func dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := (&net.Dialer{Timeout: dialTime, KeepAlive: 15 * time.Second}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return line{c}, nil
}

func (l line) Read(p []byte) (int, error) {
	if err := l.SetDeadline(time.Now().Add(idleTime)); err != nil {
		return 0, err
	}
	return l.Conn.Read(p)
}

func (l line) Write(p []byte) (int, error) {
	if err := l.SetDeadline(time.Now().Add(idleTime)); err != nil {
		return 0, err
	}
	return l.Conn.Write(p)
}

// source is what is sent: it ends with its context, keeps to a rate, and remembers its own error, which is neither the
// line's nor the target's.
type source struct {
	ctx   context.Context
	r     io.Reader
	rate  int64 // bytes a second, 0 for any
	began time.Time
	sent  int64
	err   error
}

// errSource stands for any error of a source, also one that a reader could take for an end.
var errSource = errors.New("what was to be sent broke off")

func newSource(ctx context.Context, r io.Reader, rate int64) *source {
	return &source{ctx: ctx, r: r, rate: rate, began: time.Now()}
}

func (s *source) Read(p []byte) (int, error) {
	if s.err = s.wait(); s.err != nil {
		return 0, errSource
	}
	n, err := s.r.Read(p)
	s.sent += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
		return n, errSource
	}
	return n, err
}

// wait is until what was sent keeps to the rate.
func (s *source) wait() error {
	if err := s.ctx.Err(); err != nil || s.rate == 0 {
		return err
	}
	due := s.began.Add(time.Duration(float64(s.sent) / float64(s.rate) * float64(time.Second)))
	select {
	case <-s.ctx.Done():
		return s.ctx.Err()
	case <-time.After(time.Until(due)):
		return nil
	}
}
