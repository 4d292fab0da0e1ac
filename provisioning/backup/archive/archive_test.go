package archive

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/instance"
)

func at(minute int) time.Time { return time.Date(2026, 11, 22, 14, minute, 0, 0, time.UTC) }

// bases are named by their minute; the numbers are their timelines.
func bases(lines map[int]uint32) (i Info) {
	for minute := range 60 {
		if line, ok := lines[minute]; ok {
			i.Bases = append(i.Bases, Base{Label: at(minute).Format("0405"), Timeline: line, Ended: at(minute)})
		}
	}
	return i
}

func TestTheBaseFromWhichAMomentIsReached(t *testing.T) {
	for name, c := range map[string]struct {
		bases  map[int]uint32
		at     time.Time // zero for everything
		writes uint32
		base   int // its minute; -1 for none
		along  uint32
	}{
		"none at all":                                             {nil, at(5), 1, -1, 0},
		"none before the moment":                                  {map[int]uint32{10: 1}, at(9), 1, -1, 0},
		"at the very moment":                                      {map[int]uint32{10: 1}, at(10), 1, 10, 0},
		"the newest before the moment":                            {map[int]uint32{10: 1, 20: 1, 30: 1}, at(25), 1, 20, 0},
		"everything":                                              {map[int]uint32{10: 1, 20: 1}, time.Time{}, 1, 20, 0},
		"an old state came back and was copied":                   {map[int]uint32{10: 1, 20: 2}, time.Time{}, 2, 20, 0},
		"a moment before it came back":                            {map[int]uint32{10: 1, 20: 2}, at(15), 2, 10, 0},
		"an old state came back and was not copied":               {map[int]uint32{10: 1}, time.Time{}, 2, 10, 2},
		"the other side came back and was copied":                 {map[int]uint32{10: 1, 20: 2, 30: 1}, time.Time{}, 1, 30, 0},
		"the other side came back and was not copied":             {map[int]uint32{10: 1, 20: 2}, time.Time{}, 1, 10, 1},
		"a moment at which the side that left was the one":        {map[int]uint32{10: 1, 20: 2, 30: 1}, at(25), 1, 20, 0},
		"not copied, and every copy is of a side that came later": {map[int]uint32{10: 2}, time.Time{}, 1, -1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			base, along, ok := bases(c.bases).Before(c.at, c.writes)
			minute := -1
			if ok {
				minute = base.Ended.Minute()
			}
			if minute != c.base || along != c.along {
				t.Errorf("base of minute %d along %d, want %d along %d", minute, along, c.base, c.along)
			}
		})
	}
}

func TestWhatTheArchiverSaysIsUnderstood(t *testing.T) {
	const said = `[{"archive":[{"database":{"id":1},"id":"15-1","max":"000000030000000000000011","min":"000000010000000000000001"},
		{"database":{"id":2},"id":"17-2","max":"00000001000000000000000A","min":"000000010000000000000003"}],
		"backup":[{"label":"old","type":"full","database":{"id":1},"archive":{"start":"000000010000000000000002"},"timestamp":{"start":1,"stop":2}},
		{"label":"full","type":"full","error":false,"database":{"id":2},"archive":{"start":"000000010000000000000004"},"info":{"size":7},"timestamp":{"start":1795400000,"stop":1795400009}},
		{"label":"torn","type":"diff","error":true,"database":{"id":2},"archive":{"start":"000000010000000000000006"},"timestamp":{"start":1795400010,"stop":1795400019}},
		{"label":"diff","type":"diff","error":null,"database":{"id":2},"archive":{"start":"0000000A0000000000000006"},"timestamp":{"start":1795400020,"stop":1795400029}}],
		"db":[{"id":1,"system-id":18446744073709551615,"version":"15"},{"id":2,"system-id":7,"version":"17"}],
		"name":"egov","status":{"code":0,"message":"ok"}}]`
	var all []answered
	if err := json.Unmarshal([]byte(said), &all); err != nil {
		t.Fatal(err)
	}
	i := all[0].info()
	if len(i.Bases) != 2 || i.Bases[0].Label != "full" || i.Bases[1].Timeline != 10 || i.Bases[0].Size != 7 || i.Newest != "00000001000000000000000A" {
		t.Errorf("%+v", i)
	}
	if !i.Knows(7, "17") || i.Knows(7, "15") || i.Knows(18446744073709551615, "15") {
		t.Error("the newest cluster is the one that it takes the log of")
	}
	if got := i.NewestFull(); got.Unix() != 1795400009 {
		t.Errorf("the newest full base is of %v", got)
	}
	if i.Gap("") || i.Gap("00000001000000000000000A") || !i.Gap("00000001000000000000000B") {
		t.Error("a gap is what was handed over and is not there")
	}
	if (Info{}).Knows(7, "17") || !(Info{}).NewestFull().IsZero() {
		t.Error("an archive that is not there knows nothing")
	}
}

func TestWhatItComplainsOfIsFound(t *testing.T) {
	for said, want := range map[string]string{
		"P00   WARN: x\nP00  ERROR: [055]: unable to open missing file\n  HINT: y\n": "unable to open missing file",
		"no such line\nat all\n": "at all",
	} {
		if got := complaint(said); got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}

func TestHowFarItIs(t *testing.T) {
	var told []int64
	h := &hundredths{say: func(done, total int64, _ string) {
		if total != 100 {
			t.Errorf("of %d", total)
		}
		told = append(told, done)
	}}
	for _, part := range []string{"P01 DETAIL: backup file a (8KB, 1", "2.50%)\nP01 DETAIL: backup file b (8KB, 12.90%)\n", "x\nP02 DETAIL: match file from prior backup c (8KB, 100%) checksum\n"} {
		if _, err := h.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if len(told) != 2 || told[0] != 12 || told[1] != 100 {
		t.Errorf("told %v", told)
	}
}

func TestAPlaceThatIsNoFolderIsRefused(t *testing.T) {
	for _, place := range []string{"sftp://egov@backup.example/sets", "s3://store.example/bucket", "relative"} {
		if _, err := New(instance.Site{}, place, "abc"); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", place, err)
		}
	}
	a, err := New(instance.Site{}, "/mnt/sao lưu", "0a1b2c")
	if err != nil || a.Place() != filepath.Join("/mnt/sao lưu", "continuous-0a1b2c") {
		t.Errorf("%s, %v", a.Place(), err)
	}
}

func TestALineOfShellTakesAnyPath(t *testing.T) {
	site := instance.Site{Root: "/srv/Đà Nẵng 100% của 'mình'"}
	call := site.ArchiverCall("archive-push")
	if !strings.Contains(call, `'/srv/Đà Nẵng 100%% của '\''mình'\''/etc/secrets/pgbackrest.conf'`) {
		t.Error(call)
	}
}
