package kit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/klauspost/compress/zstd"
)

// pack compresses files one by one, one after the other into the file spool, and lists them in that order.
func pack(ctx context.Context, spool string, files []file, level zstd.EncoderLevel, say func(done, total int64)) ([]Member, error) {
	out, err := os.OpenFile(spool, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	if level == 0 {
		level = zstd.SpeedBestCompression
	}
	// The window bounds what unpacking takes on the province's host; the number of workers does not change the bytes.
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(level), zstd.WithWindowSize(mostWindow/2), zstd.WithEncoderConcurrency(2))
	if err != nil {
		return nil, errors.Join(err, out.Close())
	}
	var done, total int64
	sizes := make([]int64, len(files))
	for i, f := range files {
		if sizes[i], err = f.size(); err != nil {
			return nil, errors.Join(err, out.Close())
		}
		total += sizes[i]
	}
	members := make([]Member, len(files))
	for i, f := range files {
		if err := ctx.Err(); err != nil {
			return nil, errors.Join(err, out.Close())
		}
		if members[i], err = packOne(out, z, f); err != nil {
			return nil, errors.Join(fmt.Errorf("pack %s: %w", f.path, err), out.Close())
		}
		if done += sizes[i]; say != nil {
			say(done, total)
		}
	}
	return members, out.Close()
}

func packOne(out io.Writer, z *zstd.Encoder, f file) (Member, error) {
	src, err := f.fs.Open(f.within)
	if err != nil {
		return Member{}, err
	}
	defer func() { _ = src.Close() }()
	content, stored := sha256.New(), sha256.New()
	size := &counter{}
	z.Reset(io.MultiWriter(out, stored, size))
	n, err := io.Copy(io.MultiWriter(z, content), src)
	if err = errors.Join(err, z.Close()); err != nil {
		return Member{}, err
	}
	return Member{Path: f.path, SHA256: hex.EncodeToString(content.Sum(nil)), Size: n, Exec: f.exec,
		StoredSHA256: hex.EncodeToString(stored.Sum(nil)), StoredSize: size.n}, nil
}

// counter counts what is written.
type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

// writer writes the entries of a kit.
type writer struct {
	w interface {
		io.Writer
		Flush() error
	}
	date time.Time
	err  error
}

// add writes one entry with the next size bytes of src. The first error stays.
func (w *writer) add(name string, size int64, src io.Reader) {
	if w.err != nil {
		return
	}
	h, err := header(name, size, w.date)
	if err != nil {
		w.err = err
		return
	}
	if _, w.err = w.w.Write(h[:]); w.err != nil {
		return
	}
	if _, w.err = io.CopyN(w.w, src, size); w.err != nil {
		return
	}
	_, w.err = w.w.Write(make([]byte, padded(size)-size))
}

// close writes the two empty blocks.
func (w *writer) close() error {
	if w.err == nil {
		_, w.err = w.w.Write(make([]byte, 2*block))
	}
	return errors.Join(w.err, w.w.Flush())
}

func (f file) size() (int64, error) {
	src, err := f.fs.Open(f.within)
	if err != nil {
		return 0, err
	}
	defer func() { _ = src.Close() }()
	st, err := src.Stat()
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}
