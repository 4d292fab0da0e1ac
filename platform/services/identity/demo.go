package identity

import (
	"context"
	"crypto/rand"
	"math/big"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/id"
	"egovctl/platform/kernel/person"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/kernel/who"
	"egovctl/platform/packaged"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/services/identity/internal/argon"
	"egovctl/platform/services/identity/internal/store"
)

// staff are the roles that each sample agency of the demonstration has, by the word in their login.
var staff = []struct {
	role who.Role
	word string
}{
	{who.Clerk, "motcua"}, {who.Officer, "chuyenvien"}, {who.Head, "truongphong"}, {who.Leader, "lanhdao"},
	{who.Registrar, "vanthu"}, {who.Cashier, "thuphi"}, {who.Editor, "bientap"}, {who.AgencyAdmin, "quantri"},
}

// SeedDemo makes the demonstration's accounts: an administrator, a controller, every role at a department, at the first
// district (where the profile has districts) and at a commune of it, and two invented citizens whose numbers have
// place codes that no province ever had (097-099). The passwords are random and given back once. It runs in the
// installer's transaction, after the agencies were seeded.
func (s *Service) SeedDemo(ctx context.Context, tx pgx.Tx, set *packaged.Set) ([]Credential, error) {
	var list []Credential
	if len(set.Agencies) == 0 {
		return nil, nil
	}
	top := set.Agencies[0].Identifier
	invented := names()
	for _, x := range []struct {
		login string
		role  who.Role
	}{{"quantri", who.Admin}, {"kiemsoat", who.Controller}} {
		c, err := s.demoOfficial(ctx, tx, set, x.login, invented(), x.role, top)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	for _, a := range sampleAgencies(set) {
		for _, x := range staff {
			c, err := s.demoOfficial(ctx, tx, set, x.word+"."+a.Slug, invented(), x.role, a.Identifier)
			if err != nil {
				return nil, err
			}
			list = append(list, c)
		}
	}
	for _, p := range []struct {
		login string
		data  Person
	}{
		{"congdan1", Person{Name: "Nguyễn Thị Mẫu", IDNumber: person.NumberOf("097190000011"), Phone: person.PhoneOf("0905000011"), Address: "Số 1 đường Mẫu", Birth: "1990-04-12"}},
		{"congdan2", Person{Name: "Trần Văn Thử", IDNumber: person.NumberOf("098085000022"), Phone: person.PhoneOf("0905000022"), Address: "Số 2 đường Mẫu", Birth: "1985"}},
	} {
		a := Account{ID: id.New(), Login: p.login, Kind: who.Person, Status: account.Active, Created: s.clock.Now()}
		password, err := s.demoAccount(ctx, tx, a, p.data)
		if err != nil {
			return nil, err
		}
		list = append(list, Credential{Login: p.login, Password: password, Roles: []string{string(who.Citizen)}})
	}
	return list, nil
}

func (s *Service) demoOfficial(ctx context.Context, tx pgx.Tx, set *packaged.Set, login, name string, role who.Role, agency string) (Credential, error) {
	now := s.clock.Now()
	a := Account{ID: id.New(), Login: login, Kind: who.Official, Status: account.Active, Created: now, Name: name,
		Positions: []Position{{Role: role, Agency: agency, AgencyID: set.AgencyID(agency), From: today(now.AddDate(-1, 0, -1))}}}
	password, err := s.demoAccount(ctx, tx, a, Person{Name: name})
	return Credential{Login: login, Password: password, Roles: []string{string(role)}, Agency: agency}, err
}

func (s *Service) demoAccount(ctx context.Context, tx pgx.Tx, a Account, p Person) (secret.String, error) {
	password := draw()
	if err := s.write(ctx, tx, who.Program("demo"), a, p); err != nil {
		return password, err
	}
	return password, store.SetPassword(ctx, tx, a.ID, argon.HashDrawn(password), a.Created)
}

// sampleAgencies are a department (the one for construction, else the first), the committee of the first district, and
// the committee of the first commune (of that district, if there is one).
func sampleAgencies(set *packaged.Set) []packaged.Agency {
	parent := map[string]string{}
	for _, u := range set.Units {
		parent[u.Key] = u.ParentKey
	}
	var list []packaged.Agency
	pick := func(ok func(packaged.Agency) bool) bool {
		i := slices.IndexFunc(set.Agencies, ok)
		if i >= 0 {
			list = append(list, set.Agencies[i])
		}
		return i >= 0
	}
	if !pick(func(a packaged.Agency) bool { return a.Slug == "so-xay-dung" }) {
		pick(func(a packaged.Agency) bool { return a.Level == unit.Province && a.Parent != "" })
	}
	central := func(a packaged.Agency) bool { return a.Level == unit.District && strings.HasSuffix(a.Slug, "hai-chau") }
	district := pick(central) || pick(func(a packaged.Agency) bool { return a.Level == unit.District })
	if !district {
		pick(func(a packaged.Agency) bool { return a.Level == unit.Commune })
		return list
	}
	home := list[len(list)-1].UnitKey
	pick(func(a packaged.Agency) bool { return a.Level == unit.Commune && parent[a.UnitKey] == home })
	return list
}

// names gives one invented name after another; nobody is meant.
func names() func() string {
	family := []string{"Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Phan", "Võ"}
	middle := []string{"Minh", "Thanh", "Ngọc", "Quốc", "Thị"}
	given := []string{"An", "Bình", "Châu", "Dũng", "Giang", "Hà", "Khánh", "Lan", "Mai", "Nam", "Oanh"}
	n := -1
	return func() string {
		n++
		return family[n%len(family)] + " " + middle[n%len(middle)] + " " + given[n%len(given)]
	}
}

// letters has no sign that is taken for another one when a password is copied by hand.
const letters = "abcdefghjkmnpqrstuvwxyz23456789"

// draw makes a password of four groups of five: 99 random bits, legible.
func draw() secret.String {
	var b strings.Builder
	for i := range 20 {
		if i > 0 && i%5 == 0 {
			b.WriteByte('-')
		}
		n, _ := rand.Int(rand.Reader, big.NewInt(int64(len(letters)))) // never fails since Go 1.24
		b.WriteByte(letters[n.Int64()])
	}
	return secret.New(b.String())
}
