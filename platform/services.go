// Package platform is what a province runs after the installation. This file is the list of its services.
package platform

import (
	"io/fs"
	"slices"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/module"
	"egovctl/platform/services/agencies"
	"egovctl/platform/services/deadlines"
	"egovctl/platform/services/identity"
	"egovctl/platform/services/onestop"
	"egovctl/platform/services/procedures"
	"egovctl/platform/services/sites"
)

// Offices are the services, plugged into each other.
type Offices struct {
	Agencies   *agencies.Service   // which units and agencies there are, and were
	Deadlines  *deadlines.Service  // which day is a working day, which rule counts
	Procedures *procedures.Service // what is handled, where, for how much, in which time
	Identity   *identity.Service   // who acts, in which position
	Onestop    *onestop.Service    // dossiers
	Sites      *sites.Service      // the portal and the agencies' sites

	modules []module.Module
}

// Files are the folders that services read at run time: the fonts and layouts of prints.
type Files struct{ Fonts, Prints fs.FS }

// Open plugs the services, in the order in which they depend on each other. disabled names those whose pages, jobs and
// health this province leaves out; their schemas stay.
func Open(deps module.Deps, files Files, disabled []string) (*Offices, error) {
	o := &Offices{}
	var err error
	if o.Agencies, err = agencies.New(deps); err != nil {
		return nil, err
	}
	if o.Deadlines, err = deadlines.New(deps); err != nil {
		return nil, err
	}
	if o.Procedures, err = procedures.New(procedures.Deps{Deps: deps, Agencies: agenciesOfProcedures{o.Agencies}}); err != nil {
		return nil, err
	}
	if o.Identity, err = identity.New(identity.Deps{Deps: deps, Agencies: o.Agencies}); err != nil {
		return nil, err
	}
	if o.Onestop, err = onestop.New(onestop.Deps{
		Deps: deps, Agencies: agenciesOfOnestop{o.Agencies}, Procedures: proceduresOfOnestop{o.Procedures},
		Deadlines: deadlinesOfOnestop{o.Deadlines}, Staff: staffOfOnestop{o.Identity}, Fonts: files.Fonts, Prints: files.Prints,
	}); err != nil {
		return nil, err
	}
	if o.Sites, err = sites.New(sites.Deps{Deps: deps, Agencies: agenciesOfSites{o.Agencies}, Procedures: proceduresOfSites{o.Procedures}}); err != nil {
		return nil, err
	}
	o.modules = []module.Module{
		o.Agencies.Module(), o.Deadlines.Module(), o.Procedures.Module(), o.Identity.Module(), o.Onestop.Module(), o.Sites.Module(),
	}
	return o, o.disable(disabled)
}

// needed are the services without which nobody could sign in or be found.
var needed = []string{"agencies", "deadlines", "identity"}

func (o *Offices) disable(names []string) error {
	for _, name := range names {
		i := slices.IndexFunc(o.modules, func(m module.Module) bool { return m.Name == name })
		if i < 0 || slices.Contains(needed, name) {
			return fault.New(fault.Invalid, "platform.service", "name", name).At("services.disabled")
		}
		m := &o.modules[i]
		m.Routes, m.Run, m.Jobs, m.Health = nil, nil, nil, nil
	}
	return nil
}

// Modules lists the services in the order in which they depend on each other.
func (o *Offices) Modules() []module.Module { return o.modules }
