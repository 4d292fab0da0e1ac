package backup

import (
	"bytes"
	"io"
	"strings"

	"filippo.io/age"

	"egovctl/platform/kernel/fault"
)

// longestKey bounds what is read of a file of keys, in bytes.
const longestKey = 1 << 16

// ReadKeys reads a recovery key as people kept it: a file of age's identities, or enough shares in any order. Faults: those of
// joined.
func ReadKeys(r io.Reader) ([]age.Identity, error) {
	raw, err := io.ReadAll(io.LimitReader(r, longestKey+1))
	if err != nil || len(raw) > longestKey {
		return nil, fault.Wrap(err, fault.Invalid, "backup.key.form", "name", "--recovery-key")
	}
	if !strings.Contains(string(raw), keyHead) {
		id, err := joined(string(raw))
		if err != nil {
			return nil, err
		}
		return []age.Identity{id}, nil
	}
	ids, err := age.ParseIdentities(bytes.NewReader(raw))
	if err != nil {
		return nil, fault.New(fault.Invalid, "backup.key.form", "name", "--recovery-key") // age's own words may repeat the line
	}
	return ids, nil
}
