// Package argon hashes and checks passwords with argon2id (RFC 9106), a bounded number at a time.
package argon

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
)

// Cost is what one check takes.
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
}

// Standard takes 50 to 100 ms on one core of 2020 and 19 MiB: twice the passes of OWASP's least, and two at a time
// stay under 40 MiB, so that an idle instance keeps its own bound of 64.
func Standard() Cost { return Cost{MemoryKiB: 19 << 10, Passes: 4} }

// Least is for passwords that the program drew itself at 90 bits or more: nobody guesses them from any hash, so a slow
// one buys nothing but a slow installation. They are hashed again at Standard when their holder signs in.
func Least() Cost { return Cost{MemoryKiB: 64, Passes: 1} }

const (
	saltLength = 16
	keyLength  = 32
	lanes      = 1
)

// Keeper hashes and checks. At most AtOnce hashes run at a time; whoever waits longer than Patience is turned away, so
// that a flood of guesses costs bounded memory.
type Keeper struct {
	cost     Cost
	slots    chan struct{}
	patience time.Duration
	dummy    string
	checks   atomic.Int64
}

// Bounds of a keeper.
const (
	AtOnce   = 2
	Patience = 10 * time.Second
)

// New makes a keeper whose new hashes have cost.
func New(cost Cost) *Keeper {
	k := &Keeper{cost: cost, slots: make(chan struct{}, AtOnce), patience: Patience}
	// Nobody has this password: it is forgotten at once. Only its parameters matter; no hashing is needed to make it.
	k.dummy = phc(cost, random(saltLength), random(keyLength))
	return k
}

// Hash makes the PHC string of p at the keeper's cost.
func (k *Keeper) Hash(ctx context.Context, p secret.String) (string, error) {
	leave, err := k.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return derive(k.cost, p), nil
}

// HashDrawn makes the PHC string of a password that the program drew itself (see Least).
func HashDrawn(p secret.String) string { return derive(Least(), p) }

// Check compares p with a PHC string; "" stands for nobody. Whatever happens, exactly one computation at the keeper's
// full cost is made, so that the time tells nothing: not whether there is such an account, nor how its hash was made.
func (k *Keeper) Check(ctx context.Context, hash string, p secret.String) (right bool, err error) {
	leave, err := k.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	known := hash != ""
	if !known {
		hash = k.dummy
	}
	cost, salt, key, err := parse(hash)
	if err != nil {
		return false, fault.Wrap(err, fault.Internal, "internal")
	}
	right = compare(cost, salt, key, p)
	if cost != k.cost {
		cost, salt, key, _ = parse(k.dummy)
		compare(cost, salt, key, p)
	}
	k.checks.Add(1)
	return right && known, nil
}

// Stale reports whether hash was made at another cost and should be made anew when its password is at hand.
func (k *Keeper) Stale(hash string) bool {
	cost, _, _, err := parse(hash)
	return err != nil || cost != k.cost
}

// Checks counts the computations of Check since the start.
func (k *Keeper) Checks() int64 { return k.checks.Load() }

func (k *Keeper) enter(ctx context.Context) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, k.patience)
	defer cancel()
	select {
	case k.slots <- struct{}{}:
		return func() { <-k.slots }, nil
	case <-ctx.Done():
		return nil, fault.Wrap(ctx.Err(), fault.TooMany, "identity.busy")
	}
}

func derive(c Cost, p secret.String) string {
	salt := random(saltLength)
	return phc(c, salt, argon2.IDKey([]byte(p.Reveal()), salt, c.Passes, c.MemoryKiB, lanes, keyLength))
}

func compare(c Cost, salt, key []byte, p secret.String) bool {
	got := argon2.IDKey([]byte(p.Reveal()), salt, c.Passes, c.MemoryKiB, lanes, uint32(len(key)))
	return subtle.ConstantTimeCompare(got, key) == 1
}

func phc(c Cost, salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.MemoryKiB, c.Passes, lanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

func parse(s string) (c Cost, salt, key []byte, err error) {
	part := strings.Split(s, "$")
	if len(part) != 6 || part[1] != "argon2id" {
		return c, nil, nil, fmt.Errorf("no argon2id string")
	}
	var version, p int
	if _, err = fmt.Sscanf(part[2], "v=%d", &version); err != nil || version != argon2.Version {
		return c, nil, nil, fmt.Errorf("argon2 version %q", part[2])
	}
	if _, err = fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &c.MemoryKiB, &c.Passes, &p); err != nil || p != lanes || c.Passes == 0 {
		return c, nil, nil, fmt.Errorf("argon2 parameters %q", part[3])
	}
	if salt, err = base64.RawStdEncoding.DecodeString(part[4]); err != nil {
		return c, nil, nil, fmt.Errorf("argon2 salt: %w", err)
	}
	if key, err = base64.RawStdEncoding.DecodeString(part[5]); err != nil || len(key) == 0 {
		return c, nil, nil, fmt.Errorf("argon2 key: %w", err)
	}
	return c, salt, key, nil
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return b
}
