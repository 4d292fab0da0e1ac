// Package agencies is the office of territory: administrative units with time (codes, names, types, succession), the
// agencies attached to them, and their identifiers. It is one of the two foundation services: others may reference
// agencies.agency(id), and ask it who is below whom. It never knows people, procedures or dossiers.
//
// Everything it answers comes from an immutable snapshot in memory (a few hundred rows), re-read when a change counter
// in the database has moved. Begin reading at directory.go, then internal/territory.
package agencies
