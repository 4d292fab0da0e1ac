package target

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	signing "github.com/minio/minio-go/v7/pkg/credentials"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
)

// S3 is a target in a bucket of a store that speaks S3's protocol. The members of a set are objects below its name; the object
// SET.published, written last, makes them a set and says which version of each object is meant. In a bucket with object lock
// nobody can take those versions away before their time, and what is laid over them is not looked at.
type S3 struct {
	address        Address
	bucket, prefix string
	client         *minio.Client
}

var _ Target = (*S3)(nil)

// partSize is how many bytes are held in memory and sent at a time: 10,000 of them, the most there may be, are 160 GB.
const partSize = 16 << 20

// mark is what SET.published ends with, which no name of a member does.
const mark = ".published"

func newS3(a Address, c credentials, path string) (*S3, error) {
	bucket, prefix, _ := strings.Cut(a.path[1:], "/")
	if prefix != "" {
		prefix += "/"
	}
	if c.AccessKey == "" || c.SecretKey.Empty() {
		return nil, unformed(path)
	}
	roots, err := x509.SystemCertPool()
	if err != nil || c.CA != "" {
		roots = x509.NewCertPool()
	}
	if c.CA != "" && !roots.AppendCertsFromPEM([]byte(c.CA)) {
		return nil, unformed(path)
	}
	region := a.region
	if region == "" {
		region = "us-east-1" // what a store without regions calls its own
	}
	client, err := minio.New(strings.TrimSuffix(a.host, ":443"), &minio.Options{
		Creds: signing.NewStaticV4(c.AccessKey, c.SecretKey.Reveal(), ""), Secure: true, Region: region, MaxRetries: 4, BucketLookup: minio.BucketLookupPath,
		Transport: &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout: dialTime, ResponseHeaderTimeout: idleTime, IdleConnTimeout: idleTime / 2},
	})
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "backup.target.address", "target", a.at("")).At("backup.target")
	}
	return &S3{address: a, bucket: bucket, prefix: prefix, client: client}, nil
}

// Place is the address of the set.
func (s *S3) Place(set string) string { return s.address.at(set) }

func (s *S3) object(set, member string) string { return s.prefix + set + "/" + member }
func (s *S3) mark(set string) string           { return s.prefix + set + mark }

// Put sends a member in parts; the store has it whole or not at all.
func (s *S3) Put(ctx context.Context, set, member string, r io.Reader) error {
	if err := named(set, member); err != nil {
		return err
	}
	from := newSource(ctx, r, s.address.rate)
	_, err := s.client.PutObject(ctx, s.bucket, s.object(set, member), from, -1, minio.PutObjectOptions{PartSize: partSize})
	if from.err != nil {
		return from.err
	}
	return s.fault(ctx, err)
}

// index is the content of SET.published.
type index struct {
	Members map[string]version `json:"members"`
}

type version struct {
	Size int64  `json:"size"`
	ID   string `json:"version,omitempty"` // "" in a bucket without versions
}

// Publish holds what the draft has, where the bucket can, and writes the object that makes it a set.
func (s *S3) Publish(ctx context.Context, set string) error {
	if _, err := s.index(ctx, set); !fault.Is(err, fault.NotFound) {
		return err // it is published, or cannot be looked at
	}
	b, err := s.ask(ctx)
	if err != nil {
		return err
	}
	objects, err := s.list(ctx, s.object(set, ""), b.versions)
	if err != nil {
		return err
	}
	all := index{Members: map[string]version{}}
	for _, o := range objects {
		if !o.IsDeleteMarker && (o.IsLatest || !b.versions) {
			all.Members[path.Base(o.Key)] = version{o.Size, o.VersionID}
		}
	}
	if len(all.Members) == 0 {
		return fault.New(fault.NotFound, "backup.absent", "path", s.Place(set))
	}
	opts := minio.PutObjectOptions{DisableMultipart: true, SendContentMd5: true} // stores with a lock ask for the sum
	if b.lock > 0 {
		opts.Mode, opts.RetainUntilDate = minio.Compliance, clock.System{}.Now().Add(b.lock).UTC()
		for name, v := range all.Members {
			err := s.client.PutObjectRetention(ctx, s.bucket, s.object(set, name), minio.PutObjectRetentionOptions{Mode: &opts.Mode, RetainUntilDate: &opts.RetainUntilDate, VersionID: v.ID})
			if err != nil {
				return s.fault(ctx, err)
			}
		}
	}
	raw, err := json.Marshal(all)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal")
	}
	_, err = s.client.PutObject(ctx, s.bucket, s.mark(set), strings.NewReader(string(raw)), int64(len(raw)), opts)
	return s.fault(ctx, err)
}

// index is what a set consists of: what its first mark says, in a bucket with versions. NotFound for none.
func (s *S3) index(ctx context.Context, set string) (all index, err error) {
	if err := named(set, set); err != nil {
		return all, err
	}
	id, err := s.firstMark(ctx, set)
	if err != nil {
		return all, err
	}
	o, err := s.client.GetObject(ctx, s.bucket, s.mark(set), minio.GetObjectOptions{VersionID: id})
	if err != nil {
		return all, s.fault(ctx, err)
	}
	defer func() { _ = o.Close() }() // only read
	raw, err := io.ReadAll(io.LimitReader(o, 1<<20))
	if err != nil {
		return all, s.fault(ctx, err)
	}
	if json.Unmarshal(raw, &all) != nil {
		return all, fault.New(fault.NotFound, "backup.absent", "path", s.Place(set)) // somebody else's
	}
	return all, nil
}

