package kit

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"time"
)

// walk reads the entries of a tar file in their order, and sees every byte that is not content.
type walk struct {
	r    window
	size int64
	at   int64     // of the next header
	date time.Time // of the first entry, and so of all
	last string    // the name that was read last
}

// next is the entry that follows: its name, its size and where its bytes begin.
func (w *walk) next() (name string, size, at int64, err error) {
	var h [block]byte
	if w.size-w.at < int64(len(h)) {
		return "", 0, 0, io.ErrUnexpectedEOF
	}
	if _, err := w.r.ReadAt(h[:], w.at); err != nil {
		return "", 0, 0, fmt.Errorf("read entry: %w", err)
	}
	name, size, date, err := readHeader(h)
	if err != nil {
		return "", 0, 0, err
	}
	if w.at > 0 && !date.Equal(w.date) {
		return "", 0, 0, errors.New("entries of different dates")
	}
	at = w.at + block
	if size > w.size-at || padded(size) > w.size-at {
		return "", 0, 0, io.ErrUnexpectedEOF
	}
	if err := w.zero(at+size, padded(size)-size); err != nil {
		return "", 0, 0, err
	}
	w.date, w.last, w.at = date, name, at+padded(size)
	return name, size, at, nil
}

// small is the entry that follows, with its bytes.
func (w *walk) small(most int64) (string, []byte, error) {
	name, size, at, err := w.next()
	if err != nil {
		return "", nil, err
	}
	if size > most {
		return "", nil, errors.New("too large")
	}
	raw := make([]byte, size)
	if _, err := w.r.ReadAt(raw, at); err != nil {
		return "", nil, fmt.Errorf("read entry: %w", err)
	}
	return name, raw, nil
}

// end reads the two empty blocks behind which there is nothing.
func (w *walk) end() error {
	if w.size-w.at != 2*block {
		return errors.New("bytes after the last entry, or missing")
	}
	return w.zero(w.at, 2*block)
}

func (w *walk) zero(at, n int64) error {
	if n == 0 {
		return nil
	}
	var b [2 * block]byte
	if _, err := w.r.ReadAt(b[:n], at); err != nil {
		return fmt.Errorf("read entry: %w", err)
	}
	if b != [2 * block]byte{} {
		return errors.New("bytes between entries")
	}
	return nil
}

// window reads ahead: a kit has a thousand headers, most of them close together.
type window struct {
	r   io.ReaderAt
	buf []byte // the bytes at at
	at  int64
}

const windowSize = 32 << 10

// ReadAt fills p, or says why it cannot.
func (w *window) ReadAt(p []byte, at int64) (int, error) {
	if len(p) > windowSize {
		return w.r.ReadAt(p, at)
	}
	if at < w.at || at+int64(len(p)) > w.at+int64(len(w.buf)) {
		if w.buf == nil {
			w.buf = make([]byte, windowSize)
		}
		n, err := w.r.ReadAt(w.buf[:windowSize], at)
		w.at, w.buf = at, w.buf[:n]
		if n < len(p) {
			return 0, cmp.Or(err, io.ErrUnexpectedEOF)
		}
	}
	return copy(p, w.buf[at-w.at:]), nil
}
