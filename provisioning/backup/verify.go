package backup

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Verify reads every stored byte of a set: sizes, sums, both seals, the rows of each table, the files of each kind, and
// the dump's table of contents through pg_restore, when site has a PostgreSQL (nil for a host without). Nothing is written.
// Every damaged member is named: instance.Problems of findings.
func (s *Set) Verify(ctx context.Context, site *instance.Site, say engine.Progress) error {
	var found instance.Problems
	note := func(err error) error {
		var many instance.Problems
		switch {
		case errors.As(err, &many):
			found = append(found, many...)
		case fault.Is(err, fault.Finding):
			found = append(found, fault.From(err))
		default:
			return err
		}
		return nil
	}
	if err := note(s.complete(ctx)); err != nil {
		return err
	}
	told := meter(say, s.Bytes())
	for _, m := range s.Members {
		if slices.ContainsFunc(found, func(f *fault.Error) bool { return f.Field == m.Name }) {
			continue // it is missing
		}
		err := s.read(ctx, m.Name, func(r io.Reader) error {
			if m.Name == DatabaseMember {
				return s.database(ctx, site, r)
			}
			return s.entries(r, m.Name, nil)
		})
		if err := note(err); err != nil {
			return err
		}
		told(m.Size)
	}
	if len(found) > 0 {
		return found
	}
	return nil
}

// complete compares the names of the members with the manifest's: none is missing, none was added.
func (s *Set) complete(ctx context.Context) error {
	there, err := s.from.Members(ctx, s.ID)
	if err != nil {
		return err
	}
	for _, want := range []string{DatabaseMember, FilesMember, StateMember} {
		if s.member(want).SHA256 == "" {
			return damaged(nil, s.from, s.ID, ManifestMember, "backup.why.form")
		}
	}
	var problems instance.Problems
	for _, m := range s.Members {
		size, ok := there[m.Name]
		if !ok {
			problems = append(problems, damaged(nil, s.from, s.ID, m.Name, "backup.why.missing"))
		} else if size != m.Size {
			problems = append(problems, damaged(nil, s.from, s.ID, m.Name, "backup.why.size"))
		}
		delete(there, m.Name)
	}
	delete(there, ManifestMember)
	delete(there, SignatureMember)
	for name := range there {
		problems = append(problems, damaged(nil, s.from, s.ID, name, "backup.why.stranger"))
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// database counts the dump's rows, and lets pg_restore read its table of contents.
func (s *Set) database(ctx context.Context, site *instance.Site, r io.Reader) error {
	if site == nil {
		return s.tables(r, nil)
	}
	pr, pw := io.Pipe()
	listed := make(chan error, 1)
	go func() {
		err := program{name: "pg_restore", site: *site, args: []string{"--list"}, stdin: pr, stdout: io.Discard}.run(ctx)
		_, _ = io.Copy(io.Discard, pr) // it reads the beginning only
		listed <- err
	}()
	err := s.tables(r, pw)
	_ = pw.CloseWithError(err) // never fails
	if list := <-listed; err == nil && list != nil {
		return damaged(list, s.from, s.ID, DatabaseMember, "backup.why.list")
	}
	return err
}

func sumText(sum []byte) string { return hex.EncodeToString(sum) }

func trimSlash(name string) string { return strings.TrimSuffix(name, "/") }

// Damage lists the members of which err says that they are not as they were stored.
func Damage(err error) (members []string) {
	var many instance.Problems
	if errors.As(err, &many) {
		for _, p := range many {
			members = append(members, p.Field)
		}
		return members
	}
	if f := fault.From(err); f.Code == fault.Finding && f.Field != "" {
		return []string{f.Field}
	}
	return nil
}
