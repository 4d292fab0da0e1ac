// Package inspect is the inspection of the street of services: one small province with real data, real accounts and a
// real front door, and the rules that every service on the street is held to. It knows no service's inside: routes,
// tables and health come from platform.Open(...).Modules(), who may call what from the access table, and what is left
// is a handful of named objects. Only tests import it.
//
// Begin reading at World (world.go); each rule is a file of its own and answers with findings, sentences that say what
// is wrong, so that a twin with a planted fault can show that the rule sees it.
package inspect
