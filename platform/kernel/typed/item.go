package typed

import "strings"

// Item is a name without what stands around it in official records and belongs to the list that it was copied from: a
// mark before it, a colon or semicolon behind it. The record itself keeps them.
func Item(name string) string {
	return strings.TrimRight(strings.TrimLeft(name, " \t-–+*•.:"), " \t:;")
}
