package root

import "egovctl/platform/kernel/fault"

// ExitStatus is the one table from a fault to the process's exit status.
func ExitStatus(err error) int {
	switch fault.CodeOf(err) {
	case "":
		return 0
	case fault.Invalid:
		return 2
	case fault.Finding:
		return 3
	case fault.Partial:
		return 4
	case fault.Busy:
		return 5
	case fault.Refused:
		return 6
	case fault.Decide:
		return 7
	case fault.NotInstalled:
		return 8
	case fault.Interrupted:
		return 130
	default:
		return 1
	}
}
