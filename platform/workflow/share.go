package workflow

// whole is the sum of shares that is the time limit itself.
const whole = 1000

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
