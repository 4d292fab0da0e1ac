package instance_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/instance"
	"egovctl/templates"
)

func file(t *testing.T, text string) string {
	t.Helper()
	p := filepath.Join(t.TempDir(), "instance.yaml")
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func env(pairs map[string]string) func(string) string {
	return func(k string) string { return pairs[k] }
}

// Every key is taken from each of the four sources, and the stronger one wins.
func TestPrecedence(t *testing.T) {
	src := instance.Sources{Env: env(nil)}
	want := func(value string, from instance.Source) {
		t.Helper()
		l, err := instance.Load(src)
		if err != nil {
			t.Fatal(err)
		}
		if l.HTTP.Listen != value || l.From["http.listen"] != from {
			t.Errorf("http.listen is %q from %s, want %q from %s", l.HTTP.Listen, l.From["http.listen"], value, from)
		}
	}
	want("127.0.0.1:8080", instance.FromDefault)
	src.File = file(t, "http: {listen: '127.0.0.1:2'}\n")
	want("127.0.0.1:2", instance.FromFile)
	src.Env = env(map[string]string{"EGOV_HTTP_LISTEN": "127.0.0.1:3"})
	want("127.0.0.1:3", instance.FromEnv)
	src.Flags = map[string]string{"http.listen": "127.0.0.1:4"}
	want("127.0.0.1:4", instance.FromFlag)
}

func TestEveryKeyComesFromItsEnvironmentVariable(t *testing.T) {
	other := map[string]string{
		"apiVersion": "egovctl/v1", "instance": "cantho", "province.profile": "92", "province.domain": "cantho.gov.vn", "language": "en",
		"topology": "external", "postgres.bin_dir": "/a", "postgres.dsn_file": "/b", "http.listen": "0.0.0.0:80", "http.public_url": "https://cantho.gov.vn",
		"http.tls": "files", "services.disabled": "sites, onestop", "filing.public": "false", "citizens.sign_in": "upstream", "mail.smarthost": "mail.example:25",
		"mail.from": "a@example.vn", "mail.password_file": "/c", "backup.target": "sftp://host.example/x", "backup.recipients": "age1qq", "backup.at": "23:59", "backup.continuous": "true",
		"backup.keep.daily": "1", "backup.keep.weekly": "2", "backup.keep.monthly": "3", "support.recipients": "age1xx", "support.remote": "on-request",
	}
	vars := map[string]string{}
	for _, k := range instance.Keys() {
		if other[k.Path] == "" {
			t.Fatalf("this test has no value for %s", k.Path)
		}
		vars[k.Env()] = other[k.Path]
	}
	l, err := instance.Load(instance.Sources{Env: env(vars)})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range other {
		if l.Value(path) != want || l.From[path] != instance.FromEnv {
			t.Errorf("%s is %q from %s, want %q", path, l.Value(path), l.From[path], want)
		}
	}
	if l.Filing.Public || l.Backup.Keep.Monthly != 3 || len(l.Services.Disabled) != 2 {
		t.Errorf("typed values are wrong: %+v", l.Config)
	}
}

func TestWrittenAnswersReadBackTheSame(t *testing.T) {
	a, err := instance.Load(instance.Sources{Flags: map[string]string{"instance": "hue", "services.disabled": "sites", "backup.at": "03:15"}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := instance.Load(instance.Sources{File: file(t, string(a.YAML()))})
	if err != nil {
		t.Fatalf("%v\n%s", err, a.YAML())
	}
	if d := cmp.Diff(a.Config, b.Config); d != "" {
		t.Error(d)
	}
	if d := a.Diff(b); len(d) != 0 {
		t.Error(d)
	}
}

func TestProblemsNameLineKeyAndCure(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		yaml string
		key  string
		says []string // in English, message and cure together
	}{
		"unknown key with a suggestion":      {"instance: a1\nhttp:\n  lisen: x\n", "config.unknown_key", []string{":3", "http.lisen", "http.listen"}},
		"a secret is not a key":              {"mail: {password: hunter2}\n", "config.unknown_key", []string{":1", "mail.password", "mail.password_file"}},
		"wrong type for a switch":            {"filing: {public: sometimes}\n", "config.type.boolean", []string{":1", "filing.public", "true"}},
		"wrong type for a number":            {"backup:\n  keep: {daily: many}\n", "config.type.integer", []string{":2", "backup.keep.daily"}},
		"text where a list belongs":          {"services: {disabled: sites}\n", "config.type.array", []string{":1", "services.disabled"}},
		"a mapping where text belongs":       {"instance: {a: b}\n", "config.type.string", []string{":1", "instance"}},
		"value outside the closed set":       {"topology: cloud\n", "config.one_of", []string{":1", "embedded, external, ha"}},
		"instance name too short":            {"instance: x\n", "config.must.instance", []string{":1", "2", "20"}},
		"port out of range":                  {"http: {listen: '127.0.0.1:99999'}\n", "config.must.address", []string{":1", "127.0.0.1:8080"}},
		"key given twice":                    {"backup:\n  at: '01:00'\n  at: '02:00'\n", "config.", []string{"3"}},
		"a second set of answers":            {"instance: a1\n---\nlanguage: en\n", "config.documents", []string{":2", "---"}},
		"not YAML":                           {"http: [\n", "config.yaml", []string{"instance.yaml:1: "}},
		"not YAML in the middle":             {"language: vi\nhttp: {listen: a: b}\n", "config.yaml", []string{"instance.yaml:2: "}},
		"a quote that is never closed":       {"language: vi\n\ninstance: \"hue\ntopology: ha\n", "config.yaml", []string{"instance.yaml:3: "}},
		"not YAML behind the answers":        {"language: vi\n---\n[\n", "config.yaml", []string{"instance.yaml:3: "}},
		"a NUL byte":                         {"language: vi\ninstance: h\x00ue\n", "config.bytes", []string{"instance.yaml:2: ", "0x00", "UTF-8"}},
		"bytes that are no UTF-8":            {"# ghi ch\xfa\ninstance: hue\n", "config.bytes", []string{"instance.yaml:1: ", "0xFA", "UTF-8"}},
		"a file saved as UTF-16":             {"\xff\xfea\x00", "config.bytes", []string{"instance.yaml:1: ", "UTF-8"}},
		"a control character":                {"\n\ninstance: hu\x1be\n", "config.bytes", []string{"instance.yaml:3: ", "0x1B"}},
		"a file that is no set of answers":   {strings.Repeat("# x\n", 1<<18) + "\n", "config.large", []string{"instance.yaml", "1 MiB"}},
		"a key like no other":                {"colour: red\n", "config.unknown_key.far", []string{"colour", "topology, postgres, http"}},
		"a key like no other in a group":     {"backup:\n  keep:\n    hourly: 3\n", "config.unknown_key.far", []string{":3", "backup.keep.daily, backup.keep.weekly, backup.keep.monthly"}},
		"external without a DSN file":        {"topology: external\n", "config.dsn_needed", []string{"postgres.dsn_file"}},
		"a top level that is not a mapping":  {"- a\n- b\n", "config.not_mapping", []string{":1"}},
		"TLS without an https address":       {"http: {tls: files}\n", "config.tls_url", []string{"http.public_url"}},
		"an unknown api version":             {"apiVersion: egovctl/v9\n", "config.one_of", []string{"egovctl/v1"}},
		"a relative path for a secrets file": {"mail: {password_file: secret}\n", "config.must.path", []string{"mail.password_file"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := instance.Load(instance.Sources{File: file(t, c.yaml)})
			e := fault.From(err)
			if err == nil || e.Code != fault.Invalid || !strings.HasPrefix(e.Key, c.key) {
				t.Fatalf("got %v, want %s", err, c.key)
			}
			for _, l := range []locale.Lang{locale.Vietnamese, locale.English} {
				message, cure := texts.Fault(l, err)
				if strings.Contains(message+cure, "go-yaml") || strings.Contains(message, "did not") {
					t.Errorf("%s: the library speaks: %q", l, message)
				}
				if cure == "" || strings.Contains(message+cure, "{") {
					t.Errorf("%s: no cure, or a hole in it: %q %q", l, message, cure)
				}
				for _, s := range c.says {
					if !strings.Contains(message+" "+cure, s) {
						t.Errorf("%s: %q does not say %q", l, message+" "+cure, s)
					}
				}
			}
		})
	}
}

// What is wrong is told by what the person typed: the flag, the variable, the file and its line.
func TestAProblemNamesWhatWasTyped(t *testing.T) {
	wrong := map[string]string{ // a value that each key refuses, and that is no default
		"apiVersion": "v9", "instance": "Đ", "province.profile": "Đ", "province.domain": "x", "language": "fr", "topology": "cloud", "postgres.bin_dir": "a",
		"postgres.dsn_file": "a", "http.listen": "x", "http.public_url": "x", "http.tls": "x", "services.disabled": "x", "filing.public": "x",
		"citizens.sign_in": "x", "mail.smarthost": "x", "mail.from": "x", "mail.password_file": "x", "backup.target": "x", "backup.recipients": "x", "backup.at": "x", "backup.continuous": "x",
		"backup.keep.daily": "x", "backup.keep.weekly": "x", "backup.keep.monthly": "x", "support.recipients": "x", "support.remote": "x",
	}
	where := func(src instance.Sources) string {
		t.Helper()
		_, err := instance.Load(src)
		if err == nil {
			t.Fatalf("%+v is taken", src)
		}
		return fault.From(err).Args["where"]
	}
	for _, k := range instance.Keys() {
		one := map[string]string{k.Path: wrong[k.Path]}
		path := file(t, "# answers\n"+k.Path+": "+wrong[k.Path]+"\n")
		if k.Type == instance.List {
			path = file(t, "# answers\n"+k.Path+": ["+wrong[k.Path]+"]\n")
		}
		for got, want := range map[string]string{
			where(instance.Sources{Flags: one, Typed: map[string]string{k.Path: "--short"}}): "--short",
			where(instance.Sources{Flags: one}):                                              "--set " + k.Path,
			where(instance.Sources{Env: env(map[string]string{k.Env(): wrong[k.Path]})}):     k.Env(),
			where(instance.Sources{File: path}):                                              path + ":2",
		} {
			if got != want {
				t.Errorf("%s: %q, want %q", k.Path, got, want)
			}
		}
	}
	if got := where(instance.Sources{Flags: map[string]string{"colour": "red"}}); got != "--set colour" {
		t.Errorf("an unknown key is told by %q", got)
	}
	if got := where(instance.Sources{File: file(t, "\ntopology: ha\n")}); !strings.HasSuffix(got, "instance.yaml:2") {
		t.Errorf("what no key shows alone is told by %q", got)
	}
}

func TestAKeyIsSuggestedOnlyWhenItIsNear(t *testing.T) {
	for typed, want := range map[string]string{
		"http.lisen": "http.listen", "htpp": "http", "htpp.listen": "http.listen", "Language": "language", "LANGUAGE": "language", "apiversion": "apiVersion",
		"listen": "http.listen", "profile": "province.profile", "backup.daily": "backup.keep.daily", "topolgoy": "topology", "backup.recipient": "backup.recipients",
		"colour": "", "recipients": "", "http.colour": "", "backup.to": "", "http": "", "x": "", "": "", strings.Repeat("topology", 100_000): "",
	} {
		_, err := instance.Load(instance.Sources{Flags: map[string]string{typed: "x"}})
		e := fault.From(err)
		if e.Args["near"] != want || (want == "") != (e.Args["allowed"] != "") {
			t.Errorf("%.40q: near %q, allowed %q, want %q", typed, e.Args["near"], e.Args["allowed"], want)
		}
	}
}

// Another answer than the one carried out is refused unless it is accepted; some are refused in any case.
func TestAChangedAnswerIsShownOldBesideNew(t *testing.T) {
	root := instance.Root(t.TempDir())
	load := func(text string) instance.Loaded {
		t.Helper()
		l, err := instance.Load(instance.Sources{File: file(t, text)})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	if err := load("instance: hue\n").Changed(root, false); err != nil {
		t.Errorf("before an installation: %v", err)
	}
	if err := os.MkdirAll(root.Etc(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(root.Applied(), load("instance: hue\nbackup: {at: '01:00'}\n").YAML(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, answers string
		accept        bool
		want          []string // message key, place, key, old, new
	}{
		{"the same", "backup: {at: '01:00'}\ninstance: hue\n", false, nil},
		{"two others", "instance: hue\nlanguage: en\n", false, []string{"install.changed :2 language vi en", "install.changed  backup.at 01:00 02:30"}},
		{"two others that are accepted", "instance: hue\nlanguage: en\n", true, nil},
		{"another instance", "backup: {at: '01:00'}\n\ninstance: hue2\n", true, []string{"install.changed.fixed :3 instance hue hue2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			var p instance.Problems
			errors.As(load(c.answers).Changed(root, c.accept), &p)
			for _, e := range p {
				_, place, _ := strings.Cut(e.Args["where"], "instance.yaml")
				got = append(got, strings.Join([]string{e.Key, place, e.Args["key"], e.Args["old"], e.Args["new"]}, " "))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAllProblemsAreReportedAtOnce(t *testing.T) {
	_, err := instance.Load(instance.Sources{File: file(t, "a: 1\nb: 2\nlanguage: fr\n")})
	var p instance.Problems
	if !errors.As(err, &p) || len(p) != 3 {
		t.Errorf("want three problems, got %v", err)
	}
}

func TestSchemaAgreesWithTheLoader(t *testing.T) {
	raw, err := instance.Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("instance.json", doc); err != nil {
		t.Fatal(err)
	}
	schema := c.MustCompile("instance.json")
	l, err := instance.Load(instance.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	for text, valid := range map[string]bool{string(l.YAML()): true, "http: {lisen: x}": false, "filing: {public: 3}": false, "topology: cloud": false} {
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); (err == nil) != valid {
			t.Errorf("%.40q: schema says %v, want valid %v", text, err, valid)
		}
	}
}
