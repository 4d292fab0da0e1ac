package account

import (
	"bufio"
	_ "embed"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/fold"
	"egovctl/platform/kernel/secret"
)

// The bounds of a password, in characters and bytes. There is no rule about kinds of characters: length and not being
// guessable is what helps (NIST SP 800-63B; ASVS 5.0 V6.2).
const (
	MinPassword = 12
	MaxPassword = 256
)

//go:embed common.txt
var common string

// Typed gives a password as it is hashed: NFC, because keyboards differ in how they write Vietnamese.
func Typed(p secret.String) secret.String { return secret.New(norm.NFC.String(p.Reveal())) }

// CheckPassword refuses a password that is too short or long, too common, or too near the login. Faults: Invalid
// "identity.password.short", ".long", ".common", ".login".
func CheckPassword(p secret.String, login string) error {
	s := Typed(p).Reveal()
	folded := strings.ReplaceAll(fold.Text(s), " ", "")
	bare := strings.ReplaceAll(fold.Text(login), " ", "")
	switch {
	case utf8.RuneCountInString(s) < MinPassword:
		return fault.New(fault.Invalid, "identity.password.short", "min", MinPassword).At("password")
	case len(s) > MaxPassword:
		return fault.New(fault.Invalid, "identity.password.long", "max", MaxPassword).At("password")
	case len(bare) >= 4 && strings.Contains(folded, bare):
		return fault.New(fault.Invalid, "identity.password.login").At("password")
	case isCommon(folded), repeats(s):
		return fault.New(fault.Invalid, "identity.password.common").At("password")
	}
	return nil
}

// isCommon compares without regard to case, accents and the digits that people add at the end.
func isCommon(folded string) bool {
	bare := strings.TrimRight(folded, "0123456789")
	lines := bufio.NewScanner(strings.NewReader(common))
	for lines.Scan() {
		if w := lines.Text(); w == folded || (w == bare && w != "") {
			return true
		}
	}
	return false
}

// repeats reports a password made of fewer than five different characters, such as aaaaaaaaaaaa or 121212121212.
func repeats(s string) bool {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen) < 5
}
