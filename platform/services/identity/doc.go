// Package identity is the office that knows the people: accounts, passwords, positions, sessions. It answers one question
// for everybody else, "who acts?", as a who.Principal, and it is one of the two foundation services: others may
// reference identity.account(id). It knows no dossier and no procedure.
//
// Begin reading at signin.go; the rules are pure packages: internal/guard (may one more password be tried?),
// internal/account (roles and how far they reach, what a password must be), internal/argon (what a check costs).
//
// Before somebody is signed in there is no principal for row-level security to know. Two narrow ways lead past that:
// the question "whose token is this?", asked on every request, is a SECURITY DEFINER function that answers about one
// exact hash; signing in, one-time links and registration run as the program itself (who.Program), in short
// transactions that touch the one account they are about. Everything else runs as the person who acts.
package identity
