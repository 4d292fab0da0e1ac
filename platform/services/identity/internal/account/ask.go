package account

import (
	"time"

	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/who"
)

// Opened is a session just opened. The token is shown to its holder once and kept nowhere.
type Opened struct {
	Token     secret.String
	Expires   time.Time
	Principal who.Principal
}

// OpenSession is a session under way, as its holder sees it.
type OpenSession struct {
	ID       string
	Kind     string // browser, program
	Address  string
	Created  time.Time
	LastSeen time.Time
	Expires  time.Time
	Current  bool // the one that asks
}

// NewAccount is an official's account to be made. Whoever makes it chooses no password: the holder does, by a link.
type NewAccount struct {
	Login     string     `json:"login"`
	Name      string     `json:"name"`
	Phone     string     `json:"phone,omitempty"`
	Positions []Position `json:"positions"`
}

// Created is an account and the one-time link's path with which its holder chooses a password; it is shown once.
type Created struct {
	Account Account
	Link    secret.String // /thiet-lap/...
	Expires time.Time
}

// Registration is what a citizen says to get an account (demonstration and training only).
type Registration struct {
	Login, Name, IDNumber, Phone, Address, Birth string
	Password                                     secret.String
}

// Query narrows a list of accounts; zero values do not.
type Query struct {
	Q      string // begins a login or a word of an official's name, without regard to accents
	Status Status
	Agency string // identifier
	After  string // login after which the page begins
	Limit  int    // 0: 50
}

// MatrixRow says who holds which role at one agency today.
type MatrixRow struct {
	Agency  string                `json:"agency"`
	Name    string                `json:"name"`
	Holders map[who.Role][]string `json:"holders"` // logins
}

// Credential is a demonstration account with the password that the program drew for it, shown once.
type Credential struct {
	Login    string
	Password secret.String
	Roles    []string
	Agency   string // identifier, "" for citizens
}
