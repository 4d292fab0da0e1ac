// Package outside is a PostgreSQL that is not ours: a database administrator made it, gave us a role and an empty
// database, and keeps it. This room looks whether an instance can live there, makes in it what an instance needs (the
// three roles and their rights on the database), and takes exactly that away again. Nothing here reads a file.
package outside
