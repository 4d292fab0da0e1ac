package workflow

import (
	"fmt"
	"slices"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

// Problem is one reason why a definition may not go live: a message key and its arguments.
type Problem struct {
	Key  string
	Args map[string]string
}

func (p Problem) String() string { return fmt.Sprint(p.Key, " ", p.Args) }

// Office is where a definition is to go live. The zero Office checks only what holds anywhere.
type Office struct {
	Held []who.Role // the roles that somebody holds there; nil: all of them
}

// Prove looks for what must not go live: an unreachable step, a dead end, a role that nobody
// holds, steps that together pass the time limit, and moves that the national list does not know. Nothing found: proven.
func Prove(d Definition, office Office) []Problem {
	p := &prover{d: d}
	p.shape()
	if len(p.found) > 0 {
		return p.found // the rest would only repeat it
	}
	p.paths()
	p.roles(office)
	p.shares()
	return p.found
}

type prover struct {
	d     Definition
	found []Problem
}

func (p *prover) add(key string, args ...any) {
	p.found = append(p.found, Problem{Key: key, Args: fault.New(fault.Invalid, key, args...).Args})
}

// shape finds what makes a definition no definition: names twice or unknown, moves that cannot be reported.
func (p *prover) shape() {
	seen := map[State]bool{}
	for _, s := range p.d.Steps {
		if seen[s.State] || s.State == "" || s.State == Previous {
			p.add("workflow.prove.step_twice", "state", s.State)
		}
		seen[s.State] = true
		if s.National < 1 || s.National > 10 || s.Final != NationalFinal(s.National) {
			p.add("workflow.prove.national", "state", s.State, "national", s.National)
		}
	}
	if !seen[p.d.Start] {
		p.add("workflow.prove.start", "state", p.d.Start)
	}
	acts := map[string]bool{}
	for _, t := range p.d.Transitions {
		key := string(t.Action) + " " + string(t.From)
		if acts[key] {
			p.add("workflow.prove.act_twice", "action", t.Action, "state", t.From)
		}
		acts[key] = true
		for _, s := range []State{t.From, t.To, t.Restart} {
			if s != "" && s != Previous && !seen[s] {
				p.add("workflow.prove.step_unknown", "action", t.Action, "state", s)
			}
		}
		if t.To == "" || len(t.Roles) == 0 || (t.To == Previous && t.Guard != GuardReturn && t.Guard != GuardUndo) {
			p.add("workflow.prove.act_open", "action", t.Action, "state", t.From)
		}
	}
}

// paths finds steps that are never reached, from which nothing ends, or that move as the national list does not.
func (p *prover) paths() {
	edges := p.d.edges()
	reached := walk(edges, p.d.Start)
	back := map[State][]State{}
	for from, tos := range edges {
		for _, to := range tos {
			back[to] = append(back[to], from)
		}
	}
	ends := map[State]bool{}
	for _, s := range p.d.Steps {
		if s.Final {
			for state := range walk(back, s.State) {
				ends[state] = true
			}
		}
	}
	for _, s := range p.d.Steps {
		switch {
		case !reached[s.State]:
			p.add("workflow.prove.unreachable", "state", s.State)
		case !ends[s.State]:
			p.add("workflow.prove.dead_end", "state", s.State)
		}
		if s.Final && len(edges[s.State]) > 0 {
			p.add("workflow.prove.final", "state", s.State)
		}
		for _, to := range edges[s.State] {
			if target, _ := p.d.Step(to); !NationalMove(s.National, target.National) {
				p.add("workflow.prove.move", "from", s.State, "to", to)
			}
		}
	}
}

// edges lists where each state can lead. An undo adds nothing: it goes where the dossier has just been. A return leads
// to every running state from which the interruption can come.
func (d Definition) edges() map[State][]State {
	direct := map[State][]State{}
	add := func(from, to State) {
		if !slices.Contains(direct[from], to) {
			direct[from] = append(direct[from], to)
		}
	}
	for _, t := range d.Transitions {
		if t.To != Previous {
			add(t.From, t.To)
		}
		if t.Restart != "" {
			add(t.From, t.Restart)
		}
	}
	for _, t := range d.Transitions {
		if t.Guard != GuardReturn || t.To != Previous {
			continue
		}
		from, _ := d.Step(t.From)
		for _, s := range d.Steps {
			if s.Clock == Running && !s.Interrupt && NationalMove(from.National, s.National) && d.interrupts(direct, s.State)[t.From] {
				add(t.From, s.State)
			}
		}
	}
	return direct
}

// interrupts is the interruptions that a dossier can be in when it was last handled in state.
func (d Definition) interrupts(direct map[State][]State, state State) map[State]bool {
	only := map[State][]State{}
	for from, tos := range direct {
		for _, to := range tos {
			source, _ := d.Step(from)
			if target, _ := d.Step(to); target.Interrupt && (from == state || source.Interrupt) {
				only[from] = append(only[from], to)
			}
		}
	}
	return walk(only, state)
}

func walk(edges map[State][]State, from State) map[State]bool {
	seen, next := map[State]bool{from: true}, []State{from}
	for len(next) > 0 {
		s := next[0]
		next = next[1:]
		for _, to := range edges[s] {
			if !seen[to] {
				seen[to] = true
				next = append(next, to)
			}
		}
	}
	return seen
}

// roles finds acts that nobody there could do.
func (p *prover) roles(office Office) {
	if office.Held == nil {
		return
	}
	held := append([]who.Role{who.Citizen}, office.Held...)
	for _, t := range p.d.Transitions {
		if !overlap(held, t.Roles) {
			p.add("workflow.prove.role", "action", t.Action, "state", t.From, "roles", fmt.Sprint(t.Roles))
		}
	}
}

// shares finds steps that together are given more than the time limit.
func (p *prover) shares() {
	for _, s := range p.d.Steps {
		if s.Share < 0 || (s.Share > 0 && s.Clock != Running) {
			p.add("workflow.prove.share", "state", s.State, "share", s.Share)
		}
	}
	if sum := p.d.Shares(); sum > whole {
		p.add("workflow.prove.over_limit", "percent", fmt.Sprintf("%.1f", float64(sum)/10))
	}
}
