package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// explain makes the server tell the plan of every statement with the buffers that it took.
var explain = map[string]string{
	"session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0", "auto_explain.log_analyze": "on",
	"auto_explain.log_timing": "off", "auto_explain.log_buffers": "on", "auto_explain.log_format": "json",
}

// inbox counts what one page of an inbox costs with many dossiers behind: statements and buffers, on the first page and on
// the last.
func inbox(ctx context.Context, b *bench) (rows []Row, err error) {
	in := b.instance("benchfull")
	if _, err := in.install(ctx, b.dossiers); err != nil {
		return nil, err
	}
	defer removeAfter(ctx, in, &err)
	if err := in.holds(ctx, b.dossiers); err != nil {
		return nil, err
	}
	if err := in.exec(ctx, "analyze"); err != nil {
		return nil, err
	}
	token, end, pages, err := in.fullest(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range []struct{ name, path string }{{"first page", "/api/v1/inbox?limit=20"}, {fmt.Sprintf("page %d", pages), end}} {
		log, err := in.during(ctx, explain, func() error {
			if _, err := in.command(ctx, "restart", "--root", in.root); err != nil {
				return err
			}
			if _, err := in.get(ctx, p.path, token); err != nil { // catalogue caches of the new connections
				return err
			}
			_, err := in.get(ctx, p.path, token)
			return err
		})
		if err != nil {
			return rows, err
		}
		list := log.inboxes()
		if len(list) < 2 {
			return rows, fmt.Errorf("%d plans of inbox queries in the log, not 2", len(list))
		}
		one := list[len(list)-1]
		statements, buffers := log.beside(list)
		rows = append(rows, counted(fmt.Sprintf("inbox, %s, of %d dossiers: buffers of the list", p.name, b.dossiers), "", float64(one.buffers), &Limit{AtMost: 30}).
			noted("%d buffers in %d plans for the whole request", buffers, statements))
	}
	return rows, nil
}

// holds refuses to tell a figure of an instance that has fewer dossiers than it should.
func (in *instance) holds(ctx context.Context, want int) error {
	conn, err := in.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	var n int
	if err := conn.QueryRow(ctx, `select count(*) from onestop.dossier`).Scan(&n); err != nil {
		return err
	}
	if n < want {
		return fmt.Errorf("the demonstration holds %d dossiers, not %d", n, want)
	}
	return nil
}

// fullest is the official whose inbox has the most pages.
func (in *instance) fullest(ctx context.Context) (token, end string, pages int, err error) {
	for i, a := range in.result.Accounts {
		if len(a.Roles) == 0 || !slices.Contains([]string{"clerk", "officer", "head", "leader"}, a.Roles[0]) {
			continue
		}
		t, err := in.signIn(ctx, i)
		if err != nil {
			return "", "", 0, err
		}
		last, n, err := in.lastPage(ctx, t)
		if err != nil {
			return "", "", 0, err
		}
		if n > pages {
			token, end, pages = t, last, n
		}
	}
	if pages == 0 {
		err = errors.New("the demonstration has no officials")
	}
	return token, end, pages, err
}

// lastPage walks to the end of the inbox and returns the address of its last page.
func (in *instance) lastPage(ctx context.Context, token string) (path string, pages int, err error) {
	path = "/api/v1/inbox?limit=20"
	for next := path; ; pages++ {
		raw, err := in.get(ctx, next, token)
		if err != nil {
			return "", pages, err
		}
		var page struct {
			Items []json.RawMessage
			Next  *string
		}
		if err := json.Unmarshal(raw, &page); err != nil {
			return "", pages, err
		}
		path = next
		if page.Next == nil {
			return path, pages + 1, nil
		}
		next = "/api/v1/inbox?limit=20&cursor=" + url.QueryEscape(*page.Next)
	}
}

// inboxes are the plans of the list itself.
func (l serverLog) inboxes() []plan {
	var list []plan
	for _, p := range l.plans("egov_app") {
		if strings.Contains(p.sql, "onestop.dossier") && strings.Contains(p.sql, "limit") {
			list = append(list, p)
		}
	}
	return list
}

// beside is what the connection of the last list was asked in all since the list before: the whole request.
func (l serverLog) beside(list []plan) (statements int, buffers int64) {
	one := list[len(list)-1]
	for _, p := range l.plans("egov_app") {
		if p.pid != one.pid {
			continue
		}
		statements++
		buffers += p.buffers
		if p.sql == one.sql && p != one {
			statements, buffers = 0, 0
		}
	}
	return statements, buffers
}
