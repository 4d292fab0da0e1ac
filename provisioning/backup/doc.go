// Package backup writes an instance into sets, looks whether a set is whole, and brings an instance back from one.
//
// A set is a few members at a target (package target): manifest.json says what the others hold, with counts and digests;
// manifest.sig is its signature by the key of the instance's audit log; the others are sealed (package seal) for the host's
// own key, the province's recovery key and the recipients of backup.recipients:
//
//	database.dump.zst.age   pg_dump --format=custom, of one snapshot
//	files.tar.zst.age       data/files, taken after that snapshot: each file that a row names is in it
//	state.tar.zst.age       etc, local, journal, the province's own settings of PostgreSQL
//
// Public tools open them: age -d -i KEY database.dump.zst.age | zstd -d | pg_restore -d DATABASE.
//
// Begin reading in create.go, verify.go and copy.go.
package backup
