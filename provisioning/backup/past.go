package backup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup/archive"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Continuous is the continuous archive of an instance at the target of its answers. Faults: those of archive.New and Trusted.
func Continuous(site instance.Site) (archive.Archive, error) {
	key, err := Trusted(site.Root)
	if err != nil {
		return archive.Archive{}, err
	}
	place := site.Answers.Backup.Target
	if place == "" {
		place = site.Root.Backups()
	}
	return archive.New(site, place, mark(key))
}

// Beside is the continuous archive that lies beside a set in a folder.
func Beside(site instance.Site, place, set string) (archive.Archive, error) {
	_, of, _ := strings.Cut(set, "-")
	return archive.New(site, filepath.Dir(place), of)
}

// Past is a moment to which the continuous archive brings the database.
type Past struct {
	Archive archive.Archive
	Base    archive.Base // chosen by Reach; without a label it is chosen when the side is built
	// Timeline is the one to follow where no base is on the one that was written last, and 0 to follow the base's own: after an old state
	// came back the log has branched, and each base leads on from its side.
	Timeline uint32
	At       time.Time // the zero time means everything that the archive has
	Live     string    // data folder of the side that works, whose log has what the archive lacks; "" for none
}

// Reach finds the base from which the archive is brought to the moment. Findings: "archive.empty"; "archive.window" with the moments that can
// be reached.
func (p Past) Reach(ctx context.Context, look engine.Reader) (Past, error) {
	info, err := p.Archive.Info(ctx, look)
	if err != nil {
		return p, err
	}
	if len(info.Bases) == 0 {
		return p, fault.New(fault.Finding, "archive.empty", "path", p.Archive.Place())
	}
	writes := archive.TimelineOf(info.Newest)
	if p.Live != "" {
		if writes, err = timeline(look, p.Live); err != nil {
			return p, err
		}
	}
	base, along, ok := info.Before(p.At, writes)
	if !ok {
		return p, outside(p.At, info.Bases[0].Ended, time.Time{})
	}
	p.Base, p.Timeline = base, along
	return p, nil
}

// timeline is the one that a cluster writes, by the files of its log.
func timeline(look engine.Reader, data string) (newest uint32, err error) {
	files, err := look.ReadDir(filepath.Join(data, "pg_wal"))
	for _, f := range files {
		newest = max(newest, archive.TimelineOf(f.Name()))
	}
	if err != nil {
		err = fault.Wrap(err, fault.Unavailable, "postgres.data.unreadable", "path", data)
	}
	return newest, err
}

// outside refuses a moment that cannot be reached. The zero time for to means now.
func outside(at, from, to time.Time) error {
	key := "archive.window"
	if to.IsZero() {
		key = "archive.window.open"
	}
	return fault.New(fault.Finding, key, "at", Shown(at), "from", Shown(from), "to", Shown(to))
}

// Shown is a moment as a person reads it, and may type it again.
func Shown(at time.Time) string { return at.In(clock.Vietnam).Format("2006-01-02 15:04:05") }

// recovering are the settings under which a base is brought to a moment. Nobody comes in before it is reached; what is
// archived afterwards waits for the server that takes the side over.
func (p Past) recovering(site instance.Site) []string {
	settings := []string{
		"archive_mode=on", "archive_command=", "hot_standby=off", "recovery_target_action=promote", "autovacuum=off",
		"fsync=off", "full_page_writes=off", // whoever is cut builds it anew; it is synced at the end
		"restore_command=" + p.fetch(site),
	}
	along := "current"
	if p.Timeline != 0 {
		along = strconv.FormatUint(uint64(p.Timeline), 10)
	}
	settings = append(settings, "recovery_target_timeline="+along)
	if !p.At.IsZero() {
		settings = append(settings, "recovery_target_time="+p.At.UTC().Format("2006-01-02 15:04:05.999999")+"+00")
	}
	return settings
}

// fetch is the line of shell that brings a segment of the log. PostgreSQL takes a failure for the end of the log, so trouble must
// not look like one: an exit status above 125 stops it. What the archive does not have yet may lie with the side that works.
func (p Past) fetch(site instance.Site) string {
	get := "(" + p.Archive.On(site).Call("archive-get") + ` %f "%p"); r=$?; [ $r -le 1 ] || exit 126; [ $r -eq 1 ] || exit 0; `
	if p.Live == "" {
		return get + "exit 1"
	}
	at := "'" + strings.ReplaceAll(strings.ReplaceAll(p.Live, "'", `'\''`), "%", "%%") + "'/pg_wal/%f"
	return get + "[ -f " + at + " ] || exit 1; cp " + at + ` "%p"`
}

// replayTime bounds how long a recovery may take: a day's log of a busy instance takes minutes.
const replayTime = 12 * time.Hour

// replay makes the data folder of a copy out of the archive, brings it to the moment, and has check look at the rows. The server
// is stopped when it returns. Faults: those of the archiver and PostgreSQL; finding "archive.window" when the archive ends before
// the moment.
func (p Past) replay(ctx context.Context, on engine.Host, site instance.Site, check func(context.Context) error, say engine.Progress) error {
	a := p.Archive.On(site)
	config, err := a.Config()
	if err != nil {
		return err
	}
	data := site.Root.Postgres()
	if err := errors.Join(on.WriteFile(site.Root.ArchiveConfig(), config, 0o600), on.MkdirAll(data, 0o700)); err != nil {
		return err
	}
	if err := errors.Join(site.Own(on, site.Root.ArchiveConfig()), site.Own(on, data)); err != nil {
		return err
	}
	if p.Base.Label == "" {
		if err := a.TakeOver(on); err != nil {
			return err
		}
		past := p
		past.Archive = a
		if past, err = past.Reach(ctx, on); err != nil {
			return err
		}
		p.Base, p.Timeline = past.Base, past.Timeline
	}
	if err := a.Lay(ctx, on, p.Base, say); err != nil {
		return err
	}
	signal := filepath.Join(data, "recovery.signal")
	if err := errors.Join(on.WriteFile(signal, nil, 0o600), site.Own(on, signal)); err != nil {
		return err
	}
	running, err := serve(ctx, on, site, replayTime, p.recovering(site)...)
	if err != nil {
		if said := tail(site); strings.Contains(said, "recovery ended before configured recovery target was reached") {
			return outside(p.At, p.Base.Ended, lastMoment(said))
		}
		return err
	}
	return errors.Join(check(ctx), running.stop(ctx))
}

// tail is the end of the newest log of a copy's PostgreSQL.
func tail(site instance.Site) string {
	logs, _ := filepath.Glob(filepath.Join(site.Root.Log(), "postgresql-*.log"))
	var said []byte
	for _, path := range logs { // a copy has one or, over midnight, two
		if raw, err := os.ReadFile(path); err == nil {
			said = append(said, raw...)
		}
	}
	return string(said[max(0, len(said)-64<<10):])
}

// lastMoment reads from the log of a recovery how far it came; the zero time when it does not say.
func lastMoment(said string) time.Time {
	const before = "last completed transaction was at log time "
	i := strings.LastIndex(said, before)
	if i < 0 {
		return time.Time{}
	}
	line, _, _ := strings.Cut(said[i+len(before):], "\n")
	at, err := time.Parse("2006-01-02 15:04:05.999999Z07", strings.TrimSpace(line))
	if err != nil {
		return time.Time{}
	}
	return at
}
