package kit

import (
	"os"
	"path/filepath"
	"testing"

	"egovctl/provisioning/host"
)

// bonded is a ROOT whose trust was stored and tied to it.
func bonded(t *testing.T, fingerprint string, kits ...[]byte) (root, folder string) {
	t.Helper()
	root = t.TempDir()
	folder = filepath.Join(root, "etc", "trust")
	for _, k := range kits {
		v, err := verify(t, onDisk(t, k), Anchor{Folder: folder, Root: root, Fingerprint: fingerprint})
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Remember(t.Context(), host.NewLocal(), folder); err != nil {
			t.Fatal(err)
		}
		if err := v.Bind(root, folder); err != nil {
			t.Fatal(err)
		}
	}
	return root, folder
}

// The account of the instance owns all of ROOT and may put away what is stored there. Root notices, from what only root can write.
func TestWhatTheAccountOfTheInstancePutsAwayIsNoticed(t *testing.T) {
	p, stranger := newPublisher(t, "p"), newPublisher(t, "q")
	own, theirs := Fingerprint(p.chain), Fingerprint(stranger.chain)
	old, newer, alien := kitOf(t, p, "1.2.0").bytes(t), kitOf(t, p, "1.3.0").bytes(t), kitOf(t, stranger, "1.4.0").bytes(t)
	root, folder := bonded(t, own, old, newer)
	if os.Geteuid() != 0 { // whoever installs for himself has no account that could be held off
		if _, ok, err := readBond(root); ok || err != nil {
			t.Errorf("%v %v", ok, err)
		}
		return
	}
	at := func(fingerprint string) Anchor { return Anchor{Folder: folder, Root: root, Fingerprint: fingerprint} }
	if _, err := verify(t, onDisk(t, newer), at("")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(folder, folder+".away"); err != nil {
		t.Fatal(err)
	}
	_, err := verify(t, onDisk(t, alien), at(theirs))
	refused(t, err, "kit.trust.lost")
	_, err = verify(t, onDisk(t, newer), at(""))
	refused(t, err, "kit.trust.lost")
	_, err = verify(t, onDisk(t, old), at(own)) // the root is vouched for again, and what was seen is not forgotten
	refused(t, err, "kit.older")
	if _, err := verify(t, onDisk(t, newer), at(own)); err != nil {
		t.Error(err)
	}
	v, err := verify(t, onDisk(t, alien), Anchor{Folder: folder, Fingerprint: theirs}) // their store in the place of ours
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Remember(t.Context(), host.NewLocal(), folder); err != nil {
		t.Fatal(err)
	}
	_, err = verify(t, onDisk(t, alien), at(""))
	refused(t, err, "kit.trust.lost")
}
