package kit

import (
	"runtime"
	"slices"
	"strings"
)

// platforms that a kit may carry programs for.
var platforms = []string{"linux-amd64", "linux-arm64"}

// Platform is the one that this program runs on.
func Platform() string { return runtime.GOOS + "-" + runtime.GOARCH }

// Platforms are those that a kit may carry programs for.
func Platforms() []string { return slices.Clone(platforms) }

// platformOf splits a member's path: "linux-amd64/bin/egovctl" is bin/egovctl for linux-amd64, "docs/README.txt" is for
// all of them ("").
func platformOf(path string) (platform, rest string) {
	for _, p := range platforms {
		if rest, ok := strings.CutPrefix(path, p+"/"); ok {
			return p, rest
		}
	}
	return "", path
}
