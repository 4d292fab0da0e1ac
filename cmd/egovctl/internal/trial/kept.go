package trial

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// held is a dossier as the database holds it.
type held struct {
	Reference string
	Filing    Filing
	Parts     [4]int // applicants, secrets, first steps, lines of the audit log: a whole dossier has one of each
	Received  int    // how often it was received
}

// heldSQL reads every dossier that a ledger knows with what belongs to it; the table that is looked at first is that of the
// people, whose address is the key. Samples have other addresses.
const heldSQL = `select d.reference, d.procedure_code, a.identifier, p.name, p.id_number, p.phone, p.address,
	(select coalesce(json_agg(json_build_object('name', c.name, 'originals', c.originals, 'copies', c.copies) order by c.ord), '[]')
	   from onestop.component c where c.dossier_id = d.id),
	(select count(*) from onestop.dossier_person x where x.dossier_id = d.id),
	(select count(*) from onestop.dossier_secret x where x.dossier_id = d.id),
	(select count(*) from onestop.step x where x.dossier_id = d.id and x.action = 'file'),
	(select count(*) from platform.audit x where x.object = d.id::text and x.action = 'dossier.file'),
	(select count(*) from onestop.step x where x.dossier_id = d.id and x.action = 'receive')
	from onestop.dossier d left join onestop.dossier_person p on p.dossier_id = d.id left join agencies.agency a on a.id = d.agency_id
	where p.address is null or p.address ~ ', filing [0-9]+$'`

// heldBy reads the dossiers by the key under which they were filed.
func (p *Place) heldBy() map[string][]held {
	p.T.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn := p.Super(ctx)
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, heldSQL)
	if err != nil {
		p.T.Fatal(err)
	}
	out := map[string][]held{}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h held, err error) {
		var papers []byte
		var name, number, phone, address, agency *string
		if err := row.Scan(&h.Reference, &h.Filing.Procedure, &agency, &name, &number, &phone, &address, &papers,
			&h.Parts[0], &h.Parts[1], &h.Parts[2], &h.Parts[3], &h.Received); err != nil {
			return h, err
		}
		h.Filing.Agency = text(agency)
		h.Filing.Applicant = Applicant{Name: text(name), IDNumber: text(number), Phone: text(phone), Address: text(address)}
		return h, json.Unmarshal(papers, &h.Filing.Components)
	})
	if err != nil {
		p.T.Fatal(err)
	}
	for _, h := range all {
		out[keyOf(h.Filing)] = append(out[keyOf(h.Filing)], h)
	}
	return out
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Kept compares the instance with what its clients know: O1 of the oracle. Every acknowledged dossier is there exactly
// once with the content that was sent, the refused ones are absent, the unknown ones whole or absent; and whoever asks
// again under the same key gets exactly one, and the same. It returns how many of each there were.
func (p *Place) Kept(by *Client, entries []Filed) map[string]int {
	p.T.Helper()
	counts := map[string]int{}
	have := p.heldBy()
	for _, e := range entries {
		counts[e.Outcome]++
		found := have[e.Key]
		switch {
		case (e.Outcome == Denied) != e.Filing.bad() && e.Outcome != Unknown:
			p.T.Errorf("%s was %s: %+v", e.Key, e.Outcome, e.Filing)
		case e.Outcome == Acknowledged && len(found) != 1, e.Filing.bad() && len(found) != 0, len(found) > 1:
			p.T.Errorf("%s was %s and is there %d times", e.Key, e.Outcome, len(found))
		case len(found) == 1:
			p.whole(e, found[0])
		}
	}
	answered := p.askedAgain(by, entries)
	have = p.heldBy()
	for key, reference := range answered {
		if found := have[key]; len(found) != 1 || found[0].Reference != reference {
			p.T.Errorf("after a retry %s is there as %+v, the answer was %s", key, found, reference)
		}
	}
	if len(have) != len(answered) {
		p.T.Errorf("%d keys have dossiers, %d were answered", len(have), len(answered))
	}
	return counts
}

// askers is how many clients ask again at a time.
const askers = 4

// askedAgain sends every filing once more under its key, and returns the references that came back.
func (p *Place) askedAgain(by *Client, entries []Filed) map[string]string {
	p.T.Helper()
	answered := map[string]string{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for n := range askers {
		all.Go(func() {
			for i := n; i < len(entries); i += askers {
				e := entries[i]
				if e.Filing.bad() {
					continue
				}
				outcome, reference, heard := by.file(p.T, e)
				if outcome != Acknowledged || (e.Reference != "" && reference != e.Reference) {
					p.T.Errorf("%s was %s as %q; asked again under its key it is %s as %q: %s", e.Key, e.Outcome, e.Reference, outcome, reference, heard)
				}
				mu.Lock()
				answered[e.Key] = reference
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return answered
}

// whole checks one dossier against what was sent.
func (p *Place) whole(e Filed, h held) {
	p.T.Helper()
	if diff := cmp.Diff(e.Filing, h.Filing); diff != "" {
		p.T.Errorf("%s has another content: %s", e.Key, diff)
	}
	if e.Reference != "" && h.Reference != e.Reference {
		p.T.Errorf("%s was acknowledged as %s and is %s", e.Key, e.Reference, h.Reference)
	}
	if least := map[bool]int{true: 1}[e.Received == Acknowledged]; h.Received < least || h.Received > 1 || (e.Received == "" && h.Received > 0) {
		p.T.Errorf("%s was %q as received, and was received %d times", e.Key, e.Received, h.Received)
	}
	if h.Parts != [4]int{1, 1, 1, 1} {
		p.T.Errorf("%s is not whole: %v applicants, secrets, steps, lines of the audit log", e.Key, h.Parts)
	}
}
