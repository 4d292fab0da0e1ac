package desk

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/services/onestop/internal/store"
	"egovctl/platform/workflow"
)

// definition is the workflow that a dossier started with and stays on.
func (s *Desk) definition(d dossier.Dossier) (workflow.Definition, error) {
	return s.Workflows.Find(d.Workflow, d.WorkflowVersion)
}

// begin puts a new dossier at the start of the newest version of its workflow.
func (s *Desk) begin(d *dossier.Dossier) error {
	def, err := s.Workflows.Newest(workflow.StandardID)
	if err != nil {
		return err
	}
	d.Workflow, d.WorkflowVersion = def.ID, def.Version
	start, _ := def.Step(def.Start)
	enter(d, start)
	return nil
}

// enter puts d into a step: status, who is to act, and where it lies. What the desk or the citizen does happens at the
// agency that received it, everything else at the one that decides.
func enter(d *dossier.Dossier, step workflow.Step) {
	d.State, d.Status, d.Desk = step.State, step.National, step.Waits
	d.At = d.Competent
	if step.Waits == who.Clerk || step.Waits == who.Citizen || step.Waits == "" {
		d.At = d.Agency
	}
}

// rolesOn lists the roles in which by may act on d: a citizen on the own dossier; an official of the very agency, for
// seeing the agencies below is not acting in their place; of the officers only the one who was assigned.
func rolesOn(d dossier.Dossier, by who.Principal) []who.Role {
	switch by.Kind {
	case who.System:
		return []who.Role{who.Clerk, who.Officer, who.Head, who.Leader, who.Registrar, who.Cashier}
	case who.Person:
		if d.Owner != "" && d.Owner == by.Account {
			return []who.Role{who.Citizen}
		}
		return nil
	}
	var roles []who.Role
	for _, p := range by.Positions {
		at := d.Competent
		if p.Role == who.Clerk {
			at = d.Agency
		}
		other := p.Role == who.Officer && d.Officer != "" && d.Officer != by.Account
		if p.Agency == at && !other && !slices.Contains(roles, p.Role) {
			roles = append(roles, p.Role)
		}
	}
	return roles
}

// facts are what the engine must know beside the state.
func (s *Desk) facts(ctx context.Context, tx pgx.Tx, d dossier.Dossier, last store.Last, by who.Principal) (workflow.Facts, error) {
	on := d.ReceivedAt
	if on.IsZero() {
		on = s.Clock.Now()
	}
	limits, err := s.Deadlines.Limits(ctx, tx, on)
	return workflow.Facts{
		Actor: by.Account, IntakeSupplements: d.AskedIntake, Clarifications: d.AskedPapers, Extensions: d.Extended,
		Return: d.Return, Last: workflow.Last{Action: last.Action, From: last.From, Actor: last.Actor}, Limits: limits,
	}, err
}

// actingRole is the first of roles that is enough for the act.
func actingRole(def workflow.Definition, d dossier.Dossier, a workflow.Action, roles []who.Role, f workflow.Facts) who.Role {
	for _, r := range roles {
		if _, err := def.Next(d.State, a, []who.Role{r}, f); err == nil {
			return r
		}
	}
	return ""
}

// sign notes who made a step. Of citizens and of the program only the role is kept as a name.
func sign(st *dossier.Step, by who.Principal, role who.Role) {
	st.ByAccount, st.ByRole = by.Account, role
	if by.Kind == who.Official {
		st.ByName = by.Name
	}
}

// filingRole is in what role by files.
func filingRole(by who.Principal) who.Role {
	if by.Kind == who.Person {
		return who.Citizen
	}
	return who.Clerk
}
