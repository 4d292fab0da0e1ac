package house_test

// arrow allows the packages of one room to import those of others. from and to are rooms, below the module: a room is the
// longest path here that leads to a package. "x/*" is every folder of a street, each a room of its own; "x/." is the
// package x alone.
type arrow struct {
	from string
	to   []string
	why  string
}

// The law: whom the program's rooms may import. What is not allowed here is forbidden, and what nobody needs is not here.
// Each room may import itself.
var law = []arrow{
	// What a province receives, and words.
	{"templates", nil, "data: it imports nothing of ours"},
	{"platform/kernel", nil, "leaf words without I/O, on the standard library and pure libraries"},
	{"platform/workcal", []string{"platform/kernel"}, "the working-day calendar is pure functions"},
	{"platform/workflow", []string{"platform/kernel"}, "the workflow engine is pure: no SQL, no HTTP"},
	{"platform/override", []string{"platform/kernel"}, "the province's own files beside the shipped ones, which are given"},
	{"platform/packaged", []string{"platform/kernel", "platform/workcal"}, "packaged data are read here, out of a file system that is given, and never stored; their time limits are the calendar's"},

	// What a province runs.
	{"platform/db", []string{"platform/kernel"}, "the database room knows no office"},
	{"platform/audit", []string{"platform/kernel", "platform/db"}, "an act's trace is written in a transaction and knows no office"},
	{"platform/outbox", []string{"platform/kernel", "platform/db"}, "messages are written in a transaction and know no office"},
	{"platform/jobs", []string{"platform/kernel", "platform/db"}, "jobs are given, not known"},
	{"platform/ledger", []string{"platform/kernel"}, "the ledger is the database's own; here it is read and compared"},
	{"platform/notice", []string{"platform/kernel", "platform/db"}, "what is announced is a row that the operator writes and every platform reads"},
	{"platform/backfill", []string{"platform/kernel", "platform/db", "platform/jobs"}, "a backfill is a job over a table that is given"},
	{"platform/merge", []string{"platform/kernel", "platform/audit", "platform/packaged", "platform/override"}, "packaged rows become a province's by kinds that the offices give; decisions about them leave a trace"},
	{"platform/web", []string{"platform/kernel", "platform/override"}, "the front door knows no office and no table: pages, texts and identities are given"},
	{"platform/module", []string{"platform/kernel", "platform/db", "platform/web", "platform/jobs", "platform/backfill", "platform/packaged", "platform/merge"}, "the plug by which each office is connected names routes, jobs, seeds and a pool"},
	{"platform/services/*", []string{"platform/kernel", "platform/workcal", "platform/workflow", "platform/packaged"}, "words, pure rules and packaged records are everyone's"},
	{"platform/services/*", []string{"platform/db", "platform/web", "platform/audit", "platform/outbox", "platform/jobs", "platform/module", "platform/merge"}, "an office stands on the core; another office it reaches through its own ports.go only"},
	{"platform/.", []string{"platform/services/*", "platform/module", "platform/merge"}, "the list of all offices, and where they are plugged into each other"},
	{"platform/.", []string{"platform/kernel", "platform/workflow"}, "the words in which one office's answer is handed to another"},
	{"platform/app", []string{"platform/.", "platform/services/*", "platform/module"}, "the running platform starts and stops all offices"},
	{"platform/app", []string{"platform/kernel", "platform/db", "platform/web", "platform/audit", "platform/outbox", "platform/jobs", "platform/notice", "platform/backfill", "platform/ledger", "platform/merge", "platform/override", "platform/packaged"}, "and the core under them"},

	// What turns answers into a running instance.
	{"provisioning/engine", []string{"platform/kernel"}, "the engine knows no step by name"},
	{"provisioning/host", []string{"platform/kernel", "provisioning/engine"}, "the machine, as the engine's seam has it"},
	{"provisioning/kit", []string{"platform/kernel"}, "a release, its hashes and the signatures over them"},
	{"provisioning/kit", []string{"provisioning/engine"}, "what a kit lays down and what it is remembered by is written through the engine's seam"},
	{"provisioning/lineage", []string{"provisioning/engine"}, "which releases ran is read from the journal"},
	{"provisioning/instance", []string{"platform/kernel", "provisioning/engine"}, "the answers and the paths"},
	{"provisioning/instance", []string{"platform/db"}, "the cluster and the addresses that follow from the answers"},
	{"provisioning/supervise", []string{"platform/kernel", "provisioning/engine", "provisioning/instance"}, "our own supervisor, for hosts without systemd"},
	{"provisioning/keeper", []string{"platform/kernel", "platform/db", "provisioning/engine", "provisioning/instance", "provisioning/supervise"}, "one way to start, stop and look at the two processes, whoever keeps them"},
	{"provisioning/backup", []string{"platform/kernel", "platform/db", "platform/audit", "provisioning/engine", "provisioning/instance", "provisioning/kit"}, "a set carries the head of the audit log and is signed with its key; a restore walks the chain, and compares releases"},
	{"provisioning/rehearsal", []string{"platform/kernel", "provisioning/engine", "provisioning/host", "provisioning/instance", "provisioning/keeper", "provisioning/kit"}, "a copy beside the instance: room for it, and the end of what runs in it"},
	{"provisioning/steps/*", []string{"provisioning/backup"}, "what a backup writes and a restore brings back is one room's; the steps put it under the engine"},
	{"provisioning/steps/*", []string{"platform/kernel", "platform/db", "provisioning/engine", "provisioning/instance", "provisioning/kit", "templates"}, "a step makes one thing true, and knows no other step"},
	{"provisioning/steps/*", []string{"platform/override"}, "how a file of the province's says what it was made from is one truth"},
	{"provisioning/steps/*", []string{"provisioning/keeper"}, "who keeps the processes is one truth for steps, checks and commands (decision 0007)"},
	{"provisioning/steps/*", []string{"provisioning/host"}, "whether there is room is the disk's to say"},
	{"provisioning/steps/.", nil, "the street of steps has no package, only its inspection"},
	{"provisioning/checks/check", []string{"platform/kernel", "provisioning/engine", "provisioning/instance"}, "what a check is"},
	{"provisioning/checks/*", []string{"provisioning/checks/check"}, "a check knows what a check is, and no other check"},
	{"provisioning/checks/*", []string{"platform/kernel", "platform/db", "provisioning/host", "provisioning/instance", "provisioning/kit"}, "it only looks"},
	{"provisioning/checks/*", []string{"provisioning/keeper"}, "who keeps the processes is one truth for steps, checks and commands (decision 0007)"},
	{"provisioning/checks/*", []string{"provisioning/engine", "provisioning/lineage"}, "whether the tables may be of a later release is read from the journal"},
	{"provisioning/checks/*", []string{"provisioning/backup"}, "what the continuous archive and the sets say of themselves is read in one room"},
	{"provisioning/checks/.", []string{"provisioning/checks/*", "provisioning/checks/check"}, "the list of all checks"},
	{"provisioning/sequence", []string{"provisioning/steps/*", "provisioning/engine", "provisioning/instance"}, "the ordered lists of steps"},
	{"provisioning/sequence", []string{"provisioning/backup"}, "the set and the copy that steps are given"},
	{"provisioning/sequence", []string{"platform/db", "provisioning/keeper"}, "values that the steps are given: streams of migrations, the folder of the unit files"},

	// The program.
	{"cmd/egovctl/internal/term", nil, "the terminal knows nobody"},
	{"cmd/egovctl/internal/wire", []string{"platform/.", "platform/app", "platform/audit", "platform/backfill", "platform/db", "platform/kernel", "platform/merge", "platform/ledger", "platform/module", "platform/notice", "platform/override", "platform/packaged", "platform/services/*", "platform/web", "templates"}, "wire knows the platform"},
	{"cmd/egovctl/internal/wire", []string{"provisioning/checks/.", "provisioning/checks/check", "provisioning/engine", "provisioning/host", "provisioning/instance", "provisioning/keeper", "provisioning/kit", "provisioning/lineage", "provisioning/sequence", "provisioning/steps/*", "provisioning/supervise"}, "and the provisioning, and carries plain values from one to the other"},
	{"cmd/egovctl/internal/wire", []string{"provisioning/backup"}, "and backups, whose copies it lends the platform's migrations and probe"},
	{"cmd/egovctl/internal/wire", []string{"provisioning/rehearsal"}, "and the place where an upgrade is tried on such a copy"},
	{"cmd/egovctl/internal/wire", []string{"cmd/egovctl/internal/term"}, "every command's bag of dependencies has the terminal in it"},
	{"cmd/egovctl/internal/screen", []string{"cmd/egovctl/internal/term", "cmd/egovctl/internal/wire", "platform/kernel", "provisioning/engine"}, "progress and plans are the engine's events in words"},
	{"cmd/egovctl/internal/desk", []string{"cmd/egovctl/internal/term", "cmd/egovctl/internal/wire", "platform/."}, "what the commands about the platform's data share"},
	{"cmd/egovctl/internal/root", []string{"cmd/egovctl/internal/term", "cmd/egovctl/internal/wire", "platform/kernel", "provisioning/instance", "templates"}, "languages, global flags, and how an end becomes sentences"},
	{"cmd/egovctl/internal/command/*", []string{"cmd/egovctl/internal/term", "cmd/egovctl/internal/wire", "cmd/egovctl/internal/screen", "cmd/egovctl/internal/desk", "platform/kernel"}, "a command stands on wire and knows no other command"},
	{"cmd/egovctl/internal/command/*", []string{"platform/.", "platform/services/*", "platform/packaged", "platform/merge", "platform/workcal", "platform/audit"}, "one about the platform's data shows what an office gives, in the office's own types"},
	{"cmd/egovctl/internal/command/*", []string{"platform/app"}, "the history as text is the history as a page, in the page's own type"},
	{"cmd/egovctl/internal/command/*", []string{"provisioning/kit"}, "one about kits shows what a kit is, in its own types"},
	{"cmd/egovctl/internal/command/*", []string{"provisioning/engine", "provisioning/sequence", "provisioning/instance", "provisioning/keeper", "provisioning/supervise", "provisioning/host"}, "one about the instance runs a sequence, or looks at what runs"},
	{"cmd/egovctl/internal/command/*", []string{"provisioning/backup"}, "one about backups shows manifests and proofs in that room's own types"},
	{"cmd/egovctl/internal/command/*", []string{"provisioning/checks/.", "provisioning/checks/check", "provisioning/checks/*"}, "preflight and health run the list of checks, start a single one"},
	{"cmd/egovctl/internal/command/restart", []string{"cmd/egovctl/internal/command/*"}, "restart is stop and then start, the very same"},
	{"cmd/egovctl/internal/command/restart", []string{"cmd/egovctl/internal/screen", "cmd/egovctl/internal/wire", "provisioning/engine"}, "as every command"},
	{"cmd/egovctl/internal/command/.", []string{"cmd/egovctl/internal/command/*", "cmd/egovctl/internal/command/restart", "cmd/egovctl/internal/root"}, "the list of all commands"},
	{"cmd/egovctl/.", []string{"cmd/egovctl/internal/command/.", "cmd/egovctl/internal/root", "cmd/egovctl/internal/term"}, "main: under thirty lines"},

	// Rooms that only tests and benches enter. Nobody of the program has an arrow to them.
	{"platform/db/dbtest", []string{"platform/db", "platform/kernel"}, "a real PostgreSQL for tests"},
	{"platform/services/onestop/internal/trial", []string{"platform/services/*", "platform/db", "platform/db/dbtest", "platform/kernel", "platform/module", "platform/packaged", "platform/web", "platform/workcal", "platform/workflow", "templates"}, "an office under trial, with the others behind its ports"},
	{"platform/internal/inspect", []string{"platform/.", "platform/app", "platform/db", "platform/db/dbtest", "platform/jobs", "platform/kernel", "platform/module", "platform/outbox", "platform/packaged", "platform/services/*", "platform/web", "templates"}, "the inspection of the street of services runs the whole platform"},
	{"provisioning/engine/enginetest", []string{"provisioning/engine", "provisioning/host", "platform/kernel"}, "the inspection of the street of steps runs on a real host"},
	{"provisioning/drill", nil, "what every drill has, wherever its room is"},
	{"cmd/egovctl/internal/house", nil, "these rules"},
	{"cmd/egovctl/internal/trial", []string{"provisioning/drill"}, "its cases tell their counts as all drills do"},
	{"cmd/egovctl/internal/trial", nil, "drives the built program from outside and asks it for nothing that it can see for itself"},
	{"cmd/egovctl/internal/browser", nil, "a browser, from outside"},
	{"cmd/egovctl/internal/bench", []string{"cmd/egovctl/internal/trial", "platform/.", "platform/app", "platform/db", "platform/kernel", "platform/module", "platform/web", "templates"}, "a program of its own that measures, also through the platform's handler; the next release is that of the trials"},
}

