package trial

import (
	"bufio"
	"os"
	"strconv"
	"strings"
)

// accountName reads /etc/passwd itself: accounts come and go while a test runs, and os/user may remember.
func accountName(uid uint32) string {
	for _, f := range passwd() {
		if f[2] == strconv.FormatUint(uint64(uid), 10) {
			return f[0]
		}
	}
	return ""
}

// AccountExists reports whether the instance's account is there.
func (p *Place) AccountExists() bool {
	for _, f := range passwd() {
		if f[0] == p.Account() {
			return true
		}
	}
	return false
}

func passwd() [][]string {
	file, err := os.Open("/etc/passwd")
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }() // only read
	var out [][]string
	for s := bufio.NewScanner(file); s.Scan(); {
		if f := strings.Split(s.Text(), ":"); len(f) >= 3 {
			out = append(out, f)
		}
	}
	return out
}
