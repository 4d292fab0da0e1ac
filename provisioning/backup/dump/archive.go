package dump

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The archive format of pg_dump, as src/bin/pg_dump/pg_backup_archiver.c and pg_backup_custom.c write it: a header, a table
// of contents, then one block of data for each entry that has any.
const (
	magic        = "PGDMP"
	custom       = 1
	oldest       = 0x010e // 1.14: PostgreSQL 12 to 15
	algorithm    = 0x010f // 1.15: the kind of compression is a byte, PostgreSQL 16
	relkind      = 0x0110 // 1.16: entries tell the kind of relation, PostgreSQL 17
	rowsBlock    = 1
	objectsBlock = 3

	longest = 1 << 24 // of a string in the table of contents, in bytes: definitions of functions are the longest
	most    = 1 << 20 // entries
)

// ErrFormat says that what was read is no such archive, or one that was compressed by pg_dump itself.
var ErrFormat = errors.New("not a plain custom-format dump")

// Tables reads a whole archive to its end and returns its tables, by name. A table without rows is listed with none.
// Errors: ErrFormat, io.ErrUnexpectedEOF for one that ends too early, and those of r.
func Tables(r io.Reader) ([]Table, error) {
	a := archive{r: bufio.NewReaderSize(r, 1<<18)}
	if err := a.header(); err != nil {
		return nil, whole(err)
	}
	names, err := a.contents()
	if err != nil {
		return nil, whole(err)
	}
	all := make(map[string]Table, len(names))
	for _, name := range names {
		all[name] = new(Sum).Table(name)
	}
	for {
		kind, err := a.r.ReadByte()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := a.block(kind, names, all); err != nil {
			return nil, whole(err)
		}
	}
	out := make([]Table, 0, len(all))
	for _, t := range all {
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b Table) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// whole turns an end in the middle into its own error.
func whole(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

type archive struct {
	r           *bufio.Reader
	version     int
	intSize     int
	offsetSize  int
	compression int64
}

func (a *archive) header() error {
	var h [11]byte
	if _, err := io.ReadFull(a.r, h[:]); err != nil {
		return err
	}
	a.version, a.intSize, a.offsetSize = int(h[5])<<8|int(h[6]), int(h[8]), int(h[9])
	if string(h[:5]) != magic || h[10] != custom || a.version < oldest || a.version > relkind || a.intSize != 4 || a.offsetSize != 8 {
		return ErrFormat
	}
	if a.version >= algorithm {
		b, err := a.r.ReadByte()
		if err != nil {
			return err
		}
		a.compression = int64(b)
	} else {
		n, err := a.number()
		if err != nil {
			return err
		}
		a.compression = n
	}
	if a.compression != 0 {
		return ErrFormat
	}
	for range 7 { // the time of the dump
		if _, err := a.number(); err != nil {
			return err
		}
	}
	for range 3 { // database, version of the server, version of pg_dump
		if _, _, err := a.text(); err != nil {
			return err
		}
	}
	return nil
}

// number is an integer: its sign, then its bytes, the lowest first.
func (a *archive) number() (int64, error) {
	var raw [5]byte
	if _, err := io.ReadFull(a.r, raw[:]); err != nil {
		return 0, err
	}
	n := int64(raw[1]) | int64(raw[2])<<8 | int64(raw[3])<<16 | int64(raw[4])<<24
	if raw[0] != 0 {
		n = -n
	}
	return n, nil
}

// text is a string; there is false for one that is null.
func (a *archive) text() (s string, there bool, err error) {
	n, err := a.number()
	if err != nil || n < 0 {
		return "", false, err
	}
	if n > longest {
		return "", false, ErrFormat
	}
	raw := make([]byte, n)
	_, err = io.ReadFull(a.r, raw)
	return string(raw), true, err
}

// contents reads the table of contents: the names of the tables that have rows to come, by the number of their entry.
func (a *archive) contents() (map[int64]string, error) {
	n, err := a.number()
	if err != nil {
		return nil, err
	}
	if n < 0 || n > most {
		return nil, ErrFormat
	}
	names := map[int64]string{}
	for range n {
		id, e, err := a.entry()
		if err != nil {
			return nil, err
		}
		if e.desc == "TABLE DATA" {
			names[id] = e.namespace + "." + e.tag
		}
	}
	return names, nil
}

type entry struct{ tag, desc, namespace string }

func (a *archive) entry() (id int64, e entry, err error) {
	texts := func(into ...*string) {
		for _, p := range into {
			var s string
			if err == nil {
				s, _, err = a.text()
			}
			if p != nil {
				*p = s
			}
		}
	}
	numbers := func(n int) {
		for range n {
			if err == nil {
				_, err = a.number()
			}
		}
	}
	if id, err = a.number(); err != nil {
		return 0, e, err
	}
	numbers(1)                                   // has data
	texts(nil, nil, &e.tag, &e.desc)             // two oids, name, kind
	numbers(1)                                   // section
	texts(nil, nil, nil, &e.namespace, nil, nil) // definition, its removal, COPY; schema; tablespace, access method
	if a.version >= relkind {
		numbers(1)
	}
	texts(nil, nil) // owner, with oids
	for there := true; there && err == nil; {
		_, there, err = a.text() // what it depends on
	}
	if err == nil {
		_, err = a.r.Discard(1 + a.offsetSize) // where its data are, unknown in a stream
	}
	return id, e, err
}

// block reads the data of one entry.
func (a *archive) block(kind byte, names map[int64]string, all map[string]Table) error {
	id, err := a.number()
	if err != nil {
		return err
	}
	switch kind {
	case rowsBlock:
		var sum Sum
		if err := a.chunks(&sum); err != nil {
			return err
		}
		if name, known := names[id]; known {
			all[name] = sum.Table(name)
		}
		return nil
	case objectsBlock:
		for {
			oid, err := a.number()
			if err != nil || oid == 0 {
				return err
			}
			if err := a.chunks(io.Discard); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("block of kind %d: %w", kind, ErrFormat)
}

func (a *archive) chunks(w io.Writer) error {
	for {
		n, err := a.number()
		if err != nil || n == 0 {
			return err
		}
		if n < 0 {
			return ErrFormat
		}
		for n > 0 { // straight out of the buffer: a chunk is a row, and there are millions
			part, err := a.r.Peek(int(min(n, 1<<16)))
			if err != nil {
				return err
			}
			_, _ = w.Write(part) // neither a sum nor the void refuses
			if _, err := a.r.Discard(len(part)); err != nil {
				return err
			}
			n -= int64(len(part))
		}
	}
}
