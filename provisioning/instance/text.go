package instance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"egovctl/platform/kernel/fault"
)

// maxFile is the most that a file of answers may hold, in bytes; a full one has about a thousand.
const maxFile = 1 << 20

// readFile reads no more of a file than tells that it is too large: it may be a device.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

// notYAML tells the line on which the parser gave up; where it met the end of the file, the line on which what is open
// there begins. Its own words are for the log.
func notYAML(err error, name string, raw []byte) *fault.Error {
	last := lineAt(raw, len(bytes.TrimRight(raw, "\n")))
	line := last
	var e *yaml.LoadError
	if errors.As(err, &e) && e.Mark.Line > 0 {
		if line = e.Mark.Line; line > last {
			line = max(1, min(e.ContextMark.Line, last))
		}
	}
	return fault.Wrap(err, fault.Invalid, "config.yaml", "where", place(name, line))
}

// oddByte finds the first byte that is no part of a text in UTF-8, or a control character; -1 when there is none.
func oddByte(raw []byte) int {
	for at := 0; at < len(raw); {
		c, size := utf8.DecodeRune(raw[at:])
		control := unicode.IsControl(c) && !strings.ContainsRune("\t\n\r\u0085", c)
		if (c == utf8.RuneError && size == 1) || control || c == '\ufffe' || c == '\uffff' {
			return at
		}
		at += size
	}
	return -1
}

func lineAt(raw []byte, at int) int { return 1 + bytes.Count(raw[:at], []byte("\n")) }

func place(file string, line int) string { return fmt.Sprintf("%s:%d", file, line) }
