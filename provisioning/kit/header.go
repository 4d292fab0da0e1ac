package kit

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
)

// block is the unit of a tar file.
const block = 512

// validName reports whether a file within a kit may have this name: a path of ASCII letters, digits and "._+@-" alone, so
// that one name is always the same bytes, without "." and ".." as folders.
func validName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("._+@-/", c) >= 0) {
			return false
		}
	}
	return len(s) <= mostName && fs.ValidPath(s) && s != "."
}

// header is the one way in which a kit writes the entry of a file: USTAR, owned by root, read-only rights left to whoever
// unpacks. Readers compare bytes, so nothing can hide in a field.
func header(name string, size int64, date time.Time) ([block]byte, error) {
	var h [block]byte
	short, prefix, ok := split(name)
	if !ok || !validName(name) || size < 0 || size > 0o77777777777 || date.Unix() < 0 || date.Unix() > 0o77777777777 {
		return h, fmt.Errorf("no entry of a kit: %q, %d bytes, %v", name, size, date)
	}
	put := func(at int, s string) { copy(h[at:], s) }
	put(0, short)
	put(100, "0000644\x00")
	put(108, "0000000\x00")
	put(116, "0000000\x00")
	digits(h[124:135], size)
	digits(h[136:147], date.Unix())
	put(148, "        ")
	put(156, "0")
	put(257, "ustar\x0000")
	put(265, "root")
	put(297, "root")
	put(329, "0000000\x00")
	put(337, "0000000\x00")
	put(345, prefix)
	var sum int64
	for _, b := range h {
		sum += int64(b)
	}
	digits(h[148:154], sum)
	h[154] = 0
	return h, nil
}

// digits writes n in octal over the whole of at; octal reads it.
func digits(at []byte, n int64) {
	for i := len(at) - 1; i >= 0; i-- {
		at[i] = '0' + byte(n&7)
		n >>= 3
	}
}

// split is the name as USTAR holds it: up to 100 bytes, and what is left of a slash before them.
func split(name string) (short, prefix string, ok bool) {
	if len(name) <= 100 {
		return name, "", true
	}
	i := strings.IndexByte(name[len(name)-101:], '/')
	if i < 0 {
		return "", "", false
	}
	i += len(name) - 101
	return name[i+1:], name[:i], i <= 155 && i > 0
}

var errEntry = errors.New("not an entry as a kit writes it")

// readHeader is the strict inverse of header.
func readHeader(h [block]byte) (name string, size int64, date time.Time, err error) {
	name = text(h[0:100])
	if prefix := text(h[345:500]); prefix != "" {
		name = prefix + "/" + name
	}
	size, err = octal(h[124:135])
	if err != nil {
		return "", 0, date, err
	}
	seconds, err := octal(h[136:147])
	if err != nil {
		return "", 0, date, err
	}
	date = time.Unix(seconds, 0).UTC()
	if again, err := header(name, size, date); err != nil || again != h {
		return "", 0, date, errEntry
	}
	return name, size, date, nil
}

func text(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}

func octal(b []byte) (int64, error) {
	var n int64
	for _, c := range b {
		if c < '0' || c > '7' {
			return 0, errEntry
		}
		n = n<<3 | int64(c-'0')
	}
	return n, nil
}

// padded is the room that size bytes take in a tar file.
func padded(size int64) int64 { return (size + block - 1) / block * block }
