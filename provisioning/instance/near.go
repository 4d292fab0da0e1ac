package instance

import (
	"slices"
	"strings"

	"egovctl/platform/kernel/fault"
)

// unknown is the problem of a key that there is not: it names the one that was perhaps meant, else those that stand at
// its level.
func unknown(path, where string) *fault.Error {
	if near := nearestKey(path); near != "" {
		return fault.New(fault.Invalid, "config.unknown_key", "where", where, "key", path, "near", near).At(path)
	}
	return fault.New(fault.Invalid, "config.unknown_key.far", "where", where, "key", path, "allowed", strings.Join(level(path), ", ")).At(path)
}

// nearestKey is the key or group that was meant by path; "" for none.
func nearestKey(path string) string {
	if isGroup(path) {
		return ""
	}
	var all []string
	for _, k := range Keys() {
		for at := k.Path; at != "" && !slices.Contains(all, at); at = parent(at) {
			all = append(all, at)
		}
	}
	return Nearest(path, all, ".")
}

// level lists what may stand where path was written: its siblings, or what the group has that it names itself.
func level(path string) []string {
	up := path
	for up != "" && !isGroup(up) {
		up = parent(up)
	}
	var out []string
	for _, k := range Keys() {
		rest, below := k.Path, true
		if up != "" {
			rest, below = strings.CutPrefix(k.Path, up+".")
		}
		if !below {
			continue
		}
		name, _, _ := strings.Cut(rest, ".")
		if one := strings.TrimPrefix(up+"."+name, "."); !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}

func parent(path string) string { return path[:max(0, strings.LastIndexByte(path, '.'))] }

// Nearest is the known name that typed is a slip of. Names have parts with sep between them; the first ones that both
// have are right and do not count, nor does case. It is the only one that ends like typed, where just a part in the middle
// was left out, or the one with the fewest edits, if those are no more than a third of the letters. "" when there is none.
func Nearest(typed string, known []string, sep string) string {
	best, fewest := "", 1<<30
	var longer []string
	for _, k := range known {
		a, b := apart(strings.ToLower(typed), strings.ToLower(k), sep)
		if strings.HasSuffix(b, sep+a) {
			longer = append(longer, k)
		}
		limit := max(1, min(len(a), len(b))/3)
		if len(a)-len(b) > limit || len(b)-len(a) > limit {
			continue
		}
		if d := edits(a, b); d <= limit && d < fewest {
			best, fewest = k, d
		}
	}
	if len(longer) == 1 {
		return longer[0]
	}
	return best
}

func apart(a, b, sep string) (string, string) {
	for {
		firstA, restA, moreA := strings.Cut(a, sep)
		firstB, restB, moreB := strings.Cut(b, sep)
		if !moreA || !moreB || firstA != firstB {
			return a, b
		}
		a, b = restA, restB
	}
}

func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
