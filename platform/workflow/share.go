package workflow

// whole is the sum of shares that is the time limit itself.
const whole = 1000

// Allowance is the working minutes that a state may take of a time limit of total minutes; 0 for states that have no
// share. Rounded down, so that the steps together never pass the limit.
func (d Definition) Allowance(s State, total int64) int64 {
	step, _ := d.Step(s)
	return total * int64(step.Share) / whole
}

// Shares is the sum of what the steps may take while the clock runs, in thousandths of the time limit.
func (d Definition) Shares() int {
	sum := 0
	for _, s := range d.Steps {
		if s.Clock == Running {
			sum += s.Share
		}
	}
	return sum
}
