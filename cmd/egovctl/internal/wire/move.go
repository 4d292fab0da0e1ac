package wire

import (
	"context"
	"fmt"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/ledger"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/kit"
	"egovctl/provisioning/lineage"
	"egovctl/provisioning/sequence"
	"egovctl/provisioning/steps/ballast"
	"egovctl/provisioning/steps/staged"
)

// Move is an upgrade or a rollback: from the release that runs to another one whose folder is there; or an update of the data
// of the release that runs.
type Move struct {
	Operation string // lineage.Upgrade, Rollback, Abort or Data
	From, To  string
	Full      bool     // read every row for the report
	Risks     []string // the named ones that were accepted
	Begun     bool     // an earlier run began it, and was held against everything
	keeps     []string // releases that stay
	tally     *tally
	in        *Installation
	env       *Env
}

// NewUpgrade is the move to the staged release, or the one that was begun and has not ended. Fault: invalid
// "upgrade.not_staged" when there is neither.
func (e *Env) NewUpgrade(ctx context.Context) (*Move, error) {
	runs, err := e.history()
	if err != nil {
		return nil, err
	}
	waits, err := staged.Of(e.Host(), e.Root())
	if err != nil {
		return nil, err
	}
	m := &Move{Operation: lineage.Upgrade, From: e.runs(), To: waits}
	if from, to, ok := lineage.Under(runs, lineage.Upgrade); ok {
		m.From, m.To, m.Begun = from, to, true
	}
	if m.To == "" {
		return nil, fault.New(fault.Invalid, "upgrade.not_staged", "root", e.Root())
	}
	return m, e.prepare(ctx, m)
}

// NewRollback is the move back to the release before; ok is false when the newest upgrade was rolled back already. Faults:
// invalid "rollback.none" when no upgrade was made, "rollback.data_only" when none but of the data was.
func (e *Env) NewRollback(ctx context.Context) (m *Move, ok bool, err error) {
	runs, err := e.history()
	if err != nil {
		return nil, false, err
	}
	m = &Move{Operation: lineage.Rollback, From: e.runs(), To: lineage.Before(runs)}
	if from, to, under := lineage.Under(runs, lineage.Rollback); under {
		m.From, m.To = from, to
	} else if from, _, under := lineage.Under(runs, lineage.Upgrade); under {
		m.To = from
	}
	if m.To == "" {
		if lineage.Moved(runs) {
			return m, false, nil
		}
		if data := lineage.Updated(runs); data != "" {
			return nil, false, fault.New(fault.Invalid, "rollback.data_only", "data", data)
		}
		return nil, false, fault.New(fault.Invalid, "rollback.none", "version", m.From)
	}
	if data := lineage.Updated(runs); data != "" {
		fmt.Fprintln(e.Err, e.T("rollback.data_stays", "data", data))
	}
	if err := e.mayRollBack(m.To); err != nil {
		return nil, false, err
	}
	return m, true, e.prepare(ctx, m)
}

// mayRollBack asks the release that runs whether the one before can work on its schemas: refused "rollback.denied".
func (e *Env) mayRollBack(to string) error {
	have, err := e.manifest(e.Root().Current())
	if err != nil {
		return err
	}
	if have.Version != to && !have.Compatibility.MayRollBack(to) {
		return fault.New(fault.Refused, "rollback.denied", "from", have.Version, "to", to)
	}
	return nil
}

func (e *Env) history() ([]engine.Run, error) {
	if _, err := e.Installed(); err != nil {
		return nil, err
	}
	runs, err := engine.History(string(e.Root()))
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "commands.history.unreadable", "path", engine.FolderOf(string(e.Root())))
	}
	return runs, nil
}

// prepare checks that the release is as it was laid down, and gathers what the steps need.
func (e *Env) prepare(ctx context.Context, m *Move) error {
	if _, err := kit.Verify(e.Root().Release(m.To)); err != nil {
		return err
	}
	answers, err := e.Installed()
	if err != nil {
		return err
	}
	site := e.at(answers, m.To)
	if err := e.ours(answers); err != nil {
		return err
	}
	m.env = e
	if m.in, err = NewInstallation(ctx, e, site, InstallOptions{}); err != nil {
		return err
	}
	m.in.Parts.Probe = &probeNow{in: m.in}
	m.tally = &tally{in: m.in}
	m.in.Parts.Tally, m.in.Parts.Merge = m.tally, m.in.forward()
	return nil
}

