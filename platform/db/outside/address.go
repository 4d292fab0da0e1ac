package outside

import (
	"net/url"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
)

// known are the settings that an address may have, in the order in which they are written. Everything else of libpq's
// (a service file, a password file, options of the session) would be read from places that nobody looks at.
var known = []string{"host", "port", "dbname", "user", "password", "sslmode", "sslrootcert", "connect_timeout", "target_session_attrs"}

// Address is a DSN that was taken apart.
type Address struct{ settings map[string]string }

// Parse reads a DSN in one of libpq's two forms, postgres://user:password@host:port/name?setting=value or
// host=... dbname=... Faults, all Invalid and none of them with a word of the DSN's values: "external.dsn.syntax",
// "external.dsn.setting" for a setting that is not known, "external.dsn.lacks" for host, database, user or password.
func Parse(dsn string) (Address, error) {
	a := Address{map[string]string{}}
	dsn = strings.TrimSpace(dsn)
	var ok bool
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		ok = a.fromURL(dsn)
	} else {
		ok = a.fromPairs(dsn)
	}
	if !ok || strings.ContainsAny(dsn, "\x00\n\r") {
		return Address{}, fault.New(fault.Invalid, "external.dsn.syntax")
	}
	for name := range a.settings {
		if !slices.Contains(known, name) {
			return Address{}, fault.New(fault.Invalid, "external.dsn.setting", "setting", name, "known", strings.Join(known, ", "))
		}
	}
	for _, name := range []string{"host", "dbname", "user", "password"} {
		if a.settings[name] == "" {
			return Address{}, fault.New(fault.Invalid, "external.dsn.lacks", "setting", name)
		}
	}
	// What is not said would be looked for in the environment.
	for name, otherwise := range map[string]string{"port": "5432", "sslmode": "prefer", "connect_timeout": "10"} {
		if a.settings[name] == "" {
			a.settings[name] = otherwise
		}
	}
	if _, err := pgx.ParseConfig(a.text(true)); err != nil {
		return Address{}, fault.New(fault.Invalid, "external.dsn.syntax") // its error may repeat the password
	}
	return a, nil
}

func (a Address) fromURL(dsn string) bool {
	u, err := url.Parse(dsn)
	if err != nil || u.Fragment != "" {
		return false
	}
	set := func(name, value string) {
		if value != "" {
			a.settings[name] = value
		}
	}
	set("host", u.Hostname())
	set("port", u.Port())
	set("dbname", strings.TrimPrefix(u.Path, "/"))
	set("user", u.User.Username())
	password, _ := u.User.Password()
	set("password", password)
	query, err := url.ParseQuery(u.RawQuery)
	for name, values := range query {
		if len(values) != 1 {
			return false
		}
		set(name, values[0])
	}
	return err == nil
}

// fromPairs reads name=value, where a value with blanks stands between ' and has \' and \\ for ' and \.
func (a Address) fromPairs(dsn string) bool {
	for rest := dsn; rest != ""; rest = strings.TrimLeft(rest, " \t") {
		name, after, found := strings.Cut(rest, "=")
		name, after = strings.TrimSpace(name), strings.TrimLeft(after, " \t")
		if _, twice := a.settings[name]; !found || name == "" || strings.ContainsAny(name, " \t'") || twice {
			return false
		}
		var value strings.Builder
		quoted := strings.HasPrefix(after, "'")
		if quoted {
			after = after[1:]
		}
		i := 0
		for ; i < len(after); i++ {
			c := after[i]
			if c == '\\' && i+1 < len(after) {
				i++
				value.WriteByte(after[i])
				continue
			}
			if quoted && c == '\'' || !quoted && (c == ' ' || c == '\t') {
				break
			}
			value.WriteByte(c)
		}
		if quoted {
			if i == len(after) {
				return false // no closing '
			}
			i++
		}
		a.settings[name], rest = value.String(), after[min(i, len(after)):]
	}
	return len(a.settings) > 0
}

// Public is the address without user and password: it may be written anywhere, and Restore reads it again.
func (a Address) Public() string { return a.text(false) }

// Restore reads what Public wrote. Fault Invalid "external.dsn.syntax".
func Restore(public string) (Address, error) {
	a := Address{map[string]string{}}
	if !a.fromPairs(public) || a.settings["host"] == "" || a.settings["dbname"] == "" {
		return Address{}, fault.New(fault.Invalid, "external.dsn.syntax")
	}
	return a, nil
}

// For is the DSN of a role. The zero role is the address's own.
func (a Address) For(role string, password secret.String) secret.String {
	b := Address{map[string]string{}}
	for name, value := range a.settings {
		b.settings[name] = value
	}
	b.settings["user"], b.settings["password"] = role, password.Reveal()
	return secret.New(b.text(true))
}

// DSN is the DSN of the administrator's role, as it was given.
func (a Address) DSN() secret.String { return secret.New(a.text(true)) }

// Host is where the server is: a name, an address, a folder of a socket, or several of them.
func (a Address) Host() string { return a.settings["host"] }

// Port is the server's.
func (a Address) Port() string { return a.settings["port"] }

// Database is the one database.
func (a Address) Database() string { return a.settings["dbname"] }

func (a Address) text(whole bool) string {
	var b strings.Builder
	for _, name := range known {
		value, said := a.settings[name]
		if !said || !whole && (name == "user" || name == "password") {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(name + "='" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'")
	}
	return b.String()
}
