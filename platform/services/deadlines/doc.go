// Package deadlines is the office that knows which day is a working day and which rule counts: the calendar, the office
// hours, and the dated regimes of law. It promises dates and explains them. It never touches a dossier: a change of the
// calendar moves no promised date; whoever holds the promise recounts it, by an act of its own.
//
// Everything it answers comes from an almanac in memory (a few hundred rows), read again when the revision in the
// database is another. Begin reading at promise.go, then internal/almanac and platform/workcal.
package deadlines
