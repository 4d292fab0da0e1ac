// Package seal writes and reads one member of a backup: compressed with zstd, then encrypted with age to several
// recipients, in a stream. Public tools undo it: `age -d -i KEY | zstd -d`.
package seal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"

	"filippo.io/age"
	"github.com/klauspost/compress/zstd"
)

// window is what a reader must hold of what was decompressed, in bytes: it bounds the memory on both sides.
const window = 1 << 20

// Writer seals what is written to it.
type Writer struct {
	*zstd.Encoder
	out   *stored
	inner io.WriteCloser
}

// stored counts and hashes what leaves.
type stored struct {
	w    io.Writer
	hash hash.Hash
	size int64
}

func (s *stored) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	_, _ = s.hash.Write(p[:n])
	s.size += int64(n)
	return n, err
}

// To returns a Writer that seals for the recipients, at least one, and writes to w. The caller closes it.
func To(w io.Writer, recipients ...age.Recipient) (*Writer, error) {
	out := &stored{w: w, hash: sha256.New()}
	inner, err := age.Encrypt(out, recipients...)
	if err != nil {
		return nil, err
	}
	enc, err := zstd.NewWriter(inner, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(window), zstd.WithEncoderConcurrency(2))
	if err != nil {
		return nil, err
	}
	return &Writer{Encoder: enc, out: out, inner: inner}, nil
}

// Close writes what is left. What was written to w is whole only afterwards.
func (s *Writer) Close() error { return errors.Join(s.Encoder.Close(), s.inner.Close()) }

// Stored is the size and the SHA-256, in hex, of what was written to w so far.
func (s *Writer) Stored() (size int64, sum string) {
	return s.out.size, hex.EncodeToString(s.out.hash.Sum(nil))
}

// Reader opens what To has sealed, and hashes the stored bytes as they go by.
type Reader struct {
	*zstd.Decoder
	in *loaded
}

type loaded struct {
	r    io.Reader
	hash hash.Hash
	size int64
}

func (l *loaded) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	_, _ = l.hash.Write(p[:n])
	l.size += int64(n)
	return n, err
}

// ErrKey says that none of the identities opens the member.
var ErrKey = errors.New("none of the keys opens it")

// From opens a member for one of the identities. Errors: ErrKey; what age and zstd say of damage comes with the reading.
func From(r io.Reader, identities ...age.Identity) (*Reader, error) {
	in := &loaded{r: r, hash: sha256.New()}
	inner, err := age.Decrypt(in, identities...)
	var foreign *age.NoIdentityMatchError
	if errors.As(err, &foreign) {
		return nil, errors.Join(ErrKey, err)
	}
	if err != nil {
		return nil, err
	}
	dec, err := zstd.NewReader(inner, zstd.WithDecoderConcurrency(2), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(8*window))
	if err != nil {
		return nil, err
	}
	return &Reader{Decoder: dec, in: in}, nil
}

// Rest reads the stored bytes that nobody asked for, to the end, so that Stored covers all of them.
func (r *Reader) Rest() error {
	_, err := io.Copy(io.Discard, r.in)
	return err
}

// Stored is the size and the SHA-256, in hex, of the stored bytes that went by.
func (r *Reader) Stored() (size int64, sum string) {
	return r.in.size, hex.EncodeToString(r.in.hash.Sum(nil))
}
