package dbtest

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"egovctl/platform/db/internal/script"
)

// LintMigrations holds a stream to the law of migrations:
//
//   - a file is "begin; ... commit;", or one single statement that builds or drops an index concurrently;
//   - each up file has its down file, versions have four digits and no gaps;
//   - a file that takes something away, or that holds a lock for as long as the table is large, says why on a line
//     "-- irreversible: <reason>";
//   - row-level security is enabled in the same file on every table that it creates, and a table that has no policy of
//     its own says on a line "-- public: <table>: <reason>" or "-- closed: <table>: <reason>" why.
func LintMigrations(t testing.TB, fsys fs.FS) {
	t.Helper()
	for _, finding := range Lint(fsys) {
		t.Error(finding)
	}
}

var fileName = regexp.MustCompile(`^(\d{4})_[a-z0-9_]+\.(up|down)\.sql$`)

// Lint is LintMigrations without a test: one sentence for each finding.
func Lint(fsys fs.FS) []string {
	names, err := fs.Glob(fsys, "*.sql")
	if err != nil || len(names) == 0 {
		return []string{fmt.Sprintf("no migrations (%v)", err)}
	}
	var found []string
	next := 1
	for _, name := range names {
		m := fileName.FindStringSubmatch(name)
		if m == nil {
			found = append(found, name+": is not named NNNN_title.up.sql or NNNN_title.down.sql")
			continue
		}
		if m[2] == "up" {
			if m[1] != fmt.Sprintf("%04d", next) {
				found = append(found, fmt.Sprintf("%s: version %04d is expected here", name, next))
			}
			next++
			if down := strings.TrimSuffix(name, "up.sql") + "down.sql"; !slices.Contains(names, down) {
				found = append(found, name+": has no "+down)
			}
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			found = append(found, err.Error())
			continue
		}
		for _, f := range lintFile(string(text), m[2] == "up") {
			found = append(found, name+": "+f)
		}
	}
	return found
}

func lintFile(sql string, up bool) []string {
	if _, _, _, err := script.ShapeOf(sql); err != nil {
		return []string{err.Error()}
	}
	if !up {
		return nil
	}
	statements := script.Split(sql)
	found := lintSecurity(sql, statements)
	if reason(sql, "irreversible") {
		return found
	}
	created, altered := map[string]bool{}, map[string]bool{}
	for _, s := range statements {
		if m := createTable.FindStringSubmatch(s.Bare); m != nil {
			created[m[1]] = true
		}
		if m := alterTable.FindStringSubmatch(s.Bare); m != nil {
			if created[m[1]] {
				continue // still empty
			}
			if altered[m[1]] && strings.Contains(s.Bare, " validate constraint ") {
				found = append(found, fmt.Sprintf("%q reads the whole table under the lock of the statement before it (validate it in a later file)", s.Bare))
			}
			altered[m[1]] = true
		}
		if m := touching.FindStringSubmatch(s.Bare); m != nil && created[m[1]] {
			continue
		}
		for _, act := range acts(s.Bare) {
			for _, c := range contracting {
				if c.pattern.MatchString(act) && (c.unless == "" || !strings.Contains(act, c.unless)) {
					found = append(found, fmt.Sprintf("%q %s; if it must be, add a line \"-- irreversible: <reason>\"", act, c.why))
				}
			}
		}
	}
	return found
}

// acts cuts "alter table t a, b" into "alter table t a" and "alter table t b"; any other statement is one act.
func acts(bare string) []string {
	head := alterTable.FindString(bare)
	if head == "" {
		return []string{bare}
	}
	var out []string
	from, depth := len(head), 0
	for i, c := range bare {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			out = append(out, head+" "+strings.TrimSpace(bare[from:i]))
			from = i + 1
		}
	}
	return append(out, head+" "+strings.TrimSpace(bare[from:]))
}

const ident = `((?:[a-z_][a-z0-9_]*\.)?(?:"[^"]+"|[a-z_][a-z0-9_]*))`

var (
	createTable = regexp.MustCompile(`^create (?:unlogged )?table (?:if not exists )?` + ident)
	alterTable  = regexp.MustCompile(`^alter table (?:if exists )?(?:only )?` + ident)
	touching    = regexp.MustCompile(`^(?:create (?:unique )?index .*?\bon (?:only )?|update (?:only )?|delete from (?:only )?|truncate (?:table )?(?:only )?)` + ident)
	enableRLS   = regexp.MustCompile(`^alter table (?:if exists )?(?:only )?` + ident + ` .*enable row level security`)
	policyOn    = regexp.MustCompile(`^create policy (?:"[^"]+"|[a-z_0-9]+) on ` + ident)
)

