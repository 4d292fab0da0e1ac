package platform_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"egovctl/platform/audit"
	"egovctl/platform/internal/inspect"
	"egovctl/platform/kernel/clock"
)

// sealed binds everything that the inspection has left in the log, and verifies it as the operator's command does.
func sealed(t *testing.T, w *inspect.World) {
	ctx := context.Background()
	key := filepath.Join(t.TempDir(), "key.pem")
	private, _, err := audit.NewKeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, private, 0o600); err != nil {
		t.Fatal(err)
	}
	sealer, err := audit.NewSealer(w.DB.App(), key, "", clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	n, err := sealer.Seal(ctx)
	if err != nil {
		t.Fatal(err)
	}
	r, err := audit.Verify(ctx, w.DB.App(), key)
	if err != nil {
		t.Fatal(err)
	}
	if int64(n) != r.Rows || r.Unsealed != 0 || n < 50 {
		t.Errorf("%d lines sealed, %d verified, %d without a seal", n, r.Rows, r.Unsealed)
	}
	t.Logf("%d lines", n)
}