// both is the one room of the program that knows the platform (beyond its words) and the provisioning. All others get from
// it what is on the other side.
const both = "cmd/egovctl/internal/wire"

// The second law: whom the tests of a room may import besides.
var testLaw = []arrow{
	{"platform/kernel", []string{"templates"}, "the catalogue of texts is tried on our texts"},
	{"platform/packaged", []string{"templates"}, "the rules are tried on our records"},
	{"platform/db", []string{"platform/db/dbtest"}, "PostgreSQL is real"},
	{"platform/audit", []string{"platform/db/dbtest"}, "PostgreSQL is real"},
	{"platform/outbox", []string{"platform/db/dbtest"}, "PostgreSQL is real"},
	{"platform/jobs", []string{"platform/db/dbtest"}, "PostgreSQL is real"},
	{"platform/backfill", []string{"platform/db/dbtest"}, "PostgreSQL is real"},
	{"platform/ledger", []string{"platform/audit", "platform/db", "platform/db/dbtest"}, "PostgreSQL is real, and an act has its row in the audit log"},
	{"platform/web", []string{"platform/db/dbtest", "templates"}, "PostgreSQL and pages are real"},
	{"platform/services/*", []string{"platform/db/dbtest", "templates"}, "PostgreSQL is real, and so are texts, forms and pages"},
	{"platform/services/*", []string{"platform/services/*"}, "identity's tables point at those of agencies, the foundation of both"},
	{"platform/services/*", []string{"platform/services/onestop/internal/trial"}, "an office under trial, with the others behind its ports"},
	{"platform/.", []string{"platform/internal/inspect", "platform/app", "platform/audit", "platform/db", "platform/db/dbtest", "platform/packaged", "platform/web", "templates"}, "the street of services is inspected as it runs"},
	{"platform/app", []string{"platform/internal/inspect", "templates"}, "the platform is tried as it runs"},
	{"provisioning/engine", []string{"provisioning/engine/enginetest", "provisioning/host", "templates"}, "the engine is tried on a real host, its sentences in both languages"},
	{"provisioning/backup", []string{"platform/db/dbtest", "provisioning/host"}, "PostgreSQL is real, and so is the host"},
	{"provisioning/steps/.", []string{"platform/override"}, "the province's files are real ones"},
	{"platform/.", []string{"platform/override"}, "where the province's own files lie"},
	{"provisioning/steps/.", []string{"provisioning/kit"}, "the release on a real host is laid down by the kit's own hand"},
	{"provisioning/steps/.", []string{"provisioning/backup", "platform/audit"}, "what is exchanged and retained are real sets, signed with a real key"},
	{"provisioning/instance", []string{"templates"}, "faults are tried in both languages"},
	{"provisioning/kit", []string{"provisioning/host"}, "a release is laid down on a real host"},
	{"provisioning/supervise", []string{"platform/db", "platform/db/dbtest"}, "it looks after a real PostgreSQL"},
	{"provisioning/steps/.", []string{"provisioning/steps/*", "provisioning/engine", "provisioning/engine/enginetest", "provisioning/host", "provisioning/instance", "provisioning/keeper", "provisioning/supervise", "platform/db", "platform/kernel"}, "the street of steps is inspected on a real host"},
	{"provisioning/steps/*", []string{"provisioning/engine/enginetest"}, "what a power cut leaves of a step is tried on a disk in memory"},
	{"provisioning/steps/.", []string{"platform/db/dbtest"}, "a database of somebody else's is on a server of its own"},
	{"provisioning/checks/.", []string{"provisioning/kit", "provisioning/lineage"}, "the release on a real host is laid down by the kit's own hand, and the journal names what was done"},
	{"provisioning/checks/.", []string{"provisioning/steps/*", "provisioning/engine", "provisioning/engine/enginetest", "provisioning/host", "provisioning/instance", "platform/db", "platform/kernel", "templates"}, "checks look at what real steps have made"},
	{"cmd/egovctl/internal/screen", []string{"templates"}, "sentences in both languages"},
	{"cmd/egovctl/internal/command/*", []string{"templates"}, "sentences in both languages"},
	{"cmd/egovctl/internal/command/.", []string{"cmd/egovctl/internal/term", "cmd/egovctl/internal/wire", "platform/.", "platform/app", "platform/audit", "platform/db", "platform/db/dbtest", "platform/kernel", "platform/module", "platform/packaged", "provisioning/instance", "templates"}, "commands run in this process, on a place made without an installation"},
	{"cmd/egovctl/internal/house", []string{"cmd/egovctl/internal/command/.", "cmd/egovctl/internal/root", "cmd/egovctl/internal/term", "cmd/egovctl/internal/wire", "platform/kernel", "templates"}, "texts are held against the tree of commands"},
	{"cmd/egovctl/internal/browser", []string{"cmd/egovctl/internal/trial"}, "the built program, from outside"},
	{"cmd/egovctl/.", []string{"cmd/egovctl/internal/trial"}, "the built program, from outside"},
	{"cmd/egovctl/.", []string{"provisioning/drill"}, "drills tell their counts"},
	{"provisioning/kit", []string{"provisioning/drill"}, "drills tell their counts"},
	{"provisioning/engine/enginetest", []string{"provisioning/drill"}, "drills tell their counts"},
	{"cmd/egovctl/.", []string{"cmd/egovctl/internal/wire", "platform/kernel", "templates"}, "the tree of commands, with its texts"},
	{"cmd/egovctl/.", []string{"platform/.", "platform/app", "platform/db", "platform/db/dbtest", "platform/module", "platform/packaged"}, "all provinces load their data in one database"},
}
