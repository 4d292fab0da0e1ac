package kit

import (
	"time"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/money"
	"egovctl/provisioning/kit"
)

func newInspect(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "inspect FILE", Args: cobra.ExactArgs(1), Annotations: wire.Reads(), RunE: func(_ *cobra.Command, args []string) error {
		return inspect(env, args[0])
	}}
}

// inspected is the result of `kit inspect -o json`.
type inspected struct {
	Product     string         `json:"product"`
	Version     string         `json:"version"`
	Fingerprint string         `json:"root_fingerprint"`
	Members     []member       `json:"members"`
	UpgradeFrom []kit.Range    `json:"upgrade_from"`
	RollbackTo  []kit.Range    `json:"rollback_to"`
	Denied      []kit.Denied   `json:"denied"`
	Schemas     map[string]int `json:"schemas"`
	Kind        string         `json:"kind"`
	Fits        string         `json:"fits,omitempty"`
	Platforms   []string       `json:"platforms"`
	Date        time.Time      `json:"date"`
	Expires     time.Time      `json:"expires"`
	Development bool           `json:"development"`
	Roots       int            `json:"roots"`
}

type member struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// inspect tells what a kit claims. Nothing is verified: it says so.
func inspect(env *wire.Env, path string) error {
	f, err := kit.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	m := f.Manifest()
	about, err := f.Claims()
	if err != nil {
		return err
	}
	if env.JSON() {
		out := inspected{Product: m.Product, Version: m.Version, Fingerprint: f.Fingerprint(), Members: []member{}, UpgradeFrom: some(m.Compatibility.UpgradeFrom),
			RollbackTo: some(m.Compatibility.RollbackTo), Denied: some(m.Compatibility.Denied), Schemas: m.Compatibility.Schemas, Kind: m.Kind, Fits: m.Fits,
			Platforms: some(m.Platforms), Date: m.Date, Expires: about.Expires, Development: about.Development, Roots: about.Roots}
		if out.Schemas == nil {
			out.Schemas = map[string]int{}
		}
		for _, x := range m.Members {
			out.Members = append(out.Members, member{x.Path, x.SHA256, x.Size})
		}
		return env.Print(out)
	}
	rows := append(facts(env, m, f.Fingerprint()), desk.Fact{Label: env.T("kit.label.expires"), Value: day(about.Expires)})
	if err := desk.Facts(env, rows); err != nil {
		return err
	}
	for _, group := range grouped(m.Members) {
		if err := desk.Paragraph(env, "  "+group.name+" ", 4, env.T("kit.members", "n", money.Group(group.n), "bytes", money.Group(group.bytes))); err != nil {
			return err
		}
	}
	warnDevelopment(env, about.Development)
	desk.Note(env, "kit.inspect.unverified", "path", path)
	return nil
}

// some is a list that is never null.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// group is a folder of members.
type group struct {
	name     string
	n, bytes int64
}

// grouped sums members by their first two folders, in the order of the kit.
func grouped(members []kit.Member) []group {
	var out []group
	at := map[string]int{}
	for _, x := range members {
		name := top(x.Path)
		i, ok := at[name]
		if !ok {
			i = len(out)
			at[name] = i
			out = append(out, group{name: name})
		}
		out[i].n++
		out[i].bytes += x.Size
	}
	return out
}

func top(path string) string {
	slashes := 0
	for i, r := range path {
		if r == '/' {
			if slashes++; slashes == 2 {
				return path[:i]
			}
		}
	}
	return path
}
