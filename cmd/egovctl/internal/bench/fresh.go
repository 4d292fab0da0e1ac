package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"
)

const freshRuns = 21

// fresh measures how long it takes until a changed name is found: PATCH through the API, then ask until the search has it.
func fresh(ctx context.Context, b *bench) (rows []Row, err error) {
	in := b.instance("bench")
	if _, err := in.install(ctx, 0); err != nil {
		return nil, err
	}
	defer removeAfter(ctx, in, &err)
	token, err := in.signInAs(ctx, "admin")
	if err != nil {
		return nil, err
	}
	const path = "/api/v1/procedures/1.001193"
	var sample []float64
	for i := range freshRuns {
		word := "kiemthu" + strings.Repeat(string(rune('a'+i)), 4) // no word of any name
		body, err := json.Marshal(map[string]string{"name": "Thủ tục đăng ký khai sinh " + word})
		if err != nil {
			return nil, err
		}
		if _, err := in.ask(ctx, "PATCH", path, token, bytes.NewReader(body), nil); err != nil {
			return nil, err
		}
		took, err := in.until(ctx, word)
		if err != nil {
			return nil, err
		}
		sample = append(sample, took.Seconds()*1000)
		time.Sleep(time.Duration(37*i%400) * time.Millisecond) // not in step with a loop that looks every so often
	}
	return []Row{timed("search: a changed name is found after", "ms", sample, &Limit{AtMost: 1000}).
		noted("longest of %d: %s ms", freshRuns, number(longest(sample)))}, nil
}

func longest(sample []float64) float64 {
	most := 0.0
	for _, x := range sample {
		most = max(most, x)
	}
	return most
}

func (in *instance) until(ctx context.Context, word string) (time.Duration, error) {
	began := time.Now()
	for time.Since(began) < 10*time.Second {
		raw, err := in.get(ctx, "/api/v1/procedures?limit=1&q="+url.QueryEscape(word), "")
		if err != nil {
			return 0, err
		}
		var found struct{ Items []struct{ Name string } }
		if err := json.Unmarshal(raw, &found); err != nil {
			return 0, err
		}
		if len(found.Items) > 0 && strings.HasSuffix(found.Items[0].Name, word) {
			return time.Since(began), nil
		}
		time.Sleep(2 * time.Millisecond)
	}
	return 0, fmt.Errorf("%q is not found after 10 s", word)
}

// signInAs gives the token of the first demonstration account that has a role.
func (in *instance) signInAs(ctx context.Context, role string) (string, error) {
	for i, a := range in.result.Accounts {
		if len(a.Roles) > 0 && a.Roles[0] == role {
			return in.signIn(ctx, i)
		}
	}
	return "", fmt.Errorf("the demonstration has no %s", role)
}

// signIn gives a token of account i of the demonstration.
func (in *instance) signIn(ctx context.Context, i int) (string, error) {
	a := in.result.Accounts[i]
	body, err := json.Marshal(map[string]string{"login": a.Login, "password": a.Password})
	if err != nil {
		return "", err
	}
	raw, err := in.ask(ctx, "POST", "/api/v1/session", "", bytes.NewReader(body), nil)
	if err != nil {
		return "", err
	}
	var opened struct{ Token string }
	err = json.Unmarshal(raw, &opened)
	return opened.Token, err
}
