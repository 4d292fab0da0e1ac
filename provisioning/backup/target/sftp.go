package target

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"egovctl/platform/kernel/fault"
)

// SFTP is a target on another host. A set is a folder there, laid out as Folder does it.
type SFTP struct {
	address Address
	config  *ssh.ClientConfig

	mu   sync.Mutex
	open *session // the last one; nil before the first
}

var _ Target = (*SFTP)(nil)

func newSFTP(a Address, c credentials, path string) (*SFTP, error) {
	config, err := signIn(a.user, c, path)
	if err != nil {
		return nil, err
	}
	return &SFTP{address: a, config: config}, nil
}

// session is a connection that works as far as is known. It lives until the process ends, or the host does.
func (s *SFTP) session(ctx context.Context) (*session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open != nil {
		select {
		case <-s.open.ended:
		default:
			return s.open, nil
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	open, err := connect(ctx, s.address, s.config)
	if err == nil {
		s.open = open
	}
	return open, err
}

func (s *SFTP) draft(set string) string { return path.Join(s.address.path, "."+set+suffix) }
func (s *SFTP) final(set string) string { return path.Join(s.address.path, set) }

// Place is the address of the set.
func (s *SFTP) Place(set string) string { return s.address.at(set) }

// packet is how much is under way at once, in bytes: the line's delay is paid once for all of it.
const packet = 1 << 20

// Put writes a member and has the host sync it, where it can.
func (s *SFTP) Put(ctx context.Context, set, member string, r io.Reader) error {
	if err := named(set, member); err != nil {
		return err
	}
	c, err := s.session(ctx)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	if err := s.folders(c, s.draft(set)); err != nil {
		return s.fault(c, err, s.draft(set))
	}
	name := path.Join(s.draft(set), member)
	file, err := c.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return s.fault(c, err, name)
	}
	from := newSource(ctx, r, s.address.rate)
	_, err = io.CopyBuffer(struct{ io.Writer }{file}, struct{ io.Reader }{from}, make([]byte, packet))
	if from.err != nil {
		_ = file.Close()
		return from.err
	}
	if _, can := c.HasExtension("fsync@openssh.com"); can && err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = c.Chmod(name, 0o600)
	}
	return errors.Join(ctx.Err(), s.fault(c, err, name))
}

// folders makes a folder and those above it.
func (s *SFTP) folders(c *session, dir string) error {
	info, err := c.Stat(dir)
	if err == nil && !info.IsDir() {
		return fs.ErrPermission
	}
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := s.folders(c, path.Dir(dir)); err != nil {
		return err
	}
	if err := c.Mkdir(dir); err != nil {
		return err
	}
	return c.Chmod(dir, 0o700)
}

// Publish renames the draft's folder.
func (s *SFTP) Publish(ctx context.Context, set string) error {
	return s.do(ctx, set, func(c *session) error {
		if _, err := c.Stat(s.final(set)); err == nil {
			return nil
		}
		return c.Rename(s.draft(set), s.final(set))
	})
}

// Get opens the file of a member.
func (s *SFTP) Get(ctx context.Context, set, member string) (io.ReadCloser, error) {
	if err := named(set, member); err != nil {
		return nil, err
	}
	c, err := s.session(ctx)
	if err != nil {
		return nil, err
	}
	name := path.Join(s.final(set), member)
	file, err := c.Open(name)
	if err != nil {
		return nil, s.fault(c, err, name)
	}
	return &remote{r: bufio.NewReaderSize(file, packet), file: file, fault: func(err error) error { return s.fault(c, err, name) }}, nil
}

// remote reads many packets at once.
type remote struct {
	r     *bufio.Reader
	file  *sftp.File
	fault func(error) error
}

func (r *remote) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = r.fault(err)
	}
	return n, err
}

func (r *remote) Close() error { return r.file.Close() }

// Members lists the files of the set.
func (s *SFTP) Members(ctx context.Context, set string) (map[string]int64, error) {
	all := map[string]int64{}
	err := s.do(ctx, set, func(c *session) error {
		entries, err := c.ReadDirContext(ctx, s.final(set))
		for _, e := range entries {
			all[e.Name()] = e.Size()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// List reads the folder; one that is not there yet holds nothing.
func (s *SFTP) List(ctx context.Context) (sets, drafts []string, err error) {
	c, err := s.session(ctx)
	if err != nil {
		return nil, nil, err
	}
	entries, err := c.ReadDirContext(ctx, s.address.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, s.fault(c, err, s.address.path)
	}
	for _, e := range entries {
		if e.IsDir() {
			sets, drafts = sortOut(sets, drafts, e.Name())
		}
	}
	slices.Sort(sets)
	slices.Sort(drafts)
	return sets, drafts, nil
}

// HeldUntil is the zero time: whoever may write there may delete.
func (*SFTP) HeldUntil(context.Context, string) (time.Time, error) { return time.Time{}, nil }

// Delete hides the set first, so that half a set stands nowhere.
func (s *SFTP) Delete(ctx context.Context, set string) error {
	return s.do(ctx, set, func(c *session) error {
		if err := removeAll(c, s.draft(set)); err != nil {
			return err
		}
		err := c.Rename(s.final(set), s.draft(set))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			err = removeAll(c, s.draft(set))
		}
		return err
	})
}

// removeAll empties a folder of members and removes it. Absent is fine.
func removeAll(c *session, dir string) error {
	entries, err := c.ReadDir(dir)
	for _, e := range entries {
		if err == nil && memberName.MatchString(e.Name()) {
			err = c.Remove(path.Join(dir, e.Name()))
		}
	}
	if err == nil {
		err = c.RemoveDirectory(dir)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// do is one short question about a set.
func (s *SFTP) do(ctx context.Context, set string, ask func(*session) error) error {
	if err := named(set, set); err != nil {
		return err
	}
	c, err := s.session(ctx)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	return errors.Join(ctx.Err(), s.fault(c, ask(c), s.final(set)))
}

// fault says what the host's refusal means for a backup; nil stays nil. The protocol has no word for a full disk: the host
// is asked how much is left.
func (s *SFTP) fault(c *session, err error, name string) error {
	at := s.address.at(strings.TrimPrefix(name, s.address.path))
	var status *sftp.StatusError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fault.Wrap(err, fault.NotFound, "backup.absent", "path", at)
	case errors.Is(err, fs.ErrPermission):
		return fault.Wrap(err, fault.Finding, "backup.target.denied", "path", s.address.at(""))
	case errors.As(err, &status):
		if left, asked := c.StatVFS(path.Dir(s.address.path)); asked == nil && left.FreeSpace() < packet {
			return fault.Wrap(err, fault.Finding, "backup.target.full", "path", s.address.at(""))
		}
		return fault.Wrap(err, fault.Finding, "backup.target.denied", "path", s.address.at(""))
	}
	return fault.Wrap(err, fault.Unavailable, "backup.target.unreachable", "path", s.address.at(""))
}
