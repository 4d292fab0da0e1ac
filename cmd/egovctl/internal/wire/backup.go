package wire

import (
	"context"
	"os"
	"strings"
	"time"

	"filippo.io/age"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/backup/target"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/lineage"
	"egovctl/provisioning/sequence"
)

// undoing runs steps of which a failure leaves nothing: what was begun is put back, and the cause keeps its own status.
func (e *Env) undoing(report func(engine.Event)) *engine.Runner {
	o := e.options(report)
	o.OnFailure = engine.Undo
	return engine.New(o)
}

// Backup is a backup about to be made, and what came of it.
type Backup struct {
	ID      string
	Place   string
	Made    backup.Manifest
	Took    time.Duration
	env     *Env
	site    instance.Site
	to      target.Target
	regular bool // it goes to the target of the answers
	// Behind is why the continuous archive was not renewed after the set was written; nil when it was, or when there is none.
	Behind error
}

// NewBackup prepares one; out is a folder, "" for the target of the answers. Faults: those of Site and backup.At.
func (e *Env) NewBackup(ctx context.Context, out string) (*Backup, error) {
	site, err := e.Site()
	if err != nil {
		return nil, err
	}
	to, err := backup.At(site, e.Host(), out)
	if err != nil {
		return nil, err
	}
	key, err := backup.Trusted(site.Root)
	if err != nil {
		return nil, err
	}
	id, err := backup.FreeID(ctx, to, clock.System{}.Now(), key)
	if err != nil {
		return nil, err
	}
	return &Backup{ID: id, Place: to.Place(id), env: e, site: site, to: to, regular: out == ""}, nil
}

// Plan is the dry run.
func (b *Backup) Plan(ctx context.Context) ([]engine.Planned, error) {
	steps, _ := sequence.Backup(b.site, b.to, b.ID, b.regular)
	return b.env.Runner(nil).Plan(ctx, steps)
}

// Run makes it. Faults: those of backup.Create, and the engine's.
func (b *Backup) Run(ctx context.Context, report func(engine.Event)) error {
	began := clock.System{}.Now()
	steps, set := sequence.Backup(b.site, b.to, b.ID, b.regular)
	if _, err := b.env.undoing(report).Run(ctx, "backup", steps); err != nil {
		return err
	}
	b.Made, b.Took = set.Made(), clock.System{}.Now().Sub(began)
	if b.regular {
		b.Behind = b.env.archiveAnew(ctx, b.site, report)
	}
	return nil
}

// BackupDue reports whether the scheduled backup is still to be made, and if not, when the next one will be. Faults: those of
// Site, backup.At and backup.Due.
func (e *Env) BackupDue(ctx context.Context) (due bool, next time.Time, err error) {
	site, err := e.Site()
	if err != nil {
		return false, next, err
	}
	to, err := backup.At(site, e.Host(), "")
	if err != nil {
		return false, next, err
	}
	now := clock.System{}.Now()
	due, err = backup.Due(ctx, site, to, now)
	return due, backup.Next(now, site.Answers.Backup.At), err
}

// Backups lists the sets at a place, the newest first; "" is the target of the answers. Where there is no instance the
// place must be named: fault NotInstalled.
func (e *Env) Backups(ctx context.Context, place string) ([]backup.Listed, error) {
	site, err := e.Site()
	if err != nil && (!fault.Is(err, fault.NotInstalled) || place == "") {
		return nil, err
	}
	if site.Root == "" {
		site.Root = e.Root() // of a bare host: how an outside target is entered waits beside it
	}
	from, err := backup.At(site, e.Host(), place)
	if err != nil {
		return nil, err
	}
	return backup.List(ctx, site.Root, from)
}

// BackupSet is a set that was found, with the keys to open it.
type BackupSet struct {
	*backup.Set
	Place    string
	Recovery bool // it is opened with the recovery key
	env      *Env
	site     *instance.Site // nil on a host without an instance
}

