package target

import (
	"context"
	"time"

	"github.com/minio/minio-go/v7"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
)

// ask finds out what the bucket can do. Finding "backup.target.lockless" when a lock is asked for and it has none.
func (s *S3) ask(ctx context.Context) (b bucket, err error) {
	enabled, _, _, _, err := s.client.GetObjectLockConfig(ctx, s.bucket)
	switch code := minio.ToErrorResponse(err).Code; {
	case err == nil && enabled == "Enabled":
		b.versions, b.lock = true, s.address.lock
		if b.lock == 0 {
			b.lock = usualLock
		}
		return b, nil
	case err == nil, code == "ObjectLockConfigurationNotFoundError", code == minio.NotImplemented:
	default:
		return b, s.fault(ctx, err)
	}
	if s.address.lock > 0 {
		return b, fault.New(fault.Finding, "backup.target.lockless", "path", s.address.at(""))
	}
	v, err := s.client.GetBucketVersioning(ctx, s.bucket)
	if err != nil && minio.ToErrorResponse(err).Code != minio.NotImplemented {
		return b, s.fault(ctx, err)
	}
	b.versions = v.Status != ""
	return b, nil
}

// HeldUntil is the end of the lock on what makes it a set.
func (s *S3) HeldUntil(ctx context.Context, set string) (time.Time, error) {
	if err := named(set, set); err != nil {
		return time.Time{}, err
	}
	b, err := s.ask(ctx)
	if err != nil || b.lock == 0 {
		return time.Time{}, err
	}
	id, err := s.firstMark(ctx, set)
	if fault.Is(err, fault.NotFound) {
		return time.Time{}, nil // a draft
	}
	if err != nil {
		return time.Time{}, err
	}
	_, until, err := s.client.GetObjectRetention(ctx, s.bucket, s.mark(set), id)
	if minio.ToErrorResponse(err).Code == "NoSuchObjectLockConfiguration" {
		return time.Time{}, nil // published before there was a lock
	}
	if err != nil || until == nil {
		return time.Time{}, s.fault(ctx, err)
	}
	return *until, nil
}

// Delete takes away first what makes it a set, then the rest, every version of it.
func (s *S3) Delete(ctx context.Context, set string) error {
	until, err := s.HeldUntil(ctx, set)
	if err != nil {
		return err
	}
	if until.After(clock.System{}.Now()) {
		return fault.New(fault.Finding, held, "path", s.Place(set), "date", until.In(clock.Vietnam).Format("02/01/2006"))
	}
	b, err := s.ask(ctx)
	if err != nil {
		return err
	}
	for _, below := range []string{s.mark(set), s.object(set, "")} {
		objects, err := s.list(ctx, below, b.versions)
		if err != nil {
			return err
		}
		for _, o := range objects {
			if err := s.remove(ctx, set, o); err != nil {
				return err
			}
		}
	}
	for u := range s.client.ListIncompleteUploads(ctx, s.bucket, s.object(set, ""), true) {
		err := u.Err
		if err == nil {
			err = s.client.RemoveIncompleteUpload(ctx, s.bucket, u.Key)
		}
		if err != nil {
			return s.fault(ctx, err)
		}
	}
	return nil
}

// remove takes one version away. A bucket may lock by itself what was never published.
func (s *S3) remove(ctx context.Context, set string, o minio.ObjectInfo) error {
	err := s.client.RemoveObject(ctx, s.bucket, o.Key, minio.RemoveObjectOptions{VersionID: o.VersionID})
	if err == nil || minio.ToErrorResponse(err).Code != minio.AccessDenied {
		return s.fault(ctx, err)
	}
	_, until, asked := s.client.GetObjectRetention(ctx, s.bucket, o.Key, o.VersionID)
	if asked != nil || until == nil {
		return s.fault(ctx, err)
	}
	return fault.Wrap(err, fault.Finding, held, "path", s.Place(set), "date", until.In(clock.Vietnam).Format("02/01/2006"))
}
