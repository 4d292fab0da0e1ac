// Package onestop is the one-stop office (một cửa): it takes dossiers in, gives them their code and promised date, hands
// them from desk to desk along their workflow, and tells whoever may know how they stand.
//
// It never decides how time is counted (platform/workcal and the service deadlines do), what may follow what
// (platform/workflow), or what a procedure asks for (the service procedures); it never erases a dossier but those of the
// health probe, and never shows personal data in a list.
//
// Begin reading at internal/desk/filing.go (a dossier comes in) and internal/desk/act.go (something is done to it); the
// words are in internal/dossier, the SQL in internal/store, programs are answered by internal/api and people by
// internal/page, the receipt is printed by internal/receipt.
package onestop