// BackupSet finds a set: by the path of its folder, by its name at a place, or "" for the newest there. keyFile holds the
// recovery key or enough shares of it, "-" is stdin; "" is the host's own key. Faults: those of backup.Open and
// backup.ReadKeys, and NotFound "backup.none" when there is no set.
func (e *Env) BackupSet(ctx context.Context, place, keyFile, set string) (*BackupSet, error) {
	b := &BackupSet{env: e}
	site, err := e.Site()
	switch {
	case err == nil:
		b.site = &site
	case !fault.Is(err, fault.NotInstalled) || place == "" && !strings.Contains(set, "/"):
		return nil, err
	}
	if b.site == nil {
		site.Root = e.Root() // how an outside target is entered waits beside it
	}
	if b.site == nil && keyFile == "" {
		return nil, fault.New(fault.Invalid, "backup.key.needed")
	}
	if set == "" {
		if set, err = e.newestSet(ctx, place); err != nil {
			return nil, err
		}
	}
	from, id, err := backup.Find(site, e.Host(), place, set)
	if err != nil {
		return nil, err
	}
	keys, err := e.backupKeys(b.site, keyFile)
	if err != nil {
		return nil, err
	}
	trusted, err := backup.Trusted(e.Root())
	if err != nil {
		return nil, err
	}
	b.Recovery, b.Place = keyFile != "", from.Place(id)
	b.Set, err = backup.Open(ctx, from, id, trusted, keys...)
	return b, err
}

func (e *Env) newestSet(ctx context.Context, place string) (string, error) {
	all, err := e.Backups(ctx, place)
	if err != nil {
		return "", err
	}
	if len(all) == 0 {
		return "", fault.New(fault.NotFound, "backup.empty")
	}
	return all[0].Place, nil
}

// backupKeys are the recovery key where one is given, so that it is tried; the host's own otherwise.
func (e *Env) backupKeys(site *instance.Site, file string) ([]age.Identity, error) {
	if file == "" {
		key, err := backup.HostKey(*site)
		if err != nil {
			return nil, err
		}
		return []age.Identity{key}, nil
	}
	in := e.In
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "backup.key.unreadable", "file", file)
		}
		defer func() { _ = f.Close() }() // only read
		in = f
	}
	return backup.ReadKeys(in)
}

// Verify reads every byte and, where an instance is, notes the proof.
func (s *BackupSet) Verify(ctx context.Context, report func(engine.Event)) (took time.Duration, err error) {
	began := clock.System{}.Now()
	e := engine.Event{Op: "verify", Step: "verify", Title: "step.verify", Index: 1, Of: 1, Change: s.ID, Action: "read", Target: s.Place}
	tell := func(event string, done, total, ms int64, unit string) {
		e.Event, e.At, e.Done, e.Total, e.MS, e.Unit = event, clock.System{}.Now(), done, total, ms, unit
		report(e)
	}
	tell(engine.StepStarted, 0, 0, 0, "")
	err = s.Set.Verify(ctx, s.site, func(done, total int64, unit string) { tell(engine.StepProgress, done, total, 0, unit) })
	took = clock.System{}.Now().Sub(began)
	if err != nil {
		return took, err
	}
	tell(engine.StepDone, 0, 0, took.Milliseconds(), "")
	if s.site == nil {
		return took, nil
	}
	return took, backup.Note(s.env.Host(), *s.site, s.proof(backup.Verified, took))
}

// ForgetKey takes the private half of the recovery key off the host, when file shows that somebody holds it.
func (e *Env) ForgetKey(file string) error {
	site, err := e.Site()
	if err != nil {
		return err
	}
	keys, err := e.backupKeys(&site, file)
	if err != nil {
		return err
	}
	lock, err := engine.Acquire(string(site.Root), "key", clock.System{})
	if err != nil {
		return err
	}
	defer func() { _ = lock.Release() }() // the kernel does it at the latest when the process ends
	return backup.Forget(e.Host(), site, keys)
}

// CommandOf is what a person types to go on with an operation of the journal.
func CommandOf(operation string) string {
	switch operation {
	case "backup":
		return "backup create"
	case operationRestore:
		return "backup restore"
	case "drill":
		return "backup drill"
	case "confirm":
		return "backup restore --confirm"
	case operationBack:
		return "backup restore --back"
	case operationArchive:
		return "backup create"
	case operationRehearse:
		return "upgrade KIT --rehearse"
	case lineage.Upgrade:
		return "upgrade commit"
	}
	return operation
}
