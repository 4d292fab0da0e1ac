package workflow

import (
	"fmt"
	"slices"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

// StandardID names the workflow that every procedure has until the province draws its own.
const StandardID = "standard"

// Released lists every definition that ever went live, the versions of one id in their order. A dossier stays on the version
// that it started with, so none is ever edited or taken out: a change is one more version at the end.
func Released() []Definition { return []Definition{Standard()} }

// Book is the definitions that are live.
type Book struct{ all []Definition }

// NewBook takes definitions that may go live. Faults: internal "workflow.unproven" for one that is not proven,
// "workflow.versions" when the versions of an id are not 1, 2, 3 and so on.
func NewBook(all []Definition) (*Book, error) {
	newest := map[string]int{}
	for _, d := range all {
		if newest[d.ID]++; d.Version != newest[d.ID] {
			return nil, fault.New(fault.Internal, "workflow.versions", "id", d.ID, "version", d.Version)
		}
		if problems := Prove(d, Office{Held: who.Roles()}); len(problems) > 0 {
			return nil, fault.New(fault.Internal, "workflow.unproven", "id", d.ID, "version", d.Version, "why", fmt.Sprint(problems))
		}
	}
	return &Book{all: all}, nil
}

// Find finds a version. Fault: internal "workflow.unknown" for one that this release does not have.
func (b *Book) Find(id string, version int) (Definition, error) {
	i := slices.IndexFunc(b.all, func(d Definition) bool { return d.ID == id && d.Version == version })
	if i < 0 {
		return Definition{}, fault.New(fault.Internal, "workflow.unknown", "id", id, "version", version)
	}
	return b.all[i], nil
}

// Newest is the version on which a new dossier starts. Fault: internal "workflow.unknown".
func (b *Book) Newest(id string) (Definition, error) {
	version := 0
	for _, d := range b.all {
		if d.ID == id {
			version = d.Version
		}
	}
	return b.Find(id, version)
}

// Steps lists every state in which a dossier can be, each once, as the newest definition that has it says.
func (b *Book) Steps() []Step {
	var steps []Step
	for _, d := range slices.Backward(b.all) {
		for _, s := range d.Steps {
			if !slices.ContainsFunc(steps, func(x Step) bool { return x.State == s.State }) {
				steps = append(steps, s)
			}
		}
	}
	return steps
}
