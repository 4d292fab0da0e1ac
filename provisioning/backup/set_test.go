package backup_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/backup/target"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
)

func key(t testing.TB, site instance.Site) age.Identity {
	t.Helper()
	k, err := backup.HostKey(site)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestASetSaysWhatItHoldsAndVerifies(t *testing.T) {
	site := here(t)
	to, m, _ := made(t)
	if m.Version != "1.2.0" || m.Postgres < 15 || m.Audit == nil || m.Audit.LastSeq != 30 {
		t.Errorf("the manifest says %+v", m)
	}
	rows := map[string]int64{}
	for _, x := range m.Tables {
		rows[x.Name] = x.Rows
	}
	if rows["sample.note"] != 5000 || rows["platform.audit"] != 30 {
		t.Errorf("the tables have %v", rows)
	}
	kinds := map[string]int64{}
	for _, k := range m.Kinds {
		kinds[k.Name] = k.Files
	}
	want := map[string]int64{"files": 1, "answers": 2, "secrets": 10, "trust": 0, "local": 1, "journal": 2, "settings": 1}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("kinds of state (-want +got):\n%s", diff)
	}
	s, err := backup.Open(t.Context(), to, m.ID, trusted(t, site), key(t, site))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(t.Context(), &site, quiet); err != nil {
		t.Error(err)
	}
	if err := s.Verify(t.Context(), nil, quiet); err != nil {
		t.Errorf("without a PostgreSQL: %v", err)
	}
}

