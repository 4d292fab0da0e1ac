// Package outbox carries messages from one service to others without either knowing the other: a message is written in
// the transaction of the act, and delivered after its commit, in order within its topic, at least once.
//
// All consumers of a topic handle a message in one transaction, together with the mark that it is done: what they
// write to the database happens exactly once; what they do outside may happen again after a cut. A message that
// fails is retried with growing pauses, and its topic waits for it; after MaxAttempts it is put aside as dead, with
// the reason, and the topic goes on. Begin reading at Queue, then Drain.
package outbox
