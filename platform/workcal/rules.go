package workcal

import (
	"egovctl/platform/kernel/fault"
)

// Where the cutoff hour applies.
const (
	CutoffSameDayOnly = "same_day_only" // the law: procedures of the same day
	CutoffAll         = "all"           // where the province's regulation says so
)

// Rules is the part of a regime that counts time. The numbers are data of the regime, never law in code.
type Rules struct {
	Regime   string // mc-2018
	Basis    string // the legal basis that a promise names
	Cutoff   int    // minutes after midnight: what comes later is received on the next working day (NĐ 61/2018 Điều 18)
	CutoffAt string // CutoffSameDayOnly or CutoffAll
	Restart  bool   // a supplement restarts the time limit from zero (NĐ 61/2018 Điều 19.4); else the rest goes on
	Pending  bool   // no official of the province has confirmed the regime yet
}

// DefaultRules is 15:00 for same-day procedures, and a restart after a supplement: the base regime mc-2018.
func DefaultRules() Rules {
	return Rules{Cutoff: 15 * 60, CutoffAt: CutoffSameDayOnly, Restart: true}
}

// ParseRules reads the parameters of a regime: cutoff=15:00, cutoff_applies=same_day_only|all,
// supplement_clock=restart|resume. What is missing has its default. Fault: Invalid "deadlines.regime.param".
func ParseRules(regime, basis string, params map[string]string) (Rules, error) {
	r := DefaultRules()
	r.Regime, r.Basis = regime, basis
	refuse := func(name string) (Rules, error) {
		return Rules{}, fault.New(fault.Invalid, "deadlines.regime.param", "regime", regime, "name", name, "value", params[name]).At(name)
	}
	if v, ok := params["cutoff"]; ok {
		if r.Cutoff, ok = ParseTimeOfDay(v); !ok {
			return refuse("cutoff")
		}
	}
	if v, ok := params["cutoff_applies"]; ok {
		if v != CutoffSameDayOnly && v != CutoffAll {
			return refuse("cutoff_applies")
		}
		r.CutoffAt = v
	}
	if v, ok := params["supplement_clock"]; ok {
		if v != "restart" && v != "resume" {
			return refuse("supplement_clock")
		}
		r.Restart = v == "restart"
	}
	return r, nil
}

// cuts reports whether the cutoff hour applies to a term of this kind.
func (r Rules) cuts(k TermKind) bool { return k == SameDay || r.CutoffAt == CutoffAll }
