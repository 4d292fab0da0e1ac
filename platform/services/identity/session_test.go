package identity

import (
	"context"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
)

func TestSessions(t *testing.T) {
	h := build(t)
	ctx := context.Background()
	signIn := func(login string) string {
		token, _, err := h.SignIn(ctx, login, h.demo[login].Password, desk)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	alive := func(token string) bool {
		p, err := h.BySession(ctx, token)
		if err != nil && !fault.Is(err, fault.Unauthenticated) {
			t.Fatal(err)
		}
		return err == nil && p.SignedIn()
	}
	t.Run("signing out ends it at once, twice is no fault", func(t *testing.T) {
		token := signIn("quantri")
		if !alive(token) || h.SignOut(ctx, token) != nil || alive(token) || h.SignOut(ctx, token) != nil {
			t.Error("the session did not live and end as it should")
		}
	})
	t.Run("an official's idle session ends after half an hour, one in use goes on", func(t *testing.T) {
		token := signIn("quantri")
		for range 4 {
			h.clock.pass(29 * time.Minute)
			if !alive(token) {
				t.Fatal("ended while in use")
			}
		}
		h.clock.pass(31 * time.Minute)
		if alive(token) {
			t.Error("still alive after 31 idle minutes")
		}
	})
	t.Run("it ends after twelve hours in any case", func(t *testing.T) {
		token := signIn("quantri")
		for range 24 {
			h.clock.pass(29 * time.Minute)
			alive(token)
		}
		h.clock.pass(25 * time.Minute)
		if alive(token) {
			t.Error("alive after 12 hours")
		}
	})
	t.Run("what is not a token is nobody's", func(t *testing.T) {
		for _, x := range []string{"", "x", strings.Repeat("a", 500)} {
			if alive(x) {
				t.Error(x)
			}
		}
	})
	t.Run("locking ends every session", func(t *testing.T) {
		token := signIn("motcua.phuong-mot")
		if _, err := h.Lock(ctx, h.as("quantri.phuong-mot"), "motcua.phuong-mot"); err != nil {
			t.Fatal(err)
		}
		if alive(token) {
			t.Error("a locked account's session is alive")
		}
		if _, err := h.Unlock(ctx, h.as("quantri"), "motcua.phuong-mot"); err != nil {
			t.Fatal(err)
		}
		if alive(token) {
			t.Error("unlocking brought an ended session back")
		}
		signIn("motcua.phuong-mot")
	})
	t.Run("changing the password ends the others and keeps this one", func(t *testing.T) {
		here, there := signIn("congdan2"), signIn("congdan2")
		p, _ := h.BySession(ctx, here)
		if err := h.ChangePassword(ctx, p, secret.New("wrong"), secret.New("con mèo uống trà sen"), here); !fault.Is(err, fault.Invalid) {
			t.Errorf("with a wrong present password: %v", err)
		}
		if err := h.ChangePassword(ctx, p, h.demo["congdan2"].Password, secret.New("con mèo uống trà sen"), here); err != nil {
			t.Fatal(err)
		}
		if !alive(here) || alive(there) {
			t.Error("the wrong session ended")
		}
		if err := h.try("congdan2", norm.NFD.String("con mèo uống trà sen"), desk); err != nil {
			t.Errorf("the new password, typed in NFD: %v", err)
		}
	})
}

func TestSweepKeepsWhatStillCounts(t *testing.T) {
	h := build(t)
	_ = h.try("quantri", "guess", address(1))
	h.as("quantri")
	if err := h.Sweep(context.Background()); err != nil || h.d.Text(`select count(*) from identity.attempt`) != "1" {
		t.Errorf("a failure of this hour is gone (%v)", err)
	}
	h.clock.pass(61 * time.Minute)
	if err := h.Sweep(context.Background()); err != nil || h.d.Text(`select count(*) from identity.attempt`) != "0" {
		t.Errorf("a failure of the last hour is kept (%v)", err)
	}
	if h.d.Text(`select count(*) from identity.session`) == "0" {
		t.Error("sessions of today were swept")
	}
	if r := h.health(context.Background()); r[0].Status != "pass" {
		t.Errorf("%+v", r)
	}
}
