package dossier

import (
	"crypto/rand"
	"fmt"
	"io"
	"strings"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/unit"
)

// Code writes the official code of the n-th dossier (from 1) that the agency with identifier receives on a day of
// Việt Nam: H17.08-260312-0007 (TT 01/2018/TT-VPCP Điều 19). After 9,999 the sequence widens.
func Code(identifier string, received time.Time, n int) string {
	return fmt.Sprintf("%s-%s-%04d", identifier, received.In(clock.Vietnam).Format("060102"), n)
}

// alphabet leaves out what is read wrongly on paper or aloud: 0 O, 1 I L, 5 S, 8 B, 2 Z, U V.
const alphabet = "34679ACDEFGHJKMNPQRTWXY"

// referenceLength gives 23^11, about 50 bits: short enough to copy by hand, too many to guess through a rate limit.
const referenceLength = 11

// NewReference makes the temporary reference of a dossier that waits for reception: TK37-QXM9-4RDA. from is
// crypto/rand in production; a demonstration gives its own source.
func NewReference(from io.Reader) (string, error) {
	raw, err := letters(from, referenceLength)
	if err != nil {
		return "", err
	}
	return group("T" + raw), nil
}

// NewSecret makes the secret of a receipt's QR code: 23^26, about 117 bits.
func NewSecret(from io.Reader) (string, error) { return letters(from, 26) }

// letters draws n letters evenly: bytes that would favour some letters are thrown away.
func letters(from io.Reader, n int) (string, error) {
	if from == nil {
		from = rand.Reader
	}
	out, one := make([]byte, 0, n), make([]byte, 1)
	for len(out) < n {
		if _, err := io.ReadFull(from, one); err != nil {
			return "", fmt.Errorf("draw letters: %w", err)
		}
		if int(one[0]) < 256/len(alphabet)*len(alphabet) {
			out = append(out, alphabet[int(one[0])%len(alphabet)])
		}
	}
	return string(out), nil
}

// Normalise brings what a person typed (spaces, lower case, forgotten hyphens of a reference) to the form that is
// stored. ok is false when it can be neither a code nor a reference.
func Normalise(typed string) (key string, ok bool) {
	s := strings.ToUpper(strings.Join(strings.Fields(typed), ""))
	if unit.ValidDossierCode(s) {
		return s, true
	}
	bare := strings.ReplaceAll(s, "-", "")
	if len(bare) != referenceLength+1 || bare[0] != 'T' || strings.Trim(bare[1:], alphabet) != "" {
		return "", false
	}
	return group(bare), true
}

func group(s string) string { return s[:4] + "-" + s[4:8] + "-" + s[8:] }
