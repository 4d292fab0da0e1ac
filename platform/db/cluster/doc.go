// Package cluster runs a private PostgreSQL: it finds the binaries, makes the data folder, starts and stops the
// server. The installer and the tests use the same code.
//
// The server listens on a unix socket only, asks everyone for a SCRAM password, and outlives the process that
// started it, so that a release can be swapped under it. Everything may run under another account, because
// PostgreSQL refuses root. Begin reading at Open.
package cluster
