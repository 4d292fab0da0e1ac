package backup

import (
	"crypto/ed25519"
	"errors"
	"os"
	"strings"

	"filippo.io/age"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/instance"
)

// NewKey makes a key that opens backups: the content of the private file and of the public one, in age's own form.
func NewKey() (private, public []byte, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, nil, err
	}
	return []byte(id.String() + "\n"), []byte(id.Recipient().String() + "\n"), nil
}

// recipients are who can open what this instance backs up: the host, the recovery key, and those of the answers.
func recipients(site instance.Site) (all []age.Recipient, names []string, err error) {
	for _, file := range []string{instance.BackupKey, instance.RecoveryKey} {
		text, err := public(site.Root, file)
		if err != nil {
			return nil, nil, err
		}
		names = append(names, text)
	}
	names = append(names, site.Answers.Backup.Recipients...)
	for _, name := range names {
		r, err := age.ParseX25519Recipient(name)
		if err != nil {
			return nil, nil, fault.Wrap(err, fault.Invalid, "backup.recipient", "recipient", name).At("backup.recipients")
		}
		all = append(all, r)
	}
	return all, names, nil
}

// public is the public half of a key of the instance.
func public(root instance.Root, name string) (string, error) {
	raw, err := os.ReadFile(root.Secret(name) + ".pub")
	if errors.Is(err, os.ErrNotExist) {
		return "", fault.Wrap(err, fault.NotInstalled, "backup.key.absent", "name", name)
	}
	if err != nil {
		return "", fault.Wrap(err, fault.Forbidden, "instance.secret.unreadable", "name", name)
	}
	return strings.TrimSpace(string(raw)), nil
}

// HostKey opens what this host has backed up. Faults: those of instance.Site.Secret.
func HostKey(site instance.Site) (age.Identity, error) {
	text, err := site.Secret(instance.BackupKey)
	if err != nil {
		return nil, err
	}
	id, err := age.ParseX25519Identity(text.Reveal())
	if err != nil {
		return nil, fault.New(fault.Finding, "backup.key.form", "name", instance.BackupKey)
	}
	return id, nil
}

// signer is the key of the audit log, which signs manifests as well. Fault: finding "audit.key".
func signer(site instance.Site) (ed25519.PrivateKey, error) {
	return audit.ReadKey(site.Root.Secret(instance.AuditKey))
}

// Trusted is the public key by which this instance knows its own sets; nil when there is no instance at root. Fault: finding
// "audit.key".
func Trusted(root instance.Root) (ed25519.PublicKey, error) {
	key, err := audit.ReadPublicKey(root.Secret(instance.AuditKey) + ".pub")
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil //nolint:nilnil // a bare host
	}
	return key, err
}

// KeyTaken reports whether the private half of the recovery key was taken off the host, on purpose: then it is never made
// anew. The public half alone does not say so, because a cut installation may have written it first.
func KeyTaken(root instance.Root) bool {
	_, err := os.Stat(root.Secret(instance.RecoveryKey) + taken)
	return err == nil
}

// taken ends the name of the file that is left in place of the private half.
const taken = ".taken"