// NewAbort is the end of an upgrade that is staged, or was begun: back to the release before, and the staged one goes.
// Fault: invalid "upgrade.not_staged" when there is neither.
func (e *Env) NewAbort(ctx context.Context) (*Move, error) {
	m, err := e.NewUpgrade(ctx)
	if err != nil {
		return nil, err
	}
	m.Close()
	runs, err := e.history()
	if err != nil {
		return nil, err
	}
	m.Operation, m.From, m.To = lineage.Abort, m.To, m.From
	m.keeps = []string{m.To, lineage.Before(runs)}
	return m, e.prepare(ctx, m)
}

// Steps are those of the move, in order.
func (m *Move) Steps() []engine.Step {
	switch m.Operation {
	case lineage.Rollback:
		return sequence.Rollback(m.in.Parts)
	case lineage.Abort:
		return sequence.Abort(m.in.Parts, m.keeps)
	case lineage.Data:
		return sequence.Data(m.in.Parts)
	}
	return sequence.Upgrade(m.in.Parts, m.From)
}

// Moved is the last line of a move.
type Moved struct {
	Event      string `json:"event"`
	Status     string `json:"status"` // upgraded, rolled_back, unchanged
	From       string `json:"from"`
	To         string `json:"to"`
	MS         int64  `json:"ms"`
	DowntimeMS int64  `json:"downtime_ms"` // for how long nobody took requests
	Report     string `json:"report"`
	losses     int
}

// Unchanged is the result of a move to where one is. The move that led there may have been cut while it was reported.
func (e *Env) Unchanged(version string) (Moved, error) {
	m := Moved{Event: "result", Status: "unchanged", From: version, To: version}
	if e.Flags.DryRun {
		return m, nil
	}
	return m, withdrawReports(e.Host(), e.Root())
}

// Do carries out the move. What fails is put back: then the error keeps its own code.
func (m *Move) Do(ctx context.Context, report func(engine.Event)) (Moved, error) {
	o := m.env.options(report)
	o.From, o.To, o.Risks, o.OnFailure = m.From, m.To, m.Risks, engine.Undo
	if m.Operation == lineage.Rollback || m.Operation == lineage.Abort {
		o.Settles = []string{lineage.Upgrade}
	}
	if dropped, err := ballast.Drop(m.env.Root()); err != nil {
		return Moved{}, fault.Wrap(err, fault.Unavailable, "rollback.ballast", "path", m.env.Root().Ballast())
	} else if dropped {
		fmt.Fprintln(m.env.Err, m.env.T("rollback.ballast.given"))
	}
	began := time.Now()
	door := watchDoor(ctx, m.in.Parts.Site.Answers.HTTP.Listen)
	_, err := engine.New(o).Run(ctx, m.Operation, m.Steps())
	r := Moved{Event: "result", Status: "upgraded", From: m.From, To: m.To, DowntimeMS: door.end().Milliseconds(), MS: time.Since(began).Milliseconds()}
	switch m.Operation {
	case lineage.Rollback:
		r.Status = "rolled_back"
	case lineage.Abort:
		r.Status = "aborted"
	case lineage.Data:
		r.Status = "updated"
	}
	if err != nil {
		return r, err
	}
	var found ledger.Report
	if r.Report, found, err = m.report(ctx); err != nil {
		return r, fault.Wrap(err, fault.Unavailable, "rollback.report")
	}
	r.losses = found.Losses()
	return r, nil
}

// Lost is the finding that something went or changed without an act of the product; nil when nothing did. It is told beside
// the result, which stands all the same.
func (m Moved) Lost() error {
	if m.losses == 0 {
		return nil
	}
	return fault.New(fault.Finding, "rollback.lost", "n", m.losses, "report", m.Report)
}

// Allowed holds an upgrade that removes something for good against what it needs, see Env.Contraction.
func (m *Move) Allowed(ctx context.Context) error {
	if m.Begun {
		return nil
	}
	to, err := m.env.manifest(m.in.Parts.Site.Root.Release(m.To))
	if err != nil {
		return err
	}
	return m.env.Contraction(ctx, m.in.Parts.Site, to, m.Risks)
}

// Plan is the move's dry run.
func (m *Move) Plan(ctx context.Context) ([]engine.Planned, error) {
	return m.env.Runner(nil).Plan(ctx, m.Steps())
}

// Close ends the connections.
func (m *Move) Close() { m.in.Close() }

// probeNow sends the synthetic dossier through in each run, whatever earlier runs did.
type probeNow struct {
	in   *Installation
	done bool
}

func (p *probeNow) Done(context.Context) (bool, bool, error) { return p.done, true, nil }

func (p *probeNow) Do(ctx context.Context, on engine.Host, say engine.Progress) error {
	err := (&probe{p.in}).Do(ctx, on, say)
	p.done = err == nil
	return err
}
