// Package ledger proves that nothing was lost. For each kept table the database itself keeps the number of rows and a digest
// over them, and writes down by key every change that no act explains: one whose transaction has no row in the audit log.
// Before and after an upgrade or a rollback the two are compared, whatever the number of rows.
//
// What it sees, and what not. A statement that deletes or changes rows behind the product's back is seen and named, also a
// superuser's. Whoever switches the triggers off first, or writes an audit row of his own, is not: the first is found by
// counting every row again (Recount), which tells the table and by how many rows it differs, but has no names; the second by
// whoever reads the audit log, which cannot be taken back. Rows that were added without an act are counted and are no loss.
package ledger
