package target

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"

	"go.yaml.in/yaml/v4"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
)

// credentials are how an outside target is entered, as a YAML file that only its owner may read says it.
//
//	SFTP  host_keys: ["ssh-ed25519 AAAA...", "SHA256:..."], and private_key (the content of an OpenSSH key file) or password
//	S3    access_key, secret_key; ca: certificates in PEM for a server that the host's own do not vouch for
type credentials struct {
	HostKeys   []string
	PrivateKey secret.String
	Password   secret.String
	AccessKey  string
	SecretKey  secret.String
	CA         string
}

// longestCredentials bounds the file, in bytes.
const longestCredentials = 64 << 10

// readCredentials reads the file. Faults: finding "backup.target.credentials.absent", "backup.target.credentials.open" when others
// may read it as well, "backup.target.credentials.form"; forbidden "instance.secret.unreadable".
func readCredentials(path string) (c credentials, err error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return c, fault.Wrap(err, fault.Finding, "backup.target.credentials.absent", "path", path)
	}
	if err != nil {
		return c, fault.Wrap(err, fault.Forbidden, "instance.secret.unreadable", "name", path)
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return c, fault.Wrap(err, fault.Forbidden, "instance.secret.unreadable", "name", path)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return c, fault.New(fault.Finding, "backup.target.credentials.open", "path", path)
	}
	raw, err := io.ReadAll(io.LimitReader(f, longestCredentials))
	if err != nil {
		return c, fault.Wrap(err, fault.Forbidden, "instance.secret.unreadable", "name", path)
	}
	var text struct {
		HostKeys   []string `yaml:"host_keys"`
		PrivateKey string   `yaml:"private_key"`
		Password   string   `yaml:"password"`
		AccessKey  string   `yaml:"access_key"`
		SecretKey  string   `yaml:"secret_key"`
		CA         string   `yaml:"ca"`
	}
	if err := yaml.Load(raw, &text, yaml.WithKnownFields()); err != nil {
		return c, unformed(path) // the cause quotes what it could not read: a secret
	}
	return credentials{
		HostKeys: text.HostKeys, PrivateKey: secret.New(text.PrivateKey), Password: secret.New(text.Password),
		AccessKey: text.AccessKey, SecretKey: secret.New(text.SecretKey), CA: text.CA,
	}, nil
}

func unformed(path string) error {
	return fault.New(fault.Finding, "backup.target.credentials.form", "path", path)
}
