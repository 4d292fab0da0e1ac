// Package account holds the words and rules of people who sign in: logins, roles and how far they reach, passwords.
// It is pure: no SQL, no HTTP.
package account

import (
	"regexp"
	"strings"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/person"
	"egovctl/platform/kernel/typed"
	"egovctl/platform/kernel/who"
)

// Status of an account.
type Status string

// The statuses. A new account has no password yet: its holder got a one-time link.
const (
	New    Status = "new"
	Active Status = "active"
	Locked Status = "locked"
)

// Account is one person's way in. Name is shown for officials; a citizen's is personal data and stays in Person.
type Account struct {
	ID        string     `json:"id"`
	Login     string     `json:"login"`
	Kind      who.Kind   `json:"kind"`
	Status    Status     `json:"status"`
	Name      string     `json:"name"`
	Created   time.Time  `json:"created_at"`
	Positions []Position `json:"positions"`
}

// Position is a role held at an agency for a time.
type Position struct {
	Role     who.Role `json:"role"`
	Agency   string   `json:"agency"` // identifier
	AgencyID int32    `json:"-"`
	From     string   `json:"valid_from"`         // 2006-01-02
	To       string   `json:"valid_to,omitempty"` // the first day on which it is no longer held
}

// Person is the personal data of an account, apart from it; its types print themselves masked.
type Person struct {
	Name     string
	IDNumber person.Number
	Phone    person.Phone
	Address  string
	Birth    string // 1990, 1990-05 or 1990-05-17
}

// loginShape leaves the length to ParseLogin: a shape that counts is large, and every command would make it at its start.
var loginShape = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]+$`)

const longestLogin = 80

// ParseLogin accepts 2 to 80 characters a-z, 0-9, dot, hyphen, underscore, beginning with a letter or digit; capitals
// become small. Fault: Invalid "identity.login.invalid".
func ParseLogin(s string) (string, error) {
	s = Normal(s)
	if len(s) > longestLogin || !loginShape.MatchString(s) {
		return "", fault.New(fault.Invalid, "identity.login.invalid").At("login")
	}
	return s, nil
}

// Normal is how a typed login is compared: without spaces around it, in small letters.
func Normal(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

var birthShape = regexp.MustCompile(`^\d{4}(-\d{2}(-\d{2})?)?$`)

// ParsePerson checks what a citizen says of himself. Faults: those of kernel/person, "identity.birth.invalid",
// "identity.address.invalid".
func ParsePerson(name, number, phone, address, birth string, now time.Time) (Person, []error) {
	var p Person
	var errs []error
	note := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	var err error
	p.Name, err = person.ParseName(name)
	note(err)
	p.IDNumber, err = person.ParseNumber(number)
	note(err)
	p.Phone, err = person.ParsePhone(phone)
	note(err)
	line, ok := typed.Line(address)
	if p.Address = line; !ok || len([]rune(line)) > 300 {
		note(fault.New(fault.Invalid, "identity.address.invalid", "max", 300).At("address"))
	}
	p.Birth = strings.TrimSpace(birth)
	note(checkBirth(p.Birth, now))
	return p, errs
}

func checkBirth(s string, now time.Time) error {
	if s == "" {
		return nil
	}
	if birthShape.MatchString(s) {
		first := s + "-01-01" // of a year or a month alone: its first day
		if t, err := time.Parse(time.DateOnly, first[:10]); err == nil && t.Year() >= 1900 && !t.After(now) {
			return nil
		}
	}
	return fault.New(fault.Invalid, "identity.birth.invalid").At("birth")
}
