package inspect

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/who"
)

// The places of the inspection. Home and Away have nothing to do with each other; Above is the district over Away.
const (
	Home  = "home"  // a department
	Away  = "away"  // a ward
	Above = "above" // the district of that ward
	Top   = "top"   // the province's own committee
)

// Person asks. Sees lists the places whose rows the person may see, written down here by hand, apart
// from the code that decides it: own agency; leaders and administrators also what is below; the province's administrator and controller all.
type Person struct {
	Key   string // "clerk@home", "citizen", "other", "anonymous"
	Login string
	Role  who.Role // "" for nobody
	Place string   // "" for citizens and nobody
	Sees  []string
	Owns  string // place at which the citizen filed the dossier of the inspection

	Token     string
	Principal who.Principal
}

// SignedIn reports whether it is somebody.
func (p *Person) SignedIn() bool { return p.Login != "" }

// SeesPlace reports whether rows of the place may be shown to p.
func (p *Person) SeesPlace(place string) bool { return slices.Contains(p.Sees, place) }

var everywhere = []string{Home, Away, Above, Top}

// cast is everybody who asks: eight roles at two agencies, three of the district between, the province's two, two
// citizens and nobody. The word is how the demonstration's login begins.
var cast = []struct {
	key, word string
	role      who.Role
	place     string
	sees      []string
}{
	{"clerk@home", "motcua", who.Clerk, Home, []string{Home}},
	{"officer@home", "chuyenvien", who.Officer, Home, []string{Home}},
	{"head@home", "truongphong", who.Head, Home, []string{Home}},
	{"leader@home", "lanhdao", who.Leader, Home, []string{Home}},
	{"registrar@home", "vanthu", who.Registrar, Home, []string{Home}},
	{"cashier@home", "thuphi", who.Cashier, Home, []string{Home}},
	{"editor@home", "bientap", who.Editor, Home, []string{Home}},
	{"agency_admin@home", "quantri", who.AgencyAdmin, Home, []string{Home}},
	{"clerk@away", "motcua", who.Clerk, Away, []string{Away}},
	{"officer@away", "chuyenvien", who.Officer, Away, []string{Away}},
	{"head@away", "truongphong", who.Head, Away, []string{Away}},
	{"leader@away", "lanhdao", who.Leader, Away, []string{Away}},
	{"registrar@away", "vanthu", who.Registrar, Away, []string{Away}},
	{"cashier@away", "thuphi", who.Cashier, Away, []string{Away}},
	{"editor@away", "bientap", who.Editor, Away, []string{Away}},
	{"agency_admin@away", "quantri", who.AgencyAdmin, Away, []string{Away}},
	{"clerk@above", "motcua", who.Clerk, Above, []string{Above}},
	{"leader@above", "lanhdao", who.Leader, Above, []string{Above, Away}},
	{"agency_admin@above", "quantri", who.AgencyAdmin, Above, []string{Above, Away}},
	{"controller", "kiemsoat", who.Controller, Top, everywhere},
	{"admin", "quantri", who.Admin, Top, everywhere},
	{"citizen", "congdan1", who.Citizen, "", nil}, // filed the dossier at home
	{"other", "congdan2", who.Citizen, "", nil},   // filed the dossier away
	{"anonymous", "", "", "", nil},
}

// Person finds somebody by key.
func (w *World) Person(key string) *Person {
	i := slices.IndexFunc(w.People, func(p *Person) bool { return p.Key == key })
	if i < 0 {
		panic("inspection: nobody is called " + key)
	}
	return w.People[i]
}

// hire finds the demonstration's accounts and opens a program's session for each.
func (w *World) hire(t testing.TB) {
	t.Helper()
	for _, c := range cast {
		p := &Person{Key: c.key, Role: c.role, Place: c.place, Sees: c.sees, Login: c.word, Principal: who.Nobody()}
		switch c.key {
		case "citizen":
			p.Owns = Home
		case "other":
			p.Owns = Away
		}
		if c.place != "" && c.place != Top {
			p.Login += "." + w.Places[c.place].Slug
		}
		if p.SignedIn() {
			p.Token = w.NewToken(t, p.Login)
			var err error
			if p.Principal, err = w.Offices.Identity.BySession(context.Background(), p.Token); err != nil {
				t.Fatal(err)
			}
		}
		w.People = append(w.People, p)
	}
}

// NewToken opens one more session of an account.
func (w *World) NewToken(t testing.TB, login string) string {
	t.Helper()
	o, err := w.Offices.Identity.Token(context.Background(), who.Program("inspection"), login)
	if err != nil {
		t.Fatalf("token of %s: %v", login, err)
	}
	return o.Token.Reveal()
}

// Place is an agency with the objects that belong to it. The canaries are words that stand in its rows and nowhere else.
type Place struct {
	Key        string
	ID         int32
	Identifier string
	Slug       string
	Procedure  string // taken there online
	Spare      string // taken there, and in nobody's dossier
	Dossier    string // code of a dossier filed and received there
	DossierID  string
	Login      string // of an account there that nobody in the cast uses
	Session    string // id of a session of that account
	Canaries   []string
	Staff      []string // canaries in accounts: of no concern to a dossier's owner
}

func (w *World) findPlaces(t testing.TB) {
	t.Helper()
	top := w.Set.Agencies[0]
	w.Places[Top] = &Place{Key: Top, ID: w.Set.AgencyID(top.Identifier), Identifier: top.Identifier, Slug: top.Slug}
	err := w.DB.Owner().Read(context.Background(), who.Program("inspection"), func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select p.agency_id, replace(a.login, 'motcua.', '') from identity.position p
			join identity.account a on a.id = p.account_id where p.role = 'clerk' order by p.id`)
		if err != nil {
			return err
		}
		var id int32
		var slug string
		keys := []string{Home, Above, Away} // the order in which the demonstration chooses
		_, err = pgx.ForEachRow(rows, []any{&id, &slug}, func() error {
			a := w.Set.Agencies[id-1]
			w.Places[keys[0]] = &Place{Key: keys[0], ID: id, Identifier: a.Identifier, Slug: slug}
			keys = keys[1:]
			return nil
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range w.Places {
		all := strings.Fields(w.DB.Text(`select string_agg(o.procedure, ' ' order by o.procedure) from procedures.offering o
			where o.agency_id = $1 and o.online`, p.ID))
		if p.Key == Top {
			continue
		}
		if len(all) < 3 {
			t.Fatalf("%s offers only %d procedures online", p.Identifier, len(all))
		}
		p.Procedure, p.Spare = all[0], all[len(all)-1]
	}
}
