// Package migrations holds the platform's own schema: who acts (functions), what was applied, seeded, audited,
// sent on and already answered (tables).
package migrations

import "embed"

// FS holds NNNN_title.up.sql and .down.sql at its root.
//
//go:embed *.sql
var FS embed.FS
