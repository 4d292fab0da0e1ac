package kit

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"egovctl/platform/kernel/fault"
)

// hashers is how many members are read at the same time.
const hashers = 2

// hash reads every stored member once. Fault: refused "kit.member" for bytes that are not the manifest's.
func (f *File) hash(ctx context.Context, say func(done, total int64)) error {
	order := make([]int, len(f.manifest.Members)) // the largest first: both hashers end at about the same time
	var total int64
	for i, m := range f.manifest.Members {
		order[i] = i
		total += m.StoredSize
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(f.manifest.Members[b].StoredSize, f.manifest.Members[a].StoredSize)
	})
	var taken, done atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for worker := range hashers {
		g.Go(func() error {
			buffer := make([]byte, 256<<10)
			for {
				n := int(taken.Add(1)) - 1
				if n >= len(order) {
					return nil
				}
				if err := f.hashMember(ctx, order[n], buffer, func(n int) {
					if d := done.Add(int64(n)); say != nil && worker == 0 {
						say(d, total)
					}
				}); err != nil {
					return err
				}
			}
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if say != nil {
		say(total, total)
	}
	return nil
}

func (f *File) hashMember(ctx context.Context, i int, buffer []byte, read func(n int)) error {
	m := f.manifest.Members[i]
	h := sha256.New()
	for at := int64(0); at < m.StoredSize; {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := buffer[:min(int64(len(buffer)), m.StoredSize-at)]
		if _, err := f.f.ReadAt(part, f.at[i]+at); err != nil {
			return fmt.Errorf("read kit: %w", err)
		}
		h.Write(part)
		at += int64(len(part))
		read(len(part))
	}
	if hex.EncodeToString(h.Sum(nil)) != m.StoredSHA256 {
		return f.changed(m)
	}
	return nil
}

func (f *File) changed(m Member) error {
	return fault.New(fault.Refused, "kit.member", "path", f.path, "member", m.Path)
}
