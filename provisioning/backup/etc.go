package backup

import (
	"archive/tar"
	"context"
	"io"
	"io/fs"

	"egovctl/provisioning/instance"
)

// File is a small file out of a set.
type File struct {
	Content []byte
	Mode    fs.FileMode
}

// most of one file of etc, in bytes.
const mostOfEtc = 4 << 20

// Etc reads what a set holds of etc, by path below ROOT: the answers, and what the others of package recover's files are. The
// private half of the recovery key is in no set; a mark says that it was taken, so that it is not made anew.
func (s *Set) Etc(ctx context.Context) (answers []byte, rest map[string]File, err error) {
	rest = map[string]File{}
	err = s.read(ctx, StateMember, func(r io.Reader) error {
		return s.entries(r, StateMember, func(h *tar.Header, content io.Reader) error {
			kind := kindOf(h.Name)
			if h.Typeflag != tar.TypeReg || kind != kindAnswers && kind != kindSecrets && kind != kindTrust {
				return nil
			}
			raw, err := io.ReadAll(io.LimitReader(content, mostOfEtc+1))
			if err != nil || len(raw) > mostOfEtc {
				return damaged(err, s.from, s.ID, StateMember, "backup.why.form")
			}
			switch {
			case h.Name == "etc/instance.yaml":
				answers = raw
			case kind != kindAnswers:
				rest[h.Name] = File{Content: raw, Mode: fs.FileMode(h.Mode) & fs.ModePerm} //nolint:gosec // nine bits
			}
			return nil
		})
	})
	if err == nil && answers == nil {
		err = damaged(nil, s.from, s.ID, StateMember, "backup.why.counts")
	}
	rest["etc/secrets/"+instance.RecoveryKey+taken] = File{Mode: 0o600}
	return answers, rest, err
}
