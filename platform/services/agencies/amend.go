package agencies

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/agencies/internal/store"
	"egovctl/platform/services/agencies/internal/territory"
)

// Amend changes names of an agency, confirms its provisional identifier, or notes an alias. by must be the provincial
// administrator. Faults: Forbidden; NotFound "agencies.unknown"; Invalid for a bad name or identifier; Conflict when
// the identifier is confirmed already or names another agency.
func (s *Service) Amend(ctx context.Context, by who.Principal, identifier string, c Change) (Agency, error) {
	if !by.Holds(who.Admin) && by.Kind != who.System {
		return Agency{}, fault.New(fault.Forbidden, "forbidden")
	}
	var after Agency
	err := s.deps.DB.Tx(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		known, err := s.ByIdentifier(ctx, tx, identifier)
		if err != nil {
			return err
		}
		before, err := store.LockAgency(ctx, tx, known.ID)
		if err != nil {
			return err
		}
		if after, err = c.Apply(before); err != nil {
			return err
		}
		if err := s.write(ctx, tx, by, before, after, c); err != nil {
			return err
		}
		facts, err := store.Load(ctx, tx) // not through the snapshot: this is not yet committed
		if err != nil {
			return err
		}
		after, err = territory.NewSnapshot(facts).ByID(known.ID)
		return err
	})
	s.recheck()
	return after, err
}

// write stores what changed and its audit row; a change that changes nothing writes nothing.
func (s *Service) write(ctx context.Context, tx pgx.Tx, by who.Principal, before, after Agency, c Change) error {
	detail := map[string]any{}
	if after.NameVI != before.NameVI {
		detail["name_vi"] = []string{before.NameVI, after.NameVI}
	}
	if after.NameEN != before.NameEN {
		detail["name_en"] = []string{before.NameEN, after.NameEN}
	}
	if after.Short != before.Short {
		detail["short"] = []string{before.Short, after.Short}
	}
	if after.Identifier != before.Identifier || after.Provisional != before.Provisional {
		detail["identifier"] = []string{before.Identifier, after.Identifier}
	}
	if len(detail) > 0 {
		if err := store.WriteAgency(ctx, tx, after); err != nil {
			return err
		}
	}
	for _, alias := range aliases(before, after, c) {
		if err := store.AddAlias(ctx, tx, after.ID, alias); err != nil {
			return err
		}
		detail["alias"] = alias
	}
	if len(detail) == 0 {
		return nil
	}
	return audit.Write(ctx, tx, by, audit.Act{Service: "agencies", Action: "agency.amend", Object: after.Identifier,
		AgencyID: after.ID, Detail: detail})
}

// aliases are the identifiers that must go on finding the agency: the one that was replaced, and the one given.
func aliases(before, after Agency, c Change) []string {
	var list []string
	if after.Identifier != before.Identifier {
		list = append(list, before.Identifier)
	}
	if c.Alias != nil && *c.Alias != after.Identifier {
		list = append(list, *c.Alias)
	}
	return list
}
