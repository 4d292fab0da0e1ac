package wire

// A command says, as its annotation, what it does to the machine and to the instance, and so what --dry-run means for it.
// One that says nothing is taken for one that acts.

const effect = "effect"

// Reads marks a command that changes nothing, with --dry-run or without.
func Reads() map[string]string { return map[string]string{effect: "reads"} }

// Rehearses marks a command that changes something, and with --dry-run only tells what it would.
func Rehearses() map[string]string { return map[string]string{effect: "rehearses"} }

// Acts marks a command that changes something and cannot tell it beforehand: --dry-run is refused.
func Acts() map[string]string { return map[string]string{effect: "acts"} }

// Declared reports whether a command with these annotations says what it does.
func Declared(annotations map[string]string) bool { return annotations[effect] != "" }

// DryRuns reports whether a command with these annotations changes nothing when it is given --dry-run.
func DryRuns(annotations map[string]string) bool {
	return annotations[effect] == "reads" || annotations[effect] == "rehearses"
}

// ReadsOnly reports whether a command with these annotations changes nothing, whatever it is given.
func ReadsOnly(annotations map[string]string) bool { return annotations[effect] == "reads" }
