package onestop

import (
	"egovctl/platform/services/onestop/internal/desk"
)

// What this office needs of others; platform/services.go plugs them.
type (
	Agencies   = desk.Agencies
	Procedures = desk.Procedures
	Deadlines  = desk.Deadlines
	Staff      = desk.Staff

	Agency    = desk.Agency
	Procedure = desk.Procedure
	Offering  = desk.Offering
	Summary   = desk.Summary
	Official  = desk.Official
)

// What this office tells others: the message on the outbox topic Topic.
type Event = desk.Event

// Topic is the outbox topic on which every move of a dossier is announced as an Event.
const Topic = desk.Topic
