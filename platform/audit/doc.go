// Package audit keeps the trace of acts: who did what to which thing, when. A row is written in the transaction of
// the act itself, so that there is no act without its row and no row without its act.
//
// Rows cannot be changed or deleted, not even by the owner of the tables. Who holds the host can still bend them, so
// the rows are bound into a chain: each link's hash covers the row and the link before it. Links are added in batches,
// afterwards (Sealer), because a chain inside the act's transaction would make every act wait for the one before it.
// Each batch ends with a head that is signed with the instance's key and also written to a file outside the database;
// copies of that file, held elsewhere, are what a rewritten past is caught with. What was written since the last head
// is not yet covered, so the interval is kept short.
//
// Verify recomputes everything and names the first row that does not fit.
package audit
