package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"egovctl/cmd/egovctl/internal/trial"
)

// continuously is an instance with a continuous archive on a disk of its own, as far as a test can have one.
type continuously struct {
	p       *trial.Place
	in      trial.Installed
	target  string
	code    string // of a procedure that is filed online
	agency  string
	citizen *trial.Client
	entries []trial.Filed // what is there by now, where a trial goes through several stages
}

// archived installs it.
func archived(t *testing.T) *continuously {
	t.Helper()
	p := trial.New(t)
	c := &continuously{p: p, target: filepath.Join(p.Base, "disk")}
	if err := os.Mkdir(c.target, 0o755); err != nil {
		t.Fatal(err)
	}
	c.in = p.Install("--set", "backup.target="+c.target, "--set", "backup.continuous=true")
	c.code, c.agency = offeredOnline(t, p, c.in, "dang ky khai sinh")
	c.citizen = p.As(c.in, "citizen", "")
	return c
}

// filed lets the citizen file some, and returns what he was told.
func (c *continuously) filed(when string) []trial.Filed {
	c.p.Called = when + ": "
	l := c.p.FileDossiers(c.citizen, 2, c.code, c.agency)
	l.More(6)
	return l.Close()
}

// handedOver waits until the archive has what was committed so far.
func (c *continuously) handedOver(t *testing.T) {
	t.Helper()
	conn := c.p.Super(t.Context())
	defer func() { _ = conn.Close(t.Context()) }()
	var last string
	if err := conn.QueryRow(t.Context(), `select pg_walfile_name(pg_switch_wal())`).Scan(&last); err != nil {
		t.Fatal(err)
	}
	for there := false; !there; time.Sleep(20 * time.Millisecond) {
		if err := conn.QueryRow(t.Context(), `select last_archived_wal >= $1 from pg_stat_archiver`, last).Scan(&there); err != nil {
			t.Fatal(err)
		}
	}
}

// moment is now, as a person types it, with nothing else in its second.
func moment() string {
	time.Sleep(1100 * time.Millisecond)
	at := time.Now().UTC().Format(time.RFC3339)
	time.Sleep(1100 * time.Millisecond)
	return at
}

// rewound is the last line of `backup restore --to-time -o json`.
type rewound struct {
	Status, ID, Kept string
	To               *time.Time
	Behind           string `json:"archive_behind"`
}

func (c *continuously) rewind(t *testing.T, to string) (r rewound) {
	t.Helper()
	c.p.Operate("backup", "restore", "--to-time", to, "-o", "json").Status(trial.Done).Result(&r)
	if r.Behind != "" {
		t.Errorf("the archive does not follow: %s", r.Behind)
	}
	return r
}

// An instance goes back to a moment, forward again, and is brought back on a bare host with what was committed a moment before it burnt.
func TestAnyMomentCanBeBroughtBack(t *testing.T) {
	c := archived(t)
	p := c.p
	early := c.filed("early")
	then := moment()
	late := c.filed("late")

	t.Run("what is no moment is refused", func(t *testing.T) {
		p := p.For(t)
		for to, want := range map[string]int{
			"2014-11-22 21:05": trial.Finding, "2099-01-01 00:00": trial.Usage, "hôm qua": trial.Usage, "2026-13-40 25:61": trial.Usage,
		} {
			p.Run("backup", "restore", "--to-time", to).Status(want)
		}
		p.Run("backup", "restore", "--to-time", then, "--listen", "127.0.0.1:1").Status(trial.Usage)
		p.Run("backup", "restore", "--to-time", then, "--back").Status(trial.Usage)
		if o := p.Run("backup", "restore", "--to-time", then, "--dry-run").Status(trial.Done); !strings.Contains(o.Stdout, ".restore") {
			t.Errorf("the plan does not name the new side: %s", o.Stdout)
		}
		if h := p.Health(); h.Status != "healthy" {
			t.Errorf("health is %s", h.Status)
		}
	})
	t.Run("the moment has what was filed before it, and nothing of later", func(t *testing.T) {
		c := c.at(t)
		if r := c.rewind(t, then); r.Status != "restored" || r.To == nil || r.Kept == "" {
			t.Errorf("%+v", r)
		}
		c.whole(early)
		c.p.Run("backup", "restore", "--to-time", then, "-o", "json").Status(trial.Done) // it is there already
	})
	t.Run("the other side comes back, and goes on being archived", func(t *testing.T) {
		c := c.at(t)
		c.p.Run("backup", "restore", "--back").Status(trial.Done)
		all := slices.Concat(early, late)
		c.whole(all)
		// The server dies with the newest part of its log still on the host, and its data are damaged.
		all = append(all, c.filed("last")...)
		c.crash(t)
		if r := c.rewind(t, "latest"); r.Status != "restored" || r.To != nil {
			t.Errorf("%+v", r)
		}
		c.whole(all)
		c.p.Run("backup", "restore", "--confirm").Status(trial.Done)
		early = all
	})
	t.Run("a bare host has what was committed after the newest set", func(t *testing.T) {
		c := c.at(t)
		c.bare(t, early)
	})
}

