package trial

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Processes are those whose command line names Root.
func (p *Place) Processes() []int {
	p.T.Helper()
	return p.processes("")
}

// Process finds the one process of the instance whose command line also holds a word, such as "serve"; 0 for none.
func (p *Place) Process(word string) int {
	p.T.Helper()
	for _, pid := range p.processes(word) {
		return pid
	}
	return 0
}

func (p *Place) processes(word string) []int {
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		p.T.Fatal(err)
	}
	var out []int
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			continue // it ended in between
		}
		args := bytes.Split(bytes.TrimSuffix(raw, []byte{0}), []byte{0})
		if filepath.Base(string(args[0])) == "strace" {
			continue // it has the traced command line in its own
		}
		of, is := false, word == ""
		for _, a := range args {
			of = of || string(a) == p.Root || strings.HasPrefix(string(a), p.Root+"/")
			is = is || string(a) == word
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err == nil && of && is && pid != os.Getpid() {
			out = append(out, pid)
		}
	}
	return out
}
