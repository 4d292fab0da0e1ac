package audit

import (
	"context"
	"encoding/json"
	"regexp"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

// Act is what was done. It names things by their ids and codes; names, numbers and texts of persons do not belong here.
type Act struct {
	Service  string         // "onestop"
	Action   string         // "dossier.receive": noun and verb, stable
	Object   string         // id or code of the thing; "" when the act has none
	AgencyID int32          // whose thing it is, 0 for none
	Detail   map[string]any // ids, codes, states before and after; nil for none
}

const insert = `insert into platform.audit (kind, account, login, service, action, object, agency_id, detail)
	values ($1, $2, $3, $4, $5, $6, nullif($7, 0), $8)`

// personal looks like an identification number or a telephone number.
var personal = regexp.MustCompile(`"(\d{12}|\d{9}|0\d{9,10}|\+84\d{8,10})"`)

// detailLimit is in bytes of JSON: more than that is content, not a trace.
const detailLimit = 8 << 10

// Write records that by did a, in the transaction of the act. Faults: internal "audit.act" for an act without a service or
// an action, with too much detail, or with a text in it that looks like a personal number.
func Write(ctx context.Context, tx pgx.Tx, by who.Principal, a Act) error {
	args, err := arguments(by, a)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, insert, args...)
	return err
}

// Queue is Write as one more statement of a batch, for who counts round trips.
func Queue(b *pgx.Batch, by who.Principal, a Act) error {
	args, err := arguments(by, a)
	if err != nil {
		return err
	}
	b.Queue(insert, args...)
	return nil
}

func arguments(by who.Principal, a Act) ([]any, error) {
	detail := []byte("{}")
	if len(a.Detail) > 0 {
		var err error
		if detail, err = json.Marshal(a.Detail); err != nil {
			return nil, fault.Wrap(err, fault.Internal, "audit.act", "action", a.Action)
		}
	}
	if a.Service == "" || a.Action == "" || len(detail) > detailLimit || personal.Match(detail) {
		return nil, fault.New(fault.Internal, "audit.act", "action", a.Action)
	}
	login := by.Login
	if by.Kind == who.Person {
		login = "" // a citizen's login may be a telephone number; the account's id is enough
	}
	kind := by.Kind
	if kind == "" {
		kind = who.Anonymous
	}
	return []any{string(kind), by.Account, login, a.Service, a.Action, a.Object, a.AgencyID, detail}, nil
}
