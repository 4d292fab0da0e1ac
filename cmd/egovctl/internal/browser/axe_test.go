package browser_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axe is the text of axe-core, fetched with npm for this test run and never kept: npm's own configuration says where
// packages come from, and axe/package-lock.json what they must be.
func axe(t *testing.T) string {
	t.Helper()
	source, err := fetched()
	if err != nil {
		t.Fatal(err)
	}
	return source
}

var fetched = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "egovctl-axe-")
	if err != nil {
		return "", fmt.Errorf("make folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // a temporary folder
	if err := os.CopyFS(dir, os.DirFS("axe")); err != nil {
		return "", fmt.Errorf("copy package files: %w", err)
	}
	c := exec.Command("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
	return string(raw), err
})

// violation is a rule of axe that a page breaks.
type violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// violations runs axe on the page that is open. The rules are those of WCAG 2.1 A and AA, and best practice.
func (v *visitor) violations() []violation {
	v.t.Helper()
	source := axe(v.t)
	var raw string
	v.do(chromedp.ActionFunc(func(ctx context.Context) error {
		_, problem, err := runtime.Evaluate(source + "; void 0").Do(ctx)
		if err != nil {
			return err
		}
		if problem != nil {
			return problem
		}
		// Elements are reported as text: a page may hold more nodes than one wants to carry.
		return chromedp.Evaluate(`axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations))`, &raw,
			func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }).Do(ctx)
	}))
	var list []violation
	if err := json.Unmarshal([]byte(raw), &list); err != nil {
		v.t.Fatal(err)
	}
	return list
}

// barriers are the violations that keep people out: serious and critical ones.
func barriers(list []violation) []string {
	var out []string
	for _, x := range list {
		if x.Impact != "serious" && x.Impact != "critical" {
			continue
		}
		line := x.ID + " (" + x.Impact + "): " + x.Help
		for _, n := range x.Nodes[:min(3, len(x.Nodes))] {
			line += "\n      " + n.HTML + "\n      " + strings.ReplaceAll(n.Summary, "\n", " ")
		}
		out = append(out, line)
	}
	return out
}
