package sites

import "egovctl/platform/services/sites/internal/portal"

// What this office needs from others; platform/services.go plugs it.
type (
	// Agencies knows the agencies and the units of the province.
	Agencies = portal.Agencies
	// Procedures knows what is handled where.
	Procedures = portal.Procedures
)

// The words of this office and of its ports; their rules are in internal/portal.
type (
	Agency    = portal.Agency
	Unit      = portal.Unit
	Procedure = portal.Procedure
	Field     = portal.Field
	Numbers   = portal.Numbers
	Site      = portal.Site
	Content   = portal.Content
	Change    = portal.Change
)
