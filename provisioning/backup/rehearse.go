package backup

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// copyAnswers are those of a copy of an instance at another address. It is cut off from the outside: it sends no mail, and makes
// no backups of its own.
func copyAnswers(site instance.Site, listen string) (instance.Loaded, error) {
	return instance.Load(instance.Sources{File: site.Root.Config(), Flags: map[string]string{
		"http.listen": listen, "mail.smarthost": "", "backup.target": "", "backup.continuous": "false", "support.remote": "off",
	}})
}

// CopyInstance makes a whole running instance below root out of a set of the instance at site: with its answers, but at the
// address listen, its releases, and a current of its own; PostgreSQL runs, and Serve starts the platform. cleanup ends what
// runs there and removes it. A copy whose maker was killed ends by itself, and the next one removes it. Faults: those of
// Copy.Fill.
func CopyInstance(ctx context.Context, c Copy, listen string, say engine.Progress) (copied instance.Site, cleanup func(context.Context) error, err error) {
	original := c.Site
	original.Root = c.Original
	if c.Site.Answers, err = copyAnswers(original, listen); err != nil {
		return c.Site, nil, err
	}
	if err = c.Fill(ctx, say); err == nil {
		err = c.dress()
	}
	var server *bound
	if err == nil {
		server, err = serve(ctx, c.Host, c.Site, startTime, "fsync=off", "archive_mode=off")
	}
	if err != nil {
		return c.Site, nil, errors.Join(err, c.Clear(context.WithoutCancel(ctx)))
	}
	return c.Site, func(ctx context.Context) error { return errors.Join(server.stop(ctx), c.Clear(ctx)) }, nil
}

// dress gives the copy its answers and its current.
func (c Copy) dress() error {
	r := c.Site.Root
	for _, path := range []string{r.Config(), r.Applied()} {
		if err := c.Host.WriteFile(path, c.Site.Answers.YAML(), 0o640); err != nil {
			return err
		}
		if err := c.Site.Own(c.Host, path); err != nil {
			return err
		}
	}
	if err := c.Host.Chmod(string(r), 0o755); err != nil {
		return err
	}
	return c.Host.Symlink(r.Link(c.Site.Version), r.Current())
}

// readyTime bounds how long the platform of a copy may take until it takes traffic.
const readyTime = 60 * time.Second

// Serve runs the platform of a copy, as a child that dies with us, until stop is called. It returns when the platform takes
// traffic. Fault: unavailable "platform.not_ready".
func Serve(ctx context.Context, on engine.Host, site instance.Site) (stop func(), err error) {
	account, err := site.Account(on)
	if err != nil {
		return nil, err
	}
	life, kill := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() {
		_, err := on.Run(life, engine.Command{
			Path: site.Root.Binary(), Args: []string{"serve", "--root", string(site.Root)}, Dir: "/", As: account,
			Env: []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8"},
		})
		ended <- err
	}()
	stop = func() { kill(); _ = <-ended } // it was killed, and says so
	for end := time.Now().Add(readyTime); time.Now().Before(end) && ctx.Err() == nil; {
		if answers(ctx, site.Answers.HTTP.Listen) {
			return stop, nil
		}
		select {
		case err := <-ended:
			kill()
			return nil, fault.Wrap(err, fault.Unavailable, "platform.not_ready", "log", fault.From(err).Args["said"])
		case <-time.After(20 * time.Millisecond):
		}
	}
	stop()
	return nil, fault.Wrap(ctx.Err(), fault.Unavailable, "platform.not_ready", "log", site.Root.LogFile("platform"))
}

// answers asks /readyz.
func answers(ctx context.Context, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return false
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// FreeAddress is an address of this host's own that nobody listens at.
func FreeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it asks nobody
	if err != nil {
		return "", fault.Wrap(err, fault.Unavailable, "platform.address", "address", "127.0.0.1:0")
	}
	defer func() { _ = ln.Close() }() // its number is all that was wanted
	return ln.Addr().String(), nil
}
