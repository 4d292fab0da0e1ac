package kit

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/kernel/fault"
)

// aTable is the table of a product that was published for some years.
const aTable = `
default: any
releases:
  - {version: 1.0.0, upgrade_from: []}
  - {version: 1.1.0, upgrade_from: [">=1.0.0 <1.1.0"], rollback_to: [">=1.0.0 <1.1.0"]}
  - {version: 1.2.0, upgrade_from: [">=1.1.0 <1.2.0"]}
  - {version: 1.9.0, upgrade_from: [">=1.0.0 <1.9.0"]}
  - {version: 2.0.0, upgrade_from: [">=1.9.0 <2.0.0"]}
  - {version: 2.1.0, upgrade_from: [">=2.0.0 <2.1.0"], rollback_to: ["2.0.0"]}
denied:
  - {versions: ">=1.2.1 <1.2.3", vi: làm mất tệp đính kèm, en: it loses attachments}
`

func TestThePathFromReleaseToRelease(t *testing.T) {
	for _, c := range []struct {
		name, from, to string
		hops           string
		fault          string
	}{
		{"the same", "2.0.0", "2.0.0", "", ""},
		{"directly", "2.0.0", "2.1.0", "2.1.0", ""},
		{"over one", "1.9.0", "2.1.0", "2.0.0 2.1.0", "kit.path.hops"},
		{"the fewest hops", "1.0.0", "2.1.0", "1.9.0 2.0.0 2.1.0", "kit.path.hops"},
		{"from one that was never published", "1.5.7", "2.1.0", "1.9.0 2.0.0 2.1.0", "kit.path.hops"},
		{"backwards", "2.1.0", "2.0.0", "", "kit.path.older"},
		{"from before the first", "0.9.0", "2.1.0", "", "kit.path.none"},
		{"from a denied one", "1.2.2", "2.1.0", "", "kit.path.denied"},
		{"to a denied one", "1.1.0", "1.2.1", "", "kit.path.denied"},
		{"a build without a number", "thu", "2.1.0", "", "kit.path.version"},
		{"to a build without a number", "1.0.0", "thu", "", "kit.path.version"},
		{"a development build from the same major", "2.0.0", "2.7.0", "2.7.0", ""},
		{"a development build from the major before", "1.1.0", "2.7.0", "2.7.0", ""},
		{"a development build from long ago", "1.1.0", "3.7.0", "1.9.0 2.0.0 3.7.0", "kit.path.hops"},
		{"from before a final release to it", "2.7.0-rc.1", "2.7.0", "2.7.0", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := compatibility([]byte(aTable), c.to, nil)
			if err != nil && c.fault != "kit.path.version" {
				t.Fatal(err)
			}
			hops, err := table.Path(c.from, c.to)
			if d := cmp.Diff(strings.Fields(c.hops), append([]string{}, hops...)); d != "" {
				t.Error(d)
			}
			if c.fault == "" && err == nil {
				return
			}
			refused(t, err, c.fault)
			if f := fault.From(err); c.fault == "kit.path.hops" && f.Args["hops"] != strings.Join(append([]string{c.from}, hops...), " → ") {
				t.Errorf("the whole list is printed: %v", f.Args)
			}
		})
	}
}

func TestWhereARollbackMayGo(t *testing.T) {
	for version, want := range map[string]bool{"2.0.0": true, "1.9.0": false, "2.1.0": false, "thu": false} {
		c, err := compatibility([]byte(aTable), "2.1.0", nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.MayRollBack(version) != want {
			t.Errorf("to %s: %v", version, !want)
		}
	}
}

func TestATableThatCannotBe(t *testing.T) {
	for name, raw := range map[string]string{
		"no YAML":                "default: [",
		"another default":        "default: none",
		"an unknown key":         "default: any\nmore: []",
		"a range that is none":   "default: any\nreleases: [{version: 1.0.0, upgrade_from: [all]}]",
		"a version that is none": "default: any\nreleases: [{version: one, upgrade_from: [1.0.0]}]",
		"denied without reason":  "default: any\ndenied: [{versions: 1.0.0, vi: hỏng}]",
	} {
		if _, err := compatibility([]byte(raw), "1.0.0", nil); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := compatibilityOf("1.0.0", nil); err != nil {
		t.Error("ours:", err)
	}
}
