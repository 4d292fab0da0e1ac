package audit

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"

	"egovctl/platform/kernel/fault"
)

// NewKeyPEM makes a signing key: the content of the private file (PKCS 8, mode 0600) and of the public one (PKIX).
func NewKeyPEM() (private, public []byte, err error) {
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	open, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}),
		pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: open}), nil
}

// ReadKey reads the private key. Fault: finding "audit.key".
func ReadKey(path string) (ed25519.PrivateKey, error) {
	der, err := readPEM(path)
	if err == nil {
		var k any
		if k, err = x509.ParsePKCS8PrivateKey(der); err == nil {
			if key, ok := k.(ed25519.PrivateKey); ok {
				return key, nil
			}
			err = errors.New("not an ed25519 key")
		}
	}
	return nil, fault.Wrap(err, fault.Finding, "audit.key", "path", path)
}

// ReadPublicKey reads the public key, from its own file or out of the private one. Fault: finding "audit.key".
func ReadPublicKey(path string) (ed25519.PublicKey, error) {
	der, err := readPEM(path)
	if err != nil {
		return nil, fault.Wrap(err, fault.Finding, "audit.key", "path", path)
	}
	if k, err := x509.ParsePKIXPublicKey(der); err == nil {
		if key, ok := k.(ed25519.PublicKey); ok {
			return key, nil
		}
	}
	key, err := ReadKey(path)
	if err != nil {
		return nil, err
	}
	return key.Public().(ed25519.PublicKey), nil
}

func readPEM(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("no PEM block")
	}
	return block.Bytes, nil
}