// contracting statements break the release before, or hold an exclusive lock while they read the whole table.
var contracting = []struct {
	pattern *regexp.Regexp
	unless  string // a word in the statement that makes it harmless
	why     string
}{
	{regexp.MustCompile(`^drop (table|view|materialized view|schema|sequence|type|domain|function|procedure) `), "", "takes away what the release before may use"},
	{regexp.MustCompile(`^create (unique )?index `), " concurrently ", "blocks every writer while it reads the table (build it concurrently, in a file of its own)"},
	{regexp.MustCompile(`^truncate |^delete from `), "", "takes rows away"},
	{regexp.MustCompile(`^update `), "", "locks rows for as long as the table is large (fill it in batches, in a job of its own)"},
	{regexp.MustCompile(`^lock |^cluster |^reindex |^vacuum |^refresh materialized view `), " concurrently ", "holds a lock for as long as the table is large"},
	{regexp.MustCompile(`^do `), "", "hides what it does from this reading"},
	{regexp.MustCompile(`^revoke `), " from public", "takes away what the release before may use"},
	{regexp.MustCompile(`^alter table .*\bdrop (column )?(if exists )?[a-z"]`), "", "takes away what the release before may use"},
	{regexp.MustCompile(`^alter (table|view|type|schema|sequence|function) .*\brename\b`), "", "takes the old name away from the release before"},
	{regexp.MustCompile(`^alter table .*\balter (column )?[a-z_"0-9]+ (set data )?type `), "", "rewrites the table under an exclusive lock"},
	{regexp.MustCompile(`^alter table .*\balter (column )?[a-z_"0-9]+ set not null`), "", "reads the whole table under an exclusive lock (add a check \"not valid\" and validate it)"},
	{regexp.MustCompile(`^alter table .*\badd (column )?(if not exists )?[a-z_"0-9]+ [^,]*\bnot null\b`), " default ", "adds a mandatory column without a default, which the release before does not fill"},
	{regexp.MustCompile(`^alter table .*\badd (constraint [a-z_"0-9]+ )?(check|foreign key)\b`), " not valid", "reads the whole table under an exclusive lock (say \"not valid\" and validate it in a later file)"},
	{regexp.MustCompile(`^alter table .*\badd (column )?(if not exists )?[a-z_"0-9]+ .*(\bgenerated always as \(|\bgenerated .* as identity|\b(small|big)?serial\b|\bdefault (gen_random_uuid|clock_timestamp|random|nextval)\b)`), "",
		"rewrites the table under an exclusive lock (add it without, and fill it in batches)"},
	{regexp.MustCompile(`^alter table .*\badd (column )?(if not exists )?[a-z_"0-9]+ [^(]*\b(unique|primary key|references|check)\b`), " add constraint ",
		"reads the whole table under an exclusive lock (add the column alone, and the constraint as \"not valid\" or \"using index\")"},
	{regexp.MustCompile(`^alter table .* set (logged|unlogged|tablespace|access method|schema)\b`), "", "rewrites or moves the table under an exclusive lock"},
	{regexp.MustCompile(`^alter table .*\badd (constraint [a-z_"0-9]+ )?(unique|primary key|exclude)\b.*?\(`), " using index ", "builds an index under an exclusive lock (build it concurrently, then add the constraint \"using index\")"},
}

// lintSecurity wants row-level security on every table, and a policy or a reason.
func lintSecurity(sql string, statements []script.Statement) []string {
	enabled, policy := map[string]bool{}, map[string]bool{}
	for _, s := range statements {
		if m := enableRLS.FindStringSubmatch(s.Bare); m != nil {
			enabled[m[1]] = true
		}
		if m := policyOn.FindStringSubmatch(s.Bare); m != nil {
			policy[m[1]] = true
		}
	}
	var found []string
	for _, s := range statements {
		m := createTable.FindStringSubmatch(s.Bare)
		if m == nil {
			continue
		}
		if !enabled[m[1]] {
			found = append(found, "row-level security is not enabled on table "+m[1])
		}
		if !policy[m[1]] && !reason(sql, "public: "+m[1]) && !reason(sql, "closed: "+m[1]) {
			found = append(found, "table "+m[1]+" has no policy, and no line \"-- closed: "+m[1]+": <reason>\" says that nobody but the owner may see it")
		}
	}
	return found
}

// reason reports whether a comment line gives one for what.
func reason(sql, what string) bool {
	return regexp.MustCompile(`(?m)^\s*-- ` + regexp.QuoteMeta(what) + `: *\S`).MatchString(sql)
}
