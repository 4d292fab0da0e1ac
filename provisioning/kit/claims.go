package kit

import (
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Claims is what the metadata of a kit say of themselves. Nothing of it was verified.
type Claims struct {
	Expires     time.Time // the earliest of all dates
	Development bool
	Roots       int
}

// Claims reads them. Fault: refused "kit.signature" for metadata that cannot be read.
func (f *File) Claims() (Claims, error) {
	c := Claims{Roots: len(f.roots)}
	root, err := readRoot(f.roots[len(f.roots)-1])
	if err != nil {
		return c, f.unsigned(err)
	}
	timestamp, err := canonical(metadata.Timestamp(), f.signed[0])
	if err != nil {
		return c, f.unsigned(err)
	}
	c.Expires, c.Development = root.Signed.Expires, development(root)
	if timestamp.Signed.Expires.Before(c.Expires) {
		c.Expires = timestamp.Signed.Expires
	}
	return c, nil
}
