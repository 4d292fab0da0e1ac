package trial

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var laidMigration = regexp.MustCompile(`/platform/services/([a-z]+)/migrations/0*(\d+)_[^/]*\.up\.sql$`)

// layShape gives a release that is laid over the tree its description of the tables: that of the tree, a line for each migration that
// is laid over it, and the lines of the file more, if any, for what these make.
func layShape(tree, dir, more string, replace map[string]string) error {
	own := filepath.Join(tree, "platform", "merge", "shape.tsv")
	shape, err := os.ReadFile(own)
	if err != nil {
		return err
	}
	text := string(shape)
	if more != "" {
		lines, err := os.ReadFile(more)
		if err != nil {
			return err
		}
		text += string(lines)
	}
	for as, from := range replace {
		m := laidMigration.FindStringSubmatch(as)
		if m == nil {
			continue
		}
		sql, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		text += fmt.Sprintf("migrations\t%s %s\t%x\n", m[1], m[2], sha256.Sum256(sql))
	}
	if !strings.HasSuffix(text, "\n") {
		return fmt.Errorf("%s does not end in a line", own)
	}
	replace[own] = filepath.Join(dir, "shape.tsv")
	return os.WriteFile(replace[own], []byte(text), 0o600)
}