// firstMark is the version of the mark that stood first; "" where there are no versions.
func (s *S3) firstMark(ctx context.Context, set string) (string, error) {
	b, err := s.ask(ctx)
	if err != nil || !b.versions {
		return "", err
	}
	all, err := s.list(ctx, s.mark(set), true)
	if err != nil {
		return "", err
	}
	all = slices.DeleteFunc(all, func(o minio.ObjectInfo) bool { return o.IsDeleteMarker || o.Key != s.mark(set) })
	if len(all) == 0 {
		return "", fault.New(fault.NotFound, "backup.absent", "path", s.Place(set))
	}
	return slices.MinFunc(all, func(a, b minio.ObjectInfo) int { return a.LastModified.Compare(b.LastModified) }).VersionID, nil
}

// Get opens a member, in the version that was published.
func (s *S3) Get(ctx context.Context, set, member string) (io.ReadCloser, error) {
	if err := named(set, member); err != nil {
		return nil, err
	}
	all, err := s.index(ctx, set)
	if err != nil {
		return nil, err
	}
	v, ok := all.Members[member]
	if !ok {
		return nil, fault.New(fault.NotFound, "backup.absent", "path", s.Place(set)+"/"+member)
	}
	o, err := s.client.GetObject(ctx, s.bucket, s.object(set, member), minio.GetObjectOptions{VersionID: v.ID})
	if err == nil {
		_, err = o.Stat()
	}
	if err != nil {
		return nil, s.fault(ctx, err)
	}
	return &stored{o, func(err error) error { return s.fault(ctx, err) }}, nil
}

// stored is an open member.
type stored struct {
	*minio.Object
	fault func(error) error
}

func (o *stored) Read(p []byte) (int, error) {
	n, err := o.Object.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = o.fault(err)
	}
	return n, err
}

// Members lists the objects of the set as they stand: what the mark names and is gone is not among them.
func (s *S3) Members(ctx context.Context, set string) (map[string]int64, error) {
	published, err := s.index(ctx, set)
	if err != nil {
		return nil, err
	}
	b, err := s.ask(ctx)
	if err != nil {
		return nil, err
	}
	objects, err := s.list(ctx, s.object(set, ""), b.versions)
	if err != nil {
		return nil, err
	}
	all := map[string]int64{}
	for _, o := range objects {
		name := path.Base(o.Key)
		v, meant := published.Members[name]
		if !o.IsDeleteMarker && (!b.versions || meant && v.ID == o.VersionID) {
			all[name] = o.Size
		}
	}
	return all, nil
}

// List reads the bucket below the prefix. What was begun and never came to an object is a draft too.
func (s *S3) List(ctx context.Context) (sets, drafts []string, err error) {
	b, err := s.ask(ctx)
	if err != nil {
		return nil, nil, err
	}
	objects, err := s.list(ctx, s.prefix, b.versions)
	if err != nil {
		return nil, nil, err
	}
	begun := map[string]bool{}
	for _, o := range objects {
		name, _, inside := strings.Cut(strings.TrimPrefix(o.Key, s.prefix), "/")
		set, isMark := strings.CutSuffix(name, mark)
		switch {
		case o.IsDeleteMarker:
		case inside && setName.MatchString(name):
			begun[name] = true
		case !inside && isMark && setName.MatchString(set) && !slices.Contains(sets, set):
			sets = append(sets, set)
		}
	}
	for u := range s.client.ListIncompleteUploads(ctx, s.bucket, s.prefix, true) {
		if u.Err != nil {
			return nil, nil, s.fault(ctx, u.Err)
		}
		if set, _, inside := strings.Cut(strings.TrimPrefix(u.Key, s.prefix), "/"); inside && setName.MatchString(set) {
			begun[set] = true
		}
	}
	for set := range begun {
		if !slices.Contains(sets, set) {
			drafts = append(drafts, set)
		}
	}
	slices.Sort(sets)
	slices.Sort(drafts)
	return sets, drafts, nil
}

func (s *S3) list(ctx context.Context, below string, versions bool) (all []minio.ObjectInfo, err error) {
	for o := range s.client.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: below, Recursive: true, WithVersions: versions}) {
		if o.Err != nil {
			return nil, s.fault(ctx, o.Err)
		}
		all = append(all, o)
	}
	return all, s.fault(ctx, ctx.Err())
}

// fault says what a refusal of the store means for a backup; nil stays nil.
func (s *S3) fault(ctx context.Context, err error) error {
	at := s.address.at("")
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	var unknown *tls.CertificateVerificationError
	switch minio.ToErrorResponse(err).Code {
	case minio.NoSuchKey, minio.NoSuchVersion:
		return fault.Wrap(err, fault.NotFound, "backup.absent", "path", at)
	case minio.NoSuchBucket:
		return fault.Wrap(err, fault.Finding, "backup.target.bucket", "path", at)
	case minio.InvalidAccessKeyID, minio.SignatureDoesNotMatch:
		return fault.Wrap(err, fault.Finding, "backup.target.signin", "path", at)
	case minio.AccessDenied:
		return fault.Wrap(err, fault.Finding, "backup.target.denied", "path", at)
	case "QuotaExceeded", "XMinioStorageFull", "InsufficientStorage":
		return fault.Wrap(err, fault.Finding, "backup.target.full", "path", at)
	}
	if errors.As(err, &unknown) {
		return fault.Wrap(err, fault.Refused, "backup.target.certificate", "path", at)
	}
	return fault.Wrap(err, fault.Unavailable, "backup.target.unreachable", "path", at)
}

// bucket is what can be done in it.
type bucket struct {
	versions bool
	lock     time.Duration // how long a set is held; 0 where it cannot be
}
