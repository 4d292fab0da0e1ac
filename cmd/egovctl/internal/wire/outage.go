package wire

import (
	"context"
	"net/http"
	"time"

	"egovctl/provisioning/supervise"
)

// outage knocks at the front door all the time until its end is asked for.
type outage struct {
	cancel context.CancelFunc
	total  chan time.Duration
}

const (
	knockEvery = 5 * time.Millisecond
	knockLimit = 2 * time.Second
)

// watchDoor begins to knock. Where nobody answers from the start, nothing is lost by a move, so nothing is counted.
func watchDoor(ctx context.Context, listen string) *outage {
	ctx, cancel := context.WithCancel(ctx)
	o := &outage{cancel, make(chan time.Duration, 1)}
	go o.knock(ctx, "http://"+supervise.Dial(listen)+"/readyz")
	return o
}

func (o *outage) knock(ctx context.Context, url string) {
	client := &http.Client{Timeout: knockLimit, Transport: &http.Transport{DisableKeepAlives: true}}
	var sum time.Duration
	answered := time.Time{}
	down := false
	for ctx.Err() == nil {
		began := time.Now()
		if ready(ctx, client, url) {
			if down {
				sum += time.Since(answered)
			}
			answered, down = time.Now(), false
		} else if ctx.Err() == nil {
			down = !answered.IsZero()
		}
		time.Sleep(max(0, knockEvery-time.Since(began)))
	}
	if down {
		sum += time.Since(answered)
	}
	o.total <- sum
}

func ready(ctx context.Context, client *http.Client, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// end stops the knocking and tells for how long nobody took requests, from the last answer to the next one.
func (o *outage) end() time.Duration {
	o.cancel()
	return <-o.total
}
