package target_test

import (
	"testing"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup/target"
)

func TestAddressesThatAreRefused(t *testing.T) {
	for _, place := range []string{
		"ftp://h/x", "sftp://h/x", "sftp://u@h", "sftp://u@h/", "sftp://u@h/a/../b", "sftp://u@/x", "sftp://u:secret@h/x", "sftp://u@h/x?lock=3",
		"sftp://u@h/x#y", "sftp://u@h/x?rate=0", "sftp://u@h/x?rate=-1", "sftp://u@h/x?rate=1&rate=2", "s3://h", "s3://h/", "s3://u@h/b", "s3://h/b?lock=0",
		"s3://h/b?lock=99999", "s3://h/b?region=", "s3://h/b?tls=off", "s3://h/b/", "://",
	} {
		if _, err := target.ParseAddress(place); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", place, err)
		}
	}
}

func TestAnAddressIsPartedIntoTargetAndSet(t *testing.T) {
	for place, want := range map[string][2]string{
		"sftp://u@h:2222/srv/sets/a":  {"sftp://u@h:2222/srv/sets", "a"},
		"s3://h/kho/tinh/a?lock=30":   {"s3://h/kho/tinh?lock=30", "a"},
		"s3://h:9000/kho/a?region=vn": {"s3://h:9000/kho?region=vn", "a"},
	} {
		if of, set := target.Split(place); of != want[0] || set != want[1] {
			t.Errorf("%s: %s, %s", place, of, set)
		}
	}
}
