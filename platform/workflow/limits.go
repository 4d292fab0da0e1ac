package workflow

import (
	"strconv"

	"egovctl/platform/kernel/fault"
)

// Limits is the part of a regime that bounds a workflow; the numbers are data of the regime, never law in code.
type Limits struct {
	IntakeSupplements int  // complete notices at the intake check (NĐ 61/2018 Điều 17.2)
	Clarifications    int  // requests for papers while a dossier is handled (Điều 11.2c, 15.3)
	Extensions        int  // re-appointments (Điều 19.9)
	Restart           bool // the full dossier restarts the time limit (Điều 19.4)
	PaymentRuns       bool // the clock runs while a financial obligation is met
}

// DefaultLimits is one of each, and a restart: the base regime mc-2018.
func DefaultLimits() Limits {
	return Limits{IntakeSupplements: 1, Clarifications: 1, Extensions: 1, Restart: true}
}

// ParseLimits reads the parameters of a regime: intake_supplement_max, supplement_max and extension_max (0 to 99),
// supplement_clock=restart|resume, payment_clock=stop|run. What is missing has its default. Fault: Invalid
// "deadlines.regime.param".
func ParseLimits(regime string, params map[string]string) (Limits, error) {
	l := DefaultLimits()
	refuse := func(name string) (Limits, error) {
		return Limits{}, fault.New(fault.Invalid, "deadlines.regime.param", "regime", regime, "name", name, "value", params[name]).At(name)
	}
	for name, to := range map[string]*int{"intake_supplement_max": &l.IntakeSupplements, "supplement_max": &l.Clarifications, "extension_max": &l.Extensions} {
		if v, ok := params[name]; ok {
			n, err := strconv.Atoi(v)
			if err != nil || n < 0 || n > 99 {
				return refuse(name)
			}
			*to = n
		}
	}
	for name, to := range map[string]struct {
		yes, no string
		to      *bool
	}{"supplement_clock": {"restart", "resume", &l.Restart}, "payment_clock": {"run", "stop", &l.PaymentRuns}} {
		if v, ok := params[name]; ok {
			if v != to.yes && v != to.no {
				return refuse(name)
			}
			*to.to = v == to.yes
		}
	}
	return l, nil
}
