package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"egovctl/platform/web"
)

const restTime = 10 * time.Second

// idle measures the memory of the platform's process, after one request to each public page and a rest. Only the
// anonymous part is counted (RssAnon): the pages of the binary itself are shared and can be dropped.
func idle(ctx context.Context, b *bench) (rows []Row, err error) {
	in := b.instance("bench")
	if _, err := in.install(ctx, 0); err != nil {
		return nil, err
	}
	defer removeAfter(ctx, in, &err)
	fresh, err := in.anonymous()
	if err != nil {
		return nil, err
	}
	pages, err := in.visit(ctx)
	if err != nil {
		return nil, err
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(restTime):
	}
	rested, err := in.anonymous()
	if err != nil {
		return nil, err
	}
	return []Row{counted("serve, idle: RssAnon", "MiB", rested, &Limit{AtMost: 64, Count: true}).
		noted("after one request to each of %d public pages and %s of rest; %s MiB right after the installation", pages, restTime, number(fresh))}, nil
}

// anonymous is RssAnon of the platform's process, in MiB.
func (in *instance) anonymous() (float64, error) {
	pid, err := in.platform()
	if err != nil {
		return 0, err
	}
	return anonymous(pid)
}

// visit asks for every public page once and returns their number. Pages of one thing are asked for the thing that the
// public list of its kind names; those of a dossier or a secret link have nothing to show to strangers and are left out.
func (in *instance) visit(ctx context.Context) (int, error) {
	o, err := offices()
	if err != nil {
		return 0, err
	}
	known := strings.NewReplacer("/thu-tuc/{code}", "/thu-tuc/1.001193", "/co-quan/{slug}", "/co-quan/so-xay-dung")
	n := 0
	for _, m := range o.Modules() {
		for _, r := range m.Routes {
			path := known.Replace(r.Pattern)
			if r.Method != http.MethodGet || r.Format != web.Page || !r.Access.Public || strings.Contains(path, "{") {
				continue
			}
			if _, err := in.get(ctx, path, ""); err != nil {
				return n, err
			}
			n++
		}
	}
	if n < 10 {
		return n, fmt.Errorf("only %d public pages: this looked in the wrong place", n)
	}
	return n, nil
}

var client = &http.Client{Timeout: 30 * time.Second}

// get asks for a path, with a bearer token unless it is "".
func (in *instance) get(ctx context.Context, path, token string) ([]byte, error) {
	return in.ask(ctx, http.MethodGet, path, token, nil, nil)
}

// ask sends one request and returns the body of an answer of 2xx.
func (in *instance) ask(ctx context.Context, method, path, token string, body io.Reader, header map[string]string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+in.listen+path, body)
	if err != nil {
		return nil, err
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }() // read to its end, or of no use any more
	raw, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %d: %s", method, path, answer.StatusCode, last(tags.ReplaceAllString(string(raw), " "), 300))
	}
	return raw, err
}

var tags = regexp.MustCompile(`<[^>]*>|\s+`)
