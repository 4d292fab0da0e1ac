package kit

import (
	"slices"
	"strings"

	"egovctl/platform/kernel/fault"
)

// Path lists the upgrades that lead from one release to another, the last of them to: empty when they are the same, one
// hop when to can be reached directly. With more than one hop the list comes with a fault that prints it, since each hop
// needs a kit of its own.
//
// Faults, all Refused: "kit.path.older" (to is older), "kit.path.denied" (with the reason), "kit.path.none" (no way),
// "kit.path.hops", "kit.path.version" (a name that is no version).
func (c Compatibility) Path(from, to string) ([]string, error) {
	if from == to {
		return nil, nil
	}
	a, err := ParseVersion(from)
	if err != nil {
		return nil, fault.Wrap(err, fault.Refused, "kit.path.version", "version", from)
	}
	b, err := ParseVersion(to)
	if err != nil {
		return nil, fault.Wrap(err, fault.Refused, "kit.path.version", "version", to)
	}
	if b.Compare(a) < 0 {
		return nil, fault.New(fault.Refused, "kit.path.older", "from", from, "to", to)
	}
	for _, d := range c.Denied {
		for _, v := range []Version{a, b} {
			if d.Versions.Has(v) {
				return nil, fault.New(fault.Refused, "kit.path.denied", "version", v, "reason", d.VI+" / "+d.EN)
			}
		}
	}
	hops := c.shortest(a, b)
	switch {
	case hops == nil:
		return nil, fault.New(fault.Refused, "kit.path.none", "from", from, "to", to, "ranges", joined(c.UpgradeFrom))
	case len(hops) > 1:
		return hops, fault.New(fault.Refused, "kit.path.hops", "from", from, "to", to, "first", hops[0], "hops", strings.Join(append([]string{from}, hops...), " → "))
	}
	return hops, nil
}

// MayRollBack reports whether a release of this table may be rolled back to version.
func (c Compatibility) MayRollBack(version string) bool {
	v, err := ParseVersion(version)
	return err == nil && within(c.RollbackTo, v)
}

// shortest searches the published releases in breadth, the newest first: the fewest hops, nil when there is no way.
func (c Compatibility) shortest(from, to Version) []string {
	type place struct {
		v    Version
		way  []string
		from []Range
	}
	nodes := []place{{v: to, from: c.UpgradeFrom}}
	for _, k := range c.Known {
		v, err := ParseVersion(k.Version)
		if err == nil && v.Compare(from) > 0 && v.Compare(to) < 0 && !c.denies(v) {
			nodes = append(nodes, place{v: v, from: k.UpgradeFrom})
		}
	}
	slices.SortFunc(nodes, func(a, b place) int { return b.v.Compare(a.v) })
	seen := map[Version]bool{from: true}
	for queue := []place{{v: from}}; len(queue) > 0; queue = queue[1:] {
		here := queue[0]
		for _, n := range nodes {
			if seen[n.v] || n.v.Compare(here.v) <= 0 || !within(n.from, here.v) {
				continue
			}
			seen[n.v] = true
			n.way = append(slices.Clone(here.way), n.v.String())
			if n.v == to {
				return n.way
			}
			queue = append(queue, n)
		}
	}
	return nil
}

func (c Compatibility) denies(v Version) bool {
	return slices.ContainsFunc(c.Denied, func(d Denied) bool { return d.Versions.Has(v) })
}

func within(ranges []Range, v Version) bool {
	return slices.ContainsFunc(ranges, func(r Range) bool { return r.Has(v) })
}

func joined(ranges []Range) string {
	out := make([]string, len(ranges))
	for i, r := range ranges {
		out[i] = string(r)
	}
	return strings.Join(out, ", ")
}
