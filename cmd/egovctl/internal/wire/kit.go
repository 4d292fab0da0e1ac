package wire

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/kit"
)

// Kit is an open kit that was verified against what the instance at Root trusts.
type Kit struct {
	*kit.Verified
	env  *Env
	file *kit.File
}

// OpenKit opens and verifies the kit at path. The instance's stored root decides; where there is none, fingerprint does, and
// without one a person is asked when there is a terminal. kind is kit.KindRelease, kit.KindData or "" for either. Faults:
// those of kit.Open and kit.Verify.
func (e *Env) OpenKit(ctx context.Context, path, fingerprint, kind string) (*Kit, error) {
	return e.openKit(ctx, path, fingerprint, kind, nil)
}

func (e *Env) openKit(ctx context.Context, path, fingerprint, kind string, restore *kit.Restore) (*Kit, error) {
	f, err := kit.Open(path)
	if err != nil {
		return nil, err
	}
	a := kit.Anchor{Folder: e.trust(), Root: string(e.Root()), Fingerprint: fingerprint, Kind: kind, Now: clock.System{}.Now(), Restore: restore}
	if _, err := os.Lstat(e.Root().Current()); err == nil {
		a.Running = e.runs()
	}
	v, err := f.Verify(ctx, a, nil)
	if err != nil && fault.From(err).Key == "kit.first_trust" && e.vouched(f.Fingerprint()) {
		a.Fingerprint = f.Fingerprint()
		v, err = f.Verify(ctx, a, nil)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Kit{v, e, f}, nil
}

// trust is the folder in which the instance keeps what it trusts.
func (e *Env) trust() string { return filepath.Join(e.Root().Etc(), "trust") }

// vouched asks a person, when there is one, whether the letter has this fingerprint: the first eight signs are typed off
// the paper, which a yes would not show.
func (e *Env) vouched(fingerprint string) bool {
	if !e.CanAsk() {
		return false
	}
	fmt.Fprintln(e.Err, e.T("kit.ask.fingerprint"))
	fmt.Fprintln(e.Err, "  "+kit.Grouped(fingerprint[:32]))
	fmt.Fprintln(e.Err, "  "+kit.Grouped(fingerprint[32:]))
	fmt.Fprint(e.Err, e.T("kit.ask.type")+" ")
	answer, err := bufio.NewReader(e.In).ReadString('\n')
	return err == nil && kit.Plain(answer) == fingerprint[:8]
}

// Close ends the reading. Nothing of the kit can be used afterwards.
func (k *Kit) Close() { _ = k.file.Close() } // only read

// Remember keeps what this kit has shown, when it has done its work: from now on its root decides here, and nothing older
// is taken.
func (k *Kit) Remember(ctx context.Context) error {
	if err := k.Verified.Remember(ctx, k.env.Host(), k.env.trust()); err != nil {
		return err
	}
	return k.Bind(string(k.env.Root()), k.env.trust())
}

// Development reports whether the release that runs came in a kit under a development root.
func (e *Env) Development() bool {
	raw, err := os.ReadFile(filepath.Join(e.Root().Current(), kit.ManifestFile))
	if err != nil {
		return false // health says what is wrong with it
	}
	m, err := kit.Parse(raw, e.Root().Current())
	return err == nil && m.Development
}

// ItsProgram makes sure that this program is the one in the kit: an installation migrates and loads by its own schemas and
// data. Fault: refused "kit.other_program".
func (k *Kit) ItsProgram() error {
	own, err := ownBinary()
	if err != nil {
		return err
	}
	have, err := kit.Measure(own, kit.Binary)
	if err != nil {
		return err
	}
	m, err := k.Release().Manifest()
	if err != nil {
		return err
	}
	for _, x := range m.Members {
		if x.Path == kit.Binary && x.SHA256 == have.SHA256 && m.Version == k.env.Version {
			return nil
		}
	}
	return fault.New(fault.Refused, "kit.other_program", "version", m.Version, "program", k.env.Version)
}

// carriedRelease is the release that this program carries: itself, its templates and its migrations.
func (e *Env) carriedRelease() (kit.Release, error) {
	own, err := ownBinary()
	if err != nil {
		return kit.Release{}, err
	}
	trees, err := e.carriedTrees()
	if err != nil {
		return kit.Release{}, err
	}
	date, err := e.sourceDate()
	if err != nil {
		return kit.Release{}, err
	}
	return kit.FromBinary(own, e.Version, date, trees...)
}

// exists reports whether there is something at path.
func exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