func (c *continuously) at(t *testing.T) *continuously {
	other := *c
	other.p = c.p.For(t)
	return &other
}

// whole holds the instance against what its clients were told.
func (c *continuously) whole(entries []trial.Filed) {
	c.p.T.Helper()
	if n := c.p.Kept(c.citizen, entries); n[trial.Acknowledged] == 0 {
		c.p.T.Error("nothing was acknowledged: there is nothing to look for")
	}
	if h := c.p.Health(); h.Status != "healthy" {
		c.p.T.Errorf("health is %s: %+v", h.Status, h.Checks)
	}
	c.p.Run("audit", "verify").Status(trial.Done)
	c.p.Amcheck()
}

// crash kills PostgreSQL and what keeps it, and takes a database of it away.
func (c *continuously) crash(t *testing.T) {
	t.Helper()
	for _, pid := range c.p.Processes() {
		_ = syscall.Kill(pid, syscall.SIGKILL) // one that has ended by now is as dead
	}
	if err := os.Rename(c.p.At("data", "postgres", "base", "1"), c.p.At("data", "postgres", "base", "lost")); err != nil {
		t.Fatal(err)
	}
}

// bare burns the host and brings the instance back on another one, from the newest set and the archive beside it.
func (c *continuously) bare(t *testing.T, entries []trial.Filed) {
	t.Helper()
	var made backedUp
	c.p.Run("backup", "create", "-o", "json").Status(trial.Done).Result(&made)
	key := filepath.Join(t.TempDir(), "key")
	write(t, key, c.p.Run("backup", "key", "export").Status(trial.Done).Stdout)
	entries = append(slices.Clone(entries), c.filed("in the end")...)
	c.handedOver(t)
	c.p.Run("uninstall", "--purge-data", "--yes").Status(trial.Done)

	other := trial.New(t)
	args := []string{"backup", "restore", made.Path, "--recovery-key", key, "--listen", other.Listen, "--set", "instance=" + other.Instance}
	other.Run(append(args, "--to-time", made.ID[:4]+"-01-01 00:00")...).Status(trial.Finding) // before the set
	if other.Account() == c.p.Account() {
		t.Fatal("the other host has the account of the first one")
	}
	after := other.Run(append(args, "--to-time", moment())...).Status(trial.Finding) // nothing was committed at or after it
	if !regexp.MustCompile(`from 20\d\d-.* to 20\d\d-`).MatchString(after.Stderr) {
		t.Errorf("the moments that can be reached are not told: %s", after.Stderr)
	}
	other.Run(append(args, "--to-time", "latest")...).Status(trial.Done)
	moved := *c
	moved.p = other
	moved.citizen = other.As(c.in, "citizen", "")
	moved.whole(entries)
}
