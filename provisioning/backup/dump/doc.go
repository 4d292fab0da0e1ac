// Package dump counts and sums the rows of a database dump while it streams by: what pg_dump writes with --format=custom
// and no compression of its own is read table by table, so that a backup knows what it holds, and a verification can say so
// again without a PostgreSQL.
//
// The same sum is taken of a table that was restored (Copied), and must be the same.
package dump
