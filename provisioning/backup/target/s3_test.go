package target_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup/target"
	"egovctl/provisioning/backup/target/simulated"
	"egovctl/provisioning/backup/target/targettest"
)

// written is a file of credentials.
func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "backup-target")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func keys(s *simulated.Store, secret string) string {
	return fmt.Sprintf("access_key: %s\nsecret_key: %s\nca: |\n  %s\n", simulated.AccessKey, secret, strings.ReplaceAll(strings.TrimSpace(s.CA), "\n", "\n  "))
}

func bucket(t *testing.T, s *simulated.Store, path string) target.Target {
	t.Helper()
	to, err := target.Open("s3://"+s.Address+"/"+simulated.Bucket+path, written(t, keys(s, simulated.SecretKey)))
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func TestABucketIsATarget(t *testing.T) {
	targettest.Run(t, func(t *testing.T) target.Target { return bucket(t, simulated.New(t, false), "") })
	targettest.Run(t, func(t *testing.T) target.Target { return bucket(t, simulated.New(t, false), "/tinh/danang") })
}

func put(t *testing.T, to target.Target, set, text string) {
	t.Helper()
	err := errors.Join(to.Put(t.Context(), set, "x", strings.NewReader(text)), to.Publish(t.Context(), set))
	if err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, to target.Target, set string) string {
	t.Helper()
	r, err := to.Get(t.Context(), set, "x")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(r)
	if err = errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// A thief with the credentials deletes and overwrites all that he can: what was published is read as it was, and the
// target's own way to delete is refused until the time has come.
func TestALockedSetOutlivesAThief(t *testing.T) {
	s := simulated.New(t, true)
	to := bucket(t, s, "/danang?lock=30")
	put(t, to, "a", "the true one")
	until, err := to.HeldUntil(t.Context(), "a")
	if days := time.Until(until).Hours() / 24; err != nil || days < 29.9 || days > 30.1 {
		t.Errorf("held for %.1f days, %v", days, err)
	}
	if err := to.Delete(t.Context(), "a"); !target.Held(err) {
		t.Errorf("deleted: %v", err)
	}

	thief := raw(t, s)
	for o := range thief.ListObjectsIter(t.Context(), simulated.Bucket, minio.ListObjectsOptions{Recursive: true, WithVersions: true}) {
		_ = thief.RemoveObject(t.Context(), simulated.Bucket, o.Key, minio.RemoveObjectOptions{VersionID: o.VersionID}) // he takes what he gets
	}
	for _, key := range []string{"danang/a/x", "danang/a.published"} {
		if err := thief.RemoveObject(t.Context(), simulated.Bucket, key, minio.RemoveObjectOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := thief.PutObject(t.Context(), simulated.Bucket, key, strings.NewReader("forged"), 6, minio.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	if got := content(t, to, "a"); got != "the true one" {
		t.Errorf("read %q", got)
	}
	members, err := to.Members(t.Context(), "a")
	if err != nil || len(members) != 1 || members["x"] != int64(len("the true one")) {
		t.Errorf("members %v, %v", members, err)
	}

	s.Expire()
	if err := to.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if n := s.Kept(); n > 0 {
		t.Errorf("%d versions stay behind", n)
	}
}

// raw is what anybody with the credentials has.
func raw(t *testing.T, s *simulated.Store) *minio.Client {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(s.CA))
	c, err := minio.New(s.Address, &minio.Options{Creds: credentials.NewStaticV4(simulated.AccessKey, simulated.SecretKey, ""), Secure: true, Region: "us-east-1",
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A draft is held by nobody: what a cut upload left goes with the next sweep, begun parts and all.
func TestADraftInALockedBucketIsSwept(t *testing.T) {
	s := simulated.New(t, true)
	to := bucket(t, s, "")
	if err := to.Put(t.Context(), "a", "x", strings.NewReader("1")); err != nil {
		t.Fatal(err)
	}
	s.Trouble(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.URL.Query().Has("partNumber") || r.Method == http.MethodDelete {
			panic(http.ErrAbortHandler) // the line is cut, and the upload cannot be taken back
		}
		return false
	})
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if err := to.Put(ctx, "a", "y", strings.NewReader("2")); err == nil {
		t.Fatal("a cut upload is taken for done")
	}
	s.Trouble(nil)
	sets, drafts, err := to.List(t.Context())
	if err != nil || len(sets) > 0 || len(drafts) != 1 {
		t.Fatalf("sets %v, drafts %v, %v", sets, drafts, err)
	}
	if err := to.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if n := s.Kept(); n > 0 {
		t.Errorf("%d versions and uploads stay behind", n)
	}
}

// A store that is busy for a moment is asked again; one that stays so is told of.
func TestABusyStore(t *testing.T) {
	s := simulated.New(t, false)
	to, busy := bucket(t, s, ""), 2
	s.Trouble(func(w http.ResponseWriter, _ *http.Request) bool {
		if busy--; busy >= 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return busy >= 0
	})
	put(t, to, "a", "1")
	busy = 1000
	if _, _, err := to.List(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
}

func TestTheWayToAStore(t *testing.T) {
	s := simulated.New(t, false)
	good := keys(s, simulated.SecretKey)
	for _, c := range []struct {
		name, place, file string
		code              fault.Code
		key               string
	}{
		{"another secret", simulated.Bucket, keys(s, "sai"), fault.Finding, "backup.target.signin"},
		{"a certificate that nobody vouches for", simulated.Bucket, strings.Split(good, "ca:")[0], fault.Refused, "backup.target.certificate"},
		{"no such bucket", "khac", good, fault.Finding, "backup.target.bucket"},
		{"no lock where one is asked for", simulated.Bucket + "?lock=30", good, fault.Finding, "backup.target.lockless"},
		{"an option that there is not", simulated.Bucket + "?lok=30", good, fault.Invalid, "backup.target.address"},
		{"a key that is misspelt", simulated.Bucket, good + "secretkey: hunter2\n", fault.Finding, "backup.target.credentials.form"},
		{"no keys", simulated.Bucket, "", fault.Finding, "backup.target.credentials.form"},
	} {
		t.Run(c.name, func(t *testing.T) {
			to, err := target.Open("s3://"+s.Address+"/"+c.place, written(t, c.file))
			if err == nil {
				if err = to.Put(t.Context(), "a", "x", bytes.NewReader(nil)); err == nil {
					err = to.Publish(t.Context(), "a")
				}
			}
			if f := fault.From(err); f.Code != c.code || f.Key != c.key {
				t.Errorf("%v %s: %v", f.Code, f.Key, err)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Error("the error tells what the file holds")
			}
		})
	}
}
