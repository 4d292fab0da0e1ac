package kit

import (
	"encoding/hex"
	"fmt"
	"hash"
	"io"

	"github.com/klauspost/compress/zstd"
)

// unpack opens the content of a member. How much it may become is bounded by whoever reads it (checked), how much memory
// that takes by the window.
func (f *File) unpack(i int) (io.ReadCloser, error) {
	r := io.NewSectionReader(f.f, f.at[i], f.manifest.Members[i].StoredSize)
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(mostWindow))
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return z.IOReadCloser(), nil
}

// checked reads exactly the member's bytes: one more, one less or another one is an error, told before the last of them
// is handed out as the end.
type checked struct {
	r      io.Reader
	member Member
	h      hash.Hash
	n      int64
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.h.Write(p[:n])
	if c.n += int64(n); c.n > c.member.Size {
		return 0, errChanged(c.member)
	}
	switch {
	case err == io.EOF: //nolint:errorlint // io.Reader's own word, never wrapped
		if c.n != c.member.Size || hex.EncodeToString(c.h.Sum(nil)) != c.member.SHA256 {
			return 0, errChanged(c.member)
		}
	case err != nil:
		return 0, fmt.Errorf("%w: %w", errChanged(c.member), err)
	}
	return n, err
}
