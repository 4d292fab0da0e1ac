package kit

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"egovctl/provisioning/host"
)

// Two hundred kits that are as good as any: none may be refused, and every tenth is laid down as its manifest
// says.
func TestGoodKitsAreTaken(t *testing.T) {
	for i := range 200 {
		r := rand.New(rand.NewPCG(9, uint64(i))) //nolint:gosec // no secret: the same kits in every run
		p := newPublisher(t, "p")
		own := Fingerprint(p.chain)
		folder := filepath.Join(t.TempDir(), "trust")
		a := Anchor{Folder: folder, Fingerprint: Grouped(own), Kind: KindRelease, Running: "1.2.0"}
		if r.IntN(3) > 0 { // an instance that has seen an older one
			a = Anchor{Folder: instance(t, own, kitOf(t, p, "1.2.0").bytes(t)), Running: "1.2.0"}
			folder = a.Folder
		}
		for range r.IntN(4) { // rotated, renewed, another holder
			switch r.IntN(3) {
			case 0:
				p.rotate(t)
			case 1:
				p.next(t, p.holders[1], p.holders[2])
			case 2:
				p.holders = append(p.holders[1:], fmt.Sprintf("p-%d-%d", i, len(p.chain)))
				p.next(t, p.holders...) // every one of them, and the two who stay are two of the old ones
			}
		}
		if n := len(p.chain); r.IntN(2) == 0 && n > 1 { // signed by more than the threshold
			before := p.chain[:n-1]
			raw, err := SignRoot(p.chain[n-1], before[n-2], pair(p.holders[0]))
			if err != nil {
				t.Fatal(err)
			}
			p.chain = append(slices.Clone(before), raw)
		}
		files := release()
		for n := range r.IntN(5) {
			files = append(files, content{fmt.Sprintf("templates/print/%c/%s.html", 'a'+n, fmt.Sprint(r.Uint64())), make([]byte, r.IntN(3000)), false})
		}
		if r.IntN(2) == 0 { // the members in any order
			r.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		}
		k := press(t, pick(r, []string{"1.2.0", "1.2.1", "1.3.0-rc.1", "1.3.0", "2.0.0"}), files, pick(r, levels))
		if a.Fingerprint == "" && k.manifest.Version == "1.2.0" {
			k = press(t, "1.2.0", release(), levels[1]) // the one that was seen: the same bytes
			p.chain = p.chain[:1]
			p.release = "p-1"
		}
		v, err := verify(t, onDisk(t, k.sign(t, p.signer()).bytes(t)), a)
		if err != nil {
			t.Errorf("number %d is refused: %v", i, err)
			continue
		}
		if err := v.Remember(t.Context(), host.NewLocal(), folder); err != nil {
			t.Errorf("number %d is not remembered: %v", i, err)
		}
		if i%10 > 0 {
			continue
		}
		laid := filepath.Join(t.TempDir(), "laid")
		if err := v.Release().Lay(t.Context(), host.NewLocal(), laid, nil); err != nil {
			t.Errorf("number %d is not laid down: %v", i, err)
			continue
		}
		if _, err := Verify(laid); err != nil {
			t.Errorf("number %d: %v", i, err)
		}
	}
}
