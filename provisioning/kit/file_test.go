package kit

import (
	"bytes"
	"testing"

	"egovctl/platform/kernel/fault"
)

// Whatever is cut off or turned over, the sentence about it names an entry only where one was read.
func TestADamagedKitIsToldByTheEntryBeforeTheDamage(t *testing.T) {
	good := kitOf(t, newPublisher(t, "p"), "1.2.0").bytes(t)
	first := "metadata/1.root.json"
	second := int(block + padded(sizeOf(t, good)))
	for name, c := range map[string]struct {
		raw     []byte
		key, at string
	}{
		"nothing":                         {nil, "kit.foreign", ""},
		"a text":                          {[]byte("Kính gửi Sở Thông tin và Truyền thông"), "kit.foreign", ""},
		"zeros":                           {make([]byte, 20*block), "kit.foreign", ""},
		"the first header is turned over": {turned(good, 0), "kit.foreign", ""},
		"cut within the first entry":      {good[:block+10], "kit.foreign", ""},
		"cut behind the first entry":      {good[:second], "kit.damaged", first},
		"the second header":               {turned(good, second), "kit.damaged", first},
		"the last empty block":            {good[:len(good)-block], "kit.damaged", "templates/text/vi/web.yaml.zst"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read("x.kit", bytes.NewReader(c.raw), int64(len(c.raw)))
			refused(t, err, c.key)
			if at := fault.From(err).Args["at"]; at != c.at {
				t.Errorf("after the entry %q, want %q", at, c.at)
			}
		})
	}
}

func turned(raw []byte, at int) []byte {
	out := bytes.Clone(raw)
	out[at] ^= 1
	return out
}

// sizeOf is that of the first entry.
func sizeOf(t *testing.T, raw []byte) int64 {
	t.Helper()
	_, size, _, err := (&walk{r: window{r: bytes.NewReader(raw)}, size: int64(len(raw))}).next()
	if err != nil {
		t.Fatal(err)
	}
	return size
}