func TestTheRecoveryKeyOpensASetAndIsNotInIt(t *testing.T) {
	site := here(t)
	to, m, _ := made(t)
	raw, err := os.ReadFile(site.Root.Secret(instance.RecoveryKey))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := backup.ReadKeys(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	s, err := backup.Open(t.Context(), to, m.ID, nil, keys...)
	if err != nil {
		t.Fatal(err)
	}
	answers, etc, err := s.Etc(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(answers, site.Answers.YAML()) {
		t.Error("the answers are not those of the instance")
	}
	for path, f := range etc {
		if bytes.Contains(f.Content, bytes.TrimSpace(raw)) {
			t.Errorf("%s holds the recovery key", path)
		}
	}
	if len(etc["etc/secrets/"+instance.AuditKey].Content) == 0 {
		t.Error("the key of the audit log is missing")
	}
	if _, ok := etc["etc/secrets/recovery-key.taken"]; !ok {
		t.Error("a new recovery key would be made")
	}
}

// harm does something to a stored file.
var harms = map[string]func(t *testing.T, path string){
	"a bit flipped in the middle": func(t *testing.T, path string) { flip(t, path, 0.5) },
	"a bit flipped at the start":  func(t *testing.T, path string) { flip(t, path, 0) },
	"a bit flipped at the end":    func(t *testing.T, path string) { flip(t, path, 0.9999) },
	"cut short": func(t *testing.T, path string) {
		info, err := os.Stat(path)
		if err == nil {
			err = os.Truncate(path, info.Size()-1)
		}
		if err != nil {
			t.Fatal(err)
		}
	},
	"emptied": func(t *testing.T, path string) {
		if err := os.Truncate(path, 0); err != nil {
			t.Fatal(err)
		}
	},
	"missing": func(t *testing.T, path string) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	},
	"longer": func(t *testing.T, path string) {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err == nil {
			_, err = f.WriteString("x")
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
	},
}

func flip(t *testing.T, path string, at float64) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	raw[int(at*float64(len(raw)))] ^= 4
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDamageOfEveryFileIsFoundAndNamed(t *testing.T) {
	site := here(t)
	to, m, dir := made(t)
	for _, member := range []string{backup.ManifestMember, backup.SignatureMember, backup.DatabaseMember, backup.FilesMember, backup.StateMember} {
		path := filepath.Join(dir, member)
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for what, harm := range harms {
			harm(t, path)
			s, err := backup.Open(t.Context(), to, m.ID, trusted(t, site), key(t, site))
			if err == nil {
				err = s.Verify(t.Context(), &site, quiet)
			}
			named := []string{member}
			if member == backup.SignatureMember && err != nil && !slices.Contains(backup.Damage(err), member) {
				named = []string{backup.ManifestMember} // one of the two was changed: they do not fit each other
			}
			if !fault.Is(err, fault.Finding) || !slices.Equal(backup.Damage(err), named) {
				t.Errorf("%s %s: %v, damage %v", member, what, err, backup.Damage(err))
			}
			if err := os.WriteFile(path, good, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "more"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := backup.Open(t.Context(), to, m.ID, trusted(t, site), key(t, site))
	if err == nil {
		err = s.Verify(t.Context(), nil, quiet)
	}
	if !slices.Equal(backup.Damage(err), []string{"more"}) {
		t.Errorf("a stranger among the members: %v", err)
	}
}

func TestTwoDamagedFilesAreBothNamed(t *testing.T) {
	site := here(t)
	to, m, dir := made(t)
	flip(t, filepath.Join(dir, backup.FilesMember), 0.5)
	if err := os.Remove(filepath.Join(dir, backup.DatabaseMember)); err != nil {
		t.Fatal(err)
	}
	s, err := backup.Open(t.Context(), to, m.ID, trusted(t, site), key(t, site))
	if err != nil {
		t.Fatal(err)
	}
	got := backup.Damage(s.Verify(t.Context(), nil, quiet))
	if diff := cmp.Diff([]string{backup.DatabaseMember, backup.FilesMember}, got); diff != "" {
		t.Errorf("damage (-want +got):\n%s", diff)
	}
}

func TestWhatIsNotOursIsRefused(t *testing.T) {
	site := here(t)
	to, m, dir := made(t)
	stranger, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	s, err := backup.Open(t.Context(), to, m.ID, trusted(t, site), stranger)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Verify(t.Context(), nil, quiet); !fault.Is(err, fault.Refused) {
		t.Errorf("another key: %v", err)
	}
	if _, err := backup.Open(t.Context(), to, m.ID, make([]byte, 32), key(t, site)); !fault.Is(err, fault.Refused) {
		t.Errorf("signed by another instance: %v", err)
	}
	if err := s.Fits("1.1.9"); !fault.Is(err, fault.Refused) {
		t.Errorf("a set of a later release: %v", err)
	}
	if err := errors.Join(s.Fits("1.2.0"), s.Fits("2.0.0")); err != nil {
		t.Error(err)
	}
	other := backup.NewID(clock.System{}.Now().AddDate(0, 0, -1), trusted(t, site))
	if err := os.Rename(dir, filepath.Join(filepath.Dir(dir), other)); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Open(t.Context(), to, other, trusted(t, site), key(t, site)); !fault.Is(err, fault.Finding) {
		t.Errorf("under another name: %v", err)
	}
	if _, err := backup.Open(t.Context(), to, m.ID, trusted(t, site), key(t, site)); !fault.Is(err, fault.NotFound) {
		t.Errorf("a set that is not there: %v", err)
	}
}

// stingy is a target that is full after some bytes.
type stingy struct {
	target.Folder
	left int64
}

func (s *stingy) Put(ctx context.Context, set, member string, r io.Reader) error {
	l := &io.LimitedReader{R: r, N: s.left}
	if err := s.Folder.Put(ctx, set, member, l); err != nil {
		return err
	}
	if s.left = l.N; l.N == 0 {
		return fault.New(fault.Finding, "backup.target.full", "path", s.Place(set))
	}
	return nil
}

func TestATargetThatIsFullLeavesNoSet(t *testing.T) {
	site := here(t)
	for _, bytes := range []int64{1, 5_000, 60_000} {
		to := &stingy{target.NewFolder(t.TempDir(), nil), bytes}
		_, err := backup.Create(t.Context(), site, to, backup.NewID(clock.System{}.Now(), trusted(t, site)), quiet)
		if fault.From(err).Key != "backup.target.full" {
			t.Errorf("after %d bytes: %v", bytes, err)
		}
		if sets, drafts, err := to.List(t.Context()); err != nil || len(sets)+len(drafts) > 0 {
			t.Errorf("after %d bytes there is %v %v, %v", bytes, sets, drafts, err)
		}
	}
}

func TestACutDraftGoesWithTheNextBackupAndThoseOfOthersStay(t *testing.T) {
	site := here(t)
	to := target.NewFolder(t.TempDir(), nil)
	mine, theirs := backup.NewID(clock.System{}.Now().AddDate(0, 0, -1), trusted(t, site)), backup.NewID(clock.System{}.Now(), make([]byte, 32))
	for _, id := range []string{mine, theirs} {
		if err := to.Put(t.Context(), id, "x", strings.NewReader("half")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := backup.Create(t.Context(), site, to, backup.NewID(clock.System{}.Now(), trusted(t, site)), quiet); err != nil {
		t.Fatal(err)
	}
	_, drafts, err := to.List(t.Context())
	if diff := cmp.Diff([]string{theirs}, drafts); err != nil || diff != "" {
		t.Errorf("drafts (-want +got):\n%s%v", diff, err)
	}
}

func TestListTellsProofsAndTrouble(t *testing.T) {
	site := here(t)
	to, m, dir := made(t)
	at := clock.System{}.Now().UTC()
	if err := backup.Note(host.NewLocal(), site, backup.Proof{ID: m.ID, Place: dir, MadeAt: m.MadeAt, At: at, How: backup.Verified}); err != nil {
		t.Fatal(err)
	}
	all, err := backup.List(t.Context(), site.Root, to)
	if err != nil || len(all) != 1 || all[0].Proof == nil || all[0].Proof.How != backup.Verified || all[0].Trouble != nil {
		t.Fatalf("listed %+v, %v", all, err)
	}
	on := host.NewLocal()
	if p, ok, err := backup.Proven(t.Context(), site, on, false); err != nil || !ok || p.ID != m.ID {
		t.Errorf("proven: %+v %v %v", p, ok, err)
	}
	if _, ok, err := backup.Proven(t.Context(), site, on, true); err != nil || ok {
		t.Errorf("a reading is taken for a restore: %v %v", ok, err)
	}
	flip(t, filepath.Join(dir, backup.ManifestMember), 0.5)
	if all, err := backup.List(t.Context(), site.Root, to); err != nil || len(all) != 1 || all[0].Trouble == nil {
		t.Errorf("listed %+v, %v", all, err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := backup.Proven(t.Context(), site, on, false); err != nil || ok {
		t.Errorf("a set that is gone is still proven: %v %v", ok, err)
	}
}

// Two backups within one second were one: the second found its name taken, did nothing and said that it was done.
func TestTwoBackupsInOneSecondHaveTwoNames(t *testing.T) {
	to, m, _ := made(t)
	at, _ := backup.MadeAt(m.ID)
	id, err := backup.FreeID(t.Context(), to, at, trusted(t, here(t)))
	if next, _ := backup.MadeAt(id); err != nil || id == m.ID || next.Sub(at).Seconds() != 1 {
		t.Errorf("after %s comes %s, %v", m.ID, id, err)
	}
}
