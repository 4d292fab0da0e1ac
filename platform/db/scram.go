package db

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
)

// scramRounds is PostgreSQL's own default (RFC 7677 asks for at least 4096). The passwords are random, so more
// rounds would only slow each connection.
const scramRounds = 4096

// checkPassword wants printable ASCII, for which SASLprep (RFC 4013) changes nothing.
func checkPassword(role string, p secret.String) error {
	s := p.Reveal()
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r < '!' || r > '~' }) {
		return fault.New(fault.Invalid, "db.password", "role", role)
	}
	return nil
}

// verifier is what PostgreSQL stores for a password (RFC 5803): from it nobody can sign in.
func verifier(p secret.String) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails since Go 1.24
	return verifierWith(p, salt, scramRounds)
}

func verifierWith(p secret.String, salt []byte, rounds int) string {
	salted, err := pbkdf2.Key(sha256.New, p.Reveal(), salt, rounds, sha256.Size)
	if err != nil { // only for key lengths that FIPS mode refuses
		return ""
	}
	stored := sha256.Sum256(mac(salted, "Client Key"))
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", rounds, b64(salt), b64(stored[:]), b64(mac(salted, "Server Key")))
}

// verifies reports whether stored was made from p.
func verifies(stored string, p secret.String) bool {
	head, _, _ := strings.Cut(strings.TrimPrefix(stored, "SCRAM-SHA-256$"), "$")
	count, salt64, ok := strings.Cut(head, ":")
	rounds, err := strconv.Atoi(count)
	salt, err2 := base64.StdEncoding.DecodeString(salt64)
	if !ok || err != nil || err2 != nil || rounds < 1 {
		return false
	}
	return hmac.Equal([]byte(verifierWith(p, salt, rounds)), []byte(stored))
}

func mac(key []byte, message string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(message))
	return h.Sum(nil)
}
