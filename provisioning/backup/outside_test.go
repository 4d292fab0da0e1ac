package backup_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"egovctl/provisioning/backup"
	"egovctl/provisioning/backup/target/simulated"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
)

// A real instance backs up into a bucket that locks; the set is read from there to its last byte, and found by its address.
// What the bucket holds is not asked to go, and goes when the lock ends.
func TestASetInALockedBucket(t *testing.T) {
	site, store := here(t), simulated.New(t, true)
	file := site.Root.Secret("backup-target")
	text := fmt.Sprintf("access_key: %s\nsecret_key: %s\nca: |\n  %s\n", simulated.AccessKey, simulated.SecretKey, strings.ReplaceAll(strings.TrimSpace(store.CA), "\n", "\n  "))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(file) })
	to, err := backup.At(site, host.NewLocal(), "s3://"+store.Address+"/"+simulated.Bucket+"/tinh?lock=7")
	if err != nil {
		t.Fatal(err)
	}
	key, err := backup.Trusted(site.Root)
	if err != nil {
		t.Fatal(err)
	}
	id := backup.NewID(time.Now(), key)
	if _, err := backup.Create(t.Context(), site, to, id, func(int64, int64, string) {}); err != nil {
		t.Fatal(err)
	}
	from, found, err := backup.Find(site, host.NewLocal(), "", to.Place(id))
	if err != nil || found != id {
		t.Fatalf("found %q, %v", found, err)
	}
	open, err := backup.HostKey(site)
	if err != nil {
		t.Fatal(err)
	}
	set, err := backup.Open(t.Context(), from, id, key, open)
	if err == nil {
		err = set.Verify(t.Context(), &site, func(int64, int64, string) {})
	}
	if err != nil {
		t.Fatal(err)
	}

	for days := 2; days < 5; days++ {
		old := backup.NewID(time.Now().AddDate(0, 0, -days), key)
		if err := errors.Join(to.Put(t.Context(), old, "x", strings.NewReader("1")), to.Publish(t.Context(), old)); err != nil {
			t.Fatal(err)
		}
	}
	site.Answers.Backup.Keep = instance.Keep{Daily: 1}
	for _, want := range []int{0, 3} {
		surplus, err := backup.Surplus(t.Context(), site, to)
		if err != nil || len(surplus) != want {
			t.Errorf("surplus %v, want %d of them, %v", surplus, want, err)
		}
		store.Expire()
	}
}
