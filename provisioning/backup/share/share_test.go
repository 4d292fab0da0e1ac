package share_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"egovctl/provisioning/backup/share"
)

func split(t *rapid.T) (secret []byte, parts []share.Part, k int) {
	secret = rapid.SliceOfN(rapid.Byte(), 1, 48).Draw(t, "secret")
	n := rapid.IntRange(2, share.Most).Draw(t, "n")
	k = rapid.IntRange(2, n).Draw(t, "k")
	parts, err := share.Split(secret, n, k)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0))
	r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return secret, parts, k
}

func TestAnyThresholdOfPartsGivesTheSecretAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret, parts, k := split(t)
		got, err := share.Join(parts[:rapid.IntRange(k, len(parts)).Draw(t, "held")])
		if err != nil || !bytes.Equal(got, secret) {
			t.Fatalf("%x, %v, want %x", got, err, secret)
		}
	})
}

// With one part less than needed every secret is as likely as any other: for each of the 256 first bytes there is a last part
// that would give it.
func TestOnePartLessSaysNothing(t *testing.T) {
	parts, err := share.Split([]byte{42}, 3, 3)
	if err != nil {
		t.Fatal(err)
	}
	possible := map[byte]bool{}
	for y := range 256 {
		got, err := share.Join([]share.Part{parts[0], parts[1], {X: 3, Y: []byte{byte(y)}}})
		if err != nil {
			t.Fatal(err)
		}
		possible[got[0]] = true
	}
	if len(possible) != 256 {
		t.Errorf("two of three parts leave %d secrets of 256", len(possible))
	}
}

func TestPartsDifferEachTime(t *testing.T) {
	a, err1 := share.Split(make([]byte, 32), 3, 2)
	b, err2 := share.Split(make([]byte, 32), 3, 2)
	if err := errors.Join(err1, err2); err != nil || bytes.Equal(a[0].Y, b[0].Y) {
		t.Errorf("the same parts twice: %v", err)
	}
}

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	for _, nk := range [][2]int{{1, 1}, {3, 1}, {2, 3}, {share.Most + 1, 2}, {0, 0}} {
		if _, err := share.Split([]byte{1}, nk[0], nk[1]); err == nil {
			t.Errorf("%d of %d was split", nk[1], nk[0])
		}
	}
	one := share.Part{X: 1, Y: []byte{1}}
	for name, parts := range map[string][]share.Part{
		"none": nil, "one": {one}, "twice": {one, one}, "the secret's own point": {one, {X: 0, Y: []byte{1}}}, "lengths": {one, {X: 2, Y: []byte{1, 2}}},
	} {
		if _, err := share.Join(parts); err == nil {
			t.Errorf("%s was joined", name)
		}
	}
}

func TestSharesAreReadAsTheyWereWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, parts, k := split(t)
		var text []string
		want := make([]share.Share, len(parts))
		for i, p := range parts {
			want[i] = share.Share{Part: p, Need: k, Of: [4]byte{1, 2, 3, 4}}
			text = append(text, "share of somebody", strings.ToUpper(strings.Join(want[i].Lines(), "\r\n  ")), "")
		}
		got, err := share.Parse(strings.Join(text, "\n"))
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(want, func(a, b share.Share) int { return int(a.X) - int(b.X) })
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

// Every slip of one letter is found in the line in which it was made, and so is a line that was left out.
func TestASlipIsFoundInItsLine(t *testing.T) {
	parts, err := share.Split(bytes.Repeat([]byte{7}, 37), 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	lines := share.Share{Part: parts[1], Need: 2}.Lines()
	missed := 0
	for n, l := range lines {
		for at := 4; at < len(l); at++ {
			if l[at] == ' ' {
				continue
			}
			wrong := slices.Clone(lines)
			other := byte('a')
			if l[at] == other {
				other = 'b'
			}
			wrong[n] = l[:at] + string(other) + l[at+1:]
			var slip *share.LineError
			if _, err := share.Parse(strings.Join(wrong, "\n")); !errors.As(err, &slip) || slip.Line != fmt.Sprintf("2.%d", n+1) {
				missed++
			}
		}
		var gap *share.LineError
		if _, err := share.Parse(strings.Join(slices.Delete(slices.Clone(lines), n, n+1), "\n")); !errors.As(err, &gap) {
			t.Errorf("without line %d: %v", n+1, err)
		}
	}
	if missed > 0 {
		t.Errorf("%d slips were not found", missed)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("1.1 abcd efgh ijkl  mnop")
	f.Fuzz(func(_ *testing.T, text string) { _, _ = share.Parse(text) })
}
