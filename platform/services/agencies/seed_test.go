package agencies_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

func TestSeedStoresEveryProfileAsPackaged(t *testing.T) {
	for _, c := range []struct {
		profile                 string
		units, agencies, inTree int
	}{
		{"danang-2014", 65, 93, 65},
		{"48", 0, 0, 95}, // Đà Nẵng with Quảng Nam: the city and 94 communes
		{"20", 0, 0, 66}, // Lạng Sơn did not merge
		{"24", 0, 0, 100},
	} {
		t.Run(c.profile, func(t *testing.T) {
			o := open(t, c.profile)
			ctx := context.Background()
			if c.units != 0 && (c.units != len(o.set.Units) || c.agencies != len(o.set.Agencies)) {
				t.Fatalf("the profile has %d units and %d agencies", len(o.set.Units), len(o.set.Agencies))
			}
			in, err := o.Units(ctx, nil, time.Time{})
			if err != nil || len(in) != c.inTree {
				t.Errorf("%d units in force, want %d (%v)", len(in), c.inTree, err)
			}
			all, err := o.All(ctx, nil)
			if err != nil || len(all) != len(o.set.Agencies) {
				t.Fatalf("%d agencies, want %d (%v)", len(all), len(o.set.Agencies), err)
			}
			for _, a := range all {
				if a.ID != o.set.AgencyID(a.Identifier) {
					t.Errorf("%s has the number %d, want %d", a.Identifier, a.ID, o.set.AgencyID(a.Identifier))
				}
			}
			if below, _ := o.Below(ctx, nil, 1); len(below) != len(all) {
				t.Errorf("%d agencies below the top, want all %d", len(below), len(all))
			}
			o.d.Exec(`insert into agencies.agency (base, base_hash) select base || '{"identifier":"H17.Z","slug":"z"}', base_hash from agencies.agency where id = 1`)
			if got := o.d.Text(`select max(id) from agencies.agency`); got != fmt.Sprint(len(all)+1) {
				t.Errorf("the next agency got the number %s, want %d", got, len(all)+1)
			}
		})
	}
}

func TestPackagedBaseHasTheHashOfItsCanonicalForm(t *testing.T) {
	o := open(t, "danang-2014")
	var base map[string]any
	if err := json.Unmarshal([]byte(o.d.Text(`select base::text from agencies.agency where id = 1`)), &base); err != nil {
		t.Fatal(err)
	}
	if base["identifier"] != "H17" || base["parent"] != "" {
		t.Errorf("base = %v", base)
	}
	if n := o.d.Text(`select count(*) from agencies.agency where base_hash is null or octet_length(base_hash) <> ` + fmt.Sprint(sha256.Size)); n != "0" {
		t.Errorf("%s agencies without a hash", n)
	}
	if n := o.d.Text(`select count(*) from agencies.unit where edit is not null or base is null`); n != "0" {
		t.Errorf("%s units drifted right after the seed", n)
	}
}
