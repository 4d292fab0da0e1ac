// Package procedures is the office of the procedure catalogue: what each administrative procedure asks of people, how
// long it takes and what it costs by each way of filing, which agency offers it, and what it was before each change. It
// finds procedures by name in memory and keeps that index fresh. It never knows dossiers or people.
//
// Begin reading at service.go; the rules of a record are in internal/catalogue, the search in internal/search, the
// sheets that go out and come back in internal/exchange.
package procedures
