package instance

import (
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Type of a key's value.
type Type string

// The types. A list is a YAML sequence of text, or text with commas in the environment.
const (
	Text   Type = "string"
	Whole  Type = "integer"
	Switch Type = "boolean"
	List   Type = "array"
)

// Key is one answer: its dotted path, type, default, and what a value must be. The table below is the only place
// that knows the keys: defaults, environment, validation, JSON Schema and documentation all come from it.
type Key struct {
	Path    string
	Type    Type
	Default any
	OneOf   []string                // closed set of values, nil for none
	Check   func(value string) bool // nil for none; lists are checked item by item
	Must    string                  // message key that says what a value must be; also the cure
}

// Env is the environment variable that carries the key: EGOV_HTTP_LISTEN for http.listen.
func (k Key) Env() string {
	return "EGOV_" + strings.ToUpper(strings.NewReplacer(".", "_").Replace(k.Path))
}

// APIVersion is the only one there is.
const APIVersion = "egovctl/v1"

// Keys lists every key in the order in which instance.yaml is written.
func Keys() []Key {
	return []Key{
		{Path: "apiVersion", Type: Text, Default: APIVersion, OneOf: []string{APIVersion}},
		{Path: "instance", Type: Text, Default: "danang", Check: matches(`^[a-z0-9-]{2,20}$`), Must: "config.must.instance"},
		{Path: "province.profile", Type: Text, Default: "danang-2014", Check: matches(`^[a-z0-9-]{2,40}$`), Must: "config.must.profile"},
		{Path: "province.domain", Type: Text, Default: "", Check: optional(isDomain), Must: "config.must.domain"},
		{Path: "language", Type: Text, Default: "vi", OneOf: []string{"vi", "en"}},
		{Path: "topology", Type: Text, Default: "embedded", OneOf: []string{"embedded", "external", "ha"}},
		{Path: "postgres.bin_dir", Type: Text, Default: "", Check: optional(filepath.IsAbs), Must: "config.must.path"},
		{Path: "postgres.dsn_file", Type: Text, Default: "", Check: optional(filepath.IsAbs), Must: "config.must.path"},
		{Path: "http.listen", Type: Text, Default: "127.0.0.1:8080", Check: isAddress, Must: "config.must.address"},
		{Path: "http.public_url", Type: Text, Default: "", Check: optional(isURL), Must: "config.must.url"},
		{Path: "http.tls", Type: Text, Default: "off", OneOf: []string{"off", "files", "internal-ca", "acme"}},
		{Path: "services.disabled", Type: List, Default: []string{}, Check: matches(`^(procedures|onestop|sites)$`), Must: "config.must.service"},
		{Path: "filing.public", Type: Switch, Default: true},
		{Path: "citizens.sign_in", Type: Text, Default: "local", OneOf: []string{"upstream", "local"}},
		{Path: "mail.smarthost", Type: Text, Default: "", Check: optional(isAddress), Must: "config.must.address"},
		{Path: "mail.from", Type: Text, Default: "", Check: optional(matches(`^[^@\s]+@[^@\s]+$`)), Must: "config.must.mail"},
		{Path: "mail.password_file", Type: Text, Default: "", Check: optional(filepath.IsAbs), Must: "config.must.path"},
		{Path: "backup.target", Type: Text, Default: "", Check: optional(isTarget), Must: "config.must.target"},
		{Path: "backup.recipients", Type: List, Default: []string{}, Check: matches(`^age1[a-z0-9]+$`), Must: "config.must.recipient"},
		{Path: "backup.at", Type: Text, Default: "02:30", Check: matches(`^([01]\d|2[0-3]):[0-5]\d$`), Must: "config.must.clock"},
		{Path: "backup.continuous", Type: Switch, Default: false},
		{Path: "backup.keep.daily", Type: Whole, Default: 14, Check: between(0, 3660), Must: "config.must.count"},
		{Path: "backup.keep.weekly", Type: Whole, Default: 8, Check: between(0, 520), Must: "config.must.count"},
		{Path: "backup.keep.monthly", Type: Whole, Default: 12, Check: between(0, 120), Must: "config.must.count"},
		{Path: "support.recipients", Type: List, Default: []string{}, Check: matches(`^age1[a-z0-9]+$`), Must: "config.must.recipient"},
		{Path: "support.remote", Type: Text, Default: "off", OneOf: []string{"off", "on-request"}},
	}
}

func find(path string) (Key, bool) {
	for _, k := range Keys() {
		if k.Path == path {
			return k, true
		}
	}
	return Key{}, false
}

func matches(expr string) func(string) bool { return regexp.MustCompile(expr).MatchString }

func optional(check func(string) bool) func(string) bool {
	return func(v string) bool { return v == "" || check(v) }
}

func between(low, high int) func(string) bool {
	return func(v string) bool {
		n, err := strconv.Atoi(v)
		return err == nil && n >= low && n <= high
	}
}

func isAddress(v string) bool {
	host, port, err := net.SplitHostPort(v)
	if err != nil {
		return false
	}
	n, err := strconv.Atoi(port)
	return err == nil && n > 0 && n < 65536 && (host == "" || host == "localhost" || isDomain(host) || isIP(host))
}

func isIP(v string) bool { _, err := netip.ParseAddr(v); return err == nil }

var domain = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$`)

func isDomain(v string) bool { return len(v) <= 253 && domain.MatchString(v) }

func isURL(v string) bool {
	u, err := url.Parse(v)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.RawQuery == "" && u.User == nil
}

func isTarget(v string) bool {
	if filepath.IsAbs(v) {
		return true
	}
	u, err := url.Parse(v)
	return err == nil && (u.Scheme == "sftp" || u.Scheme == "s3") && u.Host != ""
}
