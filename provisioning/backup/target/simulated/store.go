// Package simulated is a store that speaks as much of S3's protocol as the target needs, for tests: behind real HTTPS, with the
// signature of each request checked, with versions, and with an object lock that it keeps. It misbehaves on request. It is no
// store of anybody's, and shows nothing about how one of them behaves.
package simulated

import (
	"crypto/md5" //nolint:gosec // what the protocol calls an etag
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Names and secrets of the one customer.
const (
	AccessKey = "sao-luu"
	SecretKey = "khoa-thu-nghiem"
	Bucket    = "kho"
)

// Store is a running one.
type Store struct {
	Address string // host and port
	CA      string // its certificate, in PEM

	mu      sync.Mutex
	locks   bool
	objects map[string][]*object // by key, oldest first
	uploads map[string]*upload
	number  int
	trouble func(w http.ResponseWriter, r *http.Request) bool
}

type object struct {
	version string
	body    []byte
	marker  bool // of a deletion
	at      time.Time
	until   time.Time
}

type upload struct {
	key   string
	parts map[string][]byte
}

// New starts a store that ends with the test. With locks its bucket has versions and object lock.
func New(t testing.TB, locks bool) *Store {
	t.Helper()
	s := &Store{locks: locks, objects: map[string][]*object{}, uploads: map[string]*upload{}}
	server := httptest.NewTLSServer(s)
	t.Cleanup(server.Close)
	s.Address = server.Listener.Addr().String()
	s.CA = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	return s
}

// Trouble has the store ask f before each request; true says that f has answered.
func (s *Store) Trouble(f func(w http.ResponseWriter, r *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = f
}

// Expire ends all locks, as time would.
func (s *Store) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, versions := range s.objects {
		for _, o := range versions {
			o.until = time.Time{}
		}
	}
}

// Kept is how many versions and begun uploads the store has.
func (s *Store) Kept() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, versions := range s.objects {
		n += len(versions)
	}
	return n + len(s.uploads)
}

// ServeHTTP answers one request.
func (s *Store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !signed(r) {
		refuse(w, http.StatusForbidden, "SignatureDoesNotMatch")
		return
	}
	s.mu.Lock()
	trouble := s.trouble
	s.mu.Unlock()
	if trouble != nil && trouble(w, r) {
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the line was cut
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case bucket != Bucket:
		refuse(w, http.StatusNotFound, "NoSuchBucket")
	case key == "":
		s.bucket(w, r)
	default:
		s.object(w, r, key, body)
	}
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s</Message></Error>", code, code) // the reader may be gone
}

// object answers about one key.
func (s *Store) object(w http.ResponseWriter, r *http.Request, key string, body []byte) {
	q := r.URL.Query()
	switch {
	case r.Method == http.MethodPost && q.Has("uploads"):
		s.number++
		id := fmt.Sprint("u", s.number)
		s.uploads[id] = &upload{key, map[string][]byte{}}
		_, _ = fmt.Fprintf(w, "<InitiateMultipartUploadResult><UploadId>%s</UploadId></InitiateMultipartUploadResult>", id)
	case q.Has("uploadId"):
		s.upload(w, r, q.Get("uploadId"), q.Get("partNumber"), body)
	case r.Method == http.MethodPut && q.Has("retention"):
		s.hold(w, key, q.Get("versionId"), text(body, "RetainUntilDate"))
	case r.Method == http.MethodGet && q.Has("retention"):
		o := s.find(key, q.Get("versionId"))
		if o == nil || o.until.IsZero() {
			refuse(w, http.StatusNotFound, "NoSuchObjectLockConfiguration")
			return
		}
		_, _ = fmt.Fprintf(w, "<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>%s</RetainUntilDate></Retention>", o.until.Format(time.RFC3339))
	case r.Method == http.MethodPut:
		o := s.put(key, body)
		o.until, _ = time.Parse(time.RFC3339, r.Header.Get("X-Amz-Object-Lock-Retain-Until-Date")) // none is the zero time
		w.Header().Set("ETag", etag(body))
	case r.Method == http.MethodDelete:
		s.remove(w, key, q.Get("versionId"))
	default:
		s.get(w, r, key, q.Get("versionId"))
	}
}

func etag(body []byte) string {
	sum := md5.Sum(body) //nolint:gosec // the protocol's
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func (s *Store) put(key string, body []byte) *object {
	s.number++
	o := &object{version: fmt.Sprint("v", s.number), body: body, at: time.Unix(int64(s.number), 0).UTC()}
	if !s.locks {
		o.version = ""
		s.objects[key] = nil
	}
	s.objects[key] = append(s.objects[key], o)
	return o
}

func (s *Store) upload(w http.ResponseWriter, r *http.Request, id, part string, body []byte) {
	u := s.uploads[id]
	switch {
	case u == nil:
		refuse(w, http.StatusNotFound, "NoSuchUpload")
	case r.Method == http.MethodPut:
		u.parts[fmt.Sprintf("%6s", part)] = body
		w.Header().Set("ETag", etag(body))
	case r.Method == http.MethodDelete:
		delete(s.uploads, id)
		w.WriteHeader(http.StatusNoContent)
	default:
		var all []byte
		for _, n := range order(u.parts) {
			all = append(all, u.parts[n]...)
		}
		delete(s.uploads, id)
		s.put(u.key, all)
		_, _ = fmt.Fprintf(w, "<CompleteMultipartUploadResult><Bucket>%s</Bucket><Key>%s</Key><ETag>%s</ETag></CompleteMultipartUploadResult>", Bucket, u.key, etag(all))
	}
}

// find is a version of an object; "" is the last one. nil for none, and for a deletion.
func (s *Store) find(key, version string) *object {
	for _, o := range slices.Backward(s.objects[key]) {
		if version == "" || o.version == version || version == "null" {
			if o.marker {
				return nil
			}
			return o
		}
	}
	return nil
}

func (s *Store) get(w http.ResponseWriter, r *http.Request, key, version string) {
	o := s.find(key, version)
	if o == nil {
		refuse(w, http.StatusNotFound, "NoSuchKey")
		return
	}
	w.Header().Set("ETag", etag(o.body))
	http.ServeContent(w, r, "", o.at, strings.NewReader(string(o.body)))
}

func (s *Store) hold(w http.ResponseWriter, key, version, until string) {
	o := s.find(key, version)
	at, err := time.Parse(time.RFC3339, until)
	if !s.locks || o == nil || err != nil {
		refuse(w, http.StatusBadRequest, "InvalidRequest")
		return
	}
	o.until = at
}

// remove keeps the lock: a version that is held stays, whoever asks.
func (s *Store) remove(w http.ResponseWriter, key, version string) {
	if s.locks && version == "" {
		s.put(key, nil).marker = true
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if o := s.find(key, version); o != nil && o.until.After(time.Now()) {
		refuse(w, http.StatusForbidden, "AccessDenied")
		return
	}
	s.objects[key] = slices.DeleteFunc(s.objects[key], func(o *object) bool { return !s.locks || o.version == version })
	w.WriteHeader(http.StatusNoContent)
}
