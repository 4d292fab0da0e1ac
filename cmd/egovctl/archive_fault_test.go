package main_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// said is what health says of the continuous archive: its status and its cure.
func (c *continuously) said() (status, cure string) {
	c.p.T.Helper()
	h := c.p.Health("--no-probe")
	for _, one := range h.Checks {
		if one.Code == "backup.continuous" {
			return one.Status, one.Cure
		}
	}
	c.p.T.Fatal("health does not speak of the archive")
	return "", ""
}

// switched has PostgreSQL begin another segment of its log, so that one is handed over.
func (c *continuously) switched(t *testing.T) {
	t.Helper()
	conn := c.p.Super(t.Context())
	defer func() { _ = conn.Close(t.Context()) }()
	if _, err := conn.Exec(t.Context(), `create table if not exists public.one (); select pg_switch_wal()`); err != nil {
		t.Fatal(err)
	}
}

// folder is where the archive lies.
func (c *continuously) folder(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(c.target, "continuous-*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("found %v, %v", found, err)
	}
	return found[0]
}

// The disk of the archive goes away, comes back with a part of the log lost, and another instance's set makes another cluster: each is
// told with its cure, nothing else stops, and the cure mends it.
func TestAnArchiveThatTakesNothingIsToldAndMended(t *testing.T) {
	c := archived(t)
	folder := c.folder(t)
	if status, _ := c.said(); status != "pass" {
		t.Fatalf("the archive of a new instance is %s", status)
	}
	c.gone(t, folder)
	c.gap(t, folder)
	c.another(t)
}

// gone takes the disk away and brings it back.
func (c *continuously) gone(t *testing.T, folder string) {
	t.Helper()
	away := folder + ".away"
	if err := os.Rename(folder, away); err != nil {
		t.Fatal(err)
	}
	c.switched(t)
	c.until(t, "fail")
	if _, cure := c.said(); cure == "" {
		t.Error("no cure is told")
	}
	c.p.Run("restart").Status(trial.Done) // nothing waits for that disk
	c.entries = c.filed("while the disk is away")
	if err := os.Rename(away, folder); err != nil {
		t.Fatal(err)
	}
	c.switched(t)
	c.until(t, "pass")
}

// until waits until health says so of the archive.
func (c *continuously) until(t *testing.T, want string) {
	t.Helper()
	for range 90 {
		if status, _ := c.said(); status == want {
			return
		}
	}
	t.Errorf("health never says %s", want)
}

// gap takes the newest segment out of the archive.
func (c *continuously) gap(t *testing.T, folder string) {
	t.Helper()
	c.handedOver(t)
	segments, err := filepath.Glob(filepath.Join(folder, "archive", "*", "*-1", "*", "*.zst"))
	if err != nil || len(segments) == 0 {
		t.Fatalf("no segments: %v", err)
	}
	if err := os.Remove(slices.Max(segments)); err != nil {
		t.Fatal(err)
	}
	if status, cure := c.said(); status != "fail" || !strings.Contains(cure, "backup create") {
		t.Errorf("a gap is %s: %s", status, cure)
	}
	c.p.Run("backup", "create").Status(trial.Done)
	c.until(t, "pass")
}

// another restores a set, which makes a cluster that the archive has never seen.
func (c *continuously) another(t *testing.T) {
	t.Helper()
	var made, back backedUp
	c.p.Run("backup", "create", "-o", "json").Status(trial.Done).Result(&made)
	c.p.Operate("backup", "restore", made.Path, "-o", "json").Status(trial.Done).Result(&back)
	if status, _ := c.said(); status != "pass" {
		t.Errorf("after the restore of a set the archive is %s", status)
	}
	entries := c.filed("after the restore")
	c.p.Run("backup", "restore", "--confirm").Status(trial.Done)
	then := moment()
	c.filed("after the moment")
	c.rewind(t, then)
	c.whole(append(slices.Clone(c.entries), entries...))
}

// What cannot have an archive says so before anything is made.
func TestAnArchiveThatCannotBeIsRefused(t *testing.T) {
	p := trial.New(t)
	for _, set := range []string{"backup.target=sftp://egov@backup.example/sets", "backup.target=s3://store.example/sets", "topology=external"} {
		p.Run(p.InstallArgs("--set", "backup.continuous=true", "--set", set)...).Status(trial.Usage)
	}
	p.Run("backup", "restore", "--to-time", "latest").Status(trial.NotInstalled)
	p.Install()
	if o := p.Run("backup", "restore", "--to-time", "latest").Status(trial.Usage); !strings.Contains(o.Stderr, "--reconfigure") {
		t.Errorf("how to have one is not told: %s", o.Stderr)
	}
	target := filepath.Join(p.Base, "disk")
	if err := os.Mkdir(target, 0o755); err != nil {
		t.Fatal(err)
	}
	p.Run(p.InstallArgs("--set", "backup.target="+target, "--set", "backup.continuous=true", "--reconfigure")...).Status(trial.Done)
	p.Run("backup", "restore", "--to-time", "latest").Status(trial.Done)
	p.Run("backup", "restore", "--back").Status(trial.Done)
	p.Run(p.InstallArgs("--set", "backup.target="+target, "--reconfigure")...).Status(trial.Done)
	if h := p.Health(); h.Status != "healthy" {
		t.Errorf("without the archive health is %s: %+v", h.Status, h.Checks)
	}
}
