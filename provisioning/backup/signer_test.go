package backup

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/instance"
)

// The key of the audit log is told in one way, whoever reads it.
func TestTheKeyOfTheAuditLogIsReadInOneWay(t *testing.T) {
	root := instance.Root(t.TempDir())
	site := instance.Site{Root: root}
	path := root.Secret(instance.AuditKey)
	if key, err := Trusted(root); key != nil || err != nil {
		t.Errorf("a bare host: %v, %v", key, err)
	}
	if _, err := signer(site); !fault.Is(err, fault.Finding) || fault.From(err).Key != "audit.key" || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no key to sign with: %v", err)
	}
	private, public, err := audit.NewKeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		private, public []byte
		key             string
	}{
		"the two halves":  {private, public, ""},
		"neither is one":  {[]byte("x"), []byte("y"), "audit.key"},
		"another of each": {public, []byte("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"), "audit.key"},
	} {
		for file, raw := range map[string][]byte{path: c.private, path + ".pub": c.public} {
			if err := os.WriteFile(file, raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, errS := signer(site)
		_, errT := Trusted(root)
		for _, err := range []error{errS, errT} {
			if key := keyOf(err); key != c.key {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func keyOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.From(err).Key
}
