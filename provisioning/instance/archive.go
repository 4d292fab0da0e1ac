package instance

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"egovctl/platform/kernel/fault"
)

// ArchiveKey is the secret that seals the continuous archive. It is part of every set of backups, and so is opened by the
// recovery key.
const ArchiveKey = "archive-key"

// ArchiveEvery bounds what a burnt host loses: so long at most PostgreSQL keeps what was committed before it goes to the
// continuous archive.
const ArchiveEvery = 5 * time.Minute

// archiver is the program that carries the write-ahead log away and brings it back, and usualArchiver where packages put it.
const (
	archiver      = "pgbackrest"
	usualArchiver = "/usr/bin/pgbackrest"
)

// ArchiveName is what the archiver calls the cluster. Each archive has one, in a folder of its own.
const ArchiveName = "egov"

// ArchiveConfig is the file that the archiver is told everything by. It holds secrets.
func (r Root) ArchiveConfig() string { return r.at("etc", "secrets", "pgbackrest.conf") }

// Continuous reports whether this instance archives its write-ahead log continuously.
func (s Site) Continuous() bool { return s.Answers.Backup.Continuous && !s.External() }

// Archiver finds the program on this host. Finding "archive.program" when it is not there.
func Archiver() (string, error) {
	path, err := exec.LookPath(archiver)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		if path, err = exec.LookPath(usualArchiver); err != nil {
			return "", fault.Wrap(err, fault.Finding, "archive.program")
		}
	}
	return path, nil
}

// Archiving are the settings with which PostgreSQL archives, none where it does not. They are told at its start and stand in no
// file of the data folder: a copy of the data never writes into the archive of the original. Without the program PostgreSQL
// still keeps its log until the program is there.
func (s Site) Archiving() map[string]string {
	if !s.Continuous() {
		return nil
	}
	return map[string]string{
		"archive_mode":    "on",
		"archive_timeout": strconv.Itoa(int(ArchiveEvery.Seconds())),
		"archive_command": s.ArchiverCall("archive-push") + ` "%p"`,
	}
}

// ArchiverCall is a line of shell that has the archiver do something for the cluster of this site. The program is the
// system's, and takes no library of the PostgreSQL that calls it.
func (s Site) ArchiverCall(command string) string {
	program, err := Archiver()
	if err != nil {
		program = usualArchiver
	}
	word := func(text string) string {
		return "'" + strings.ReplaceAll(strings.ReplaceAll(text, "'", `'\''`), "%", "%%") + "'"
	}
	return "unset LD_LIBRARY_PATH; exec " + word(program) + " --config=" + word(s.Root.ArchiveConfig()) + " --stanza=" + ArchiveName + " " + command
}
