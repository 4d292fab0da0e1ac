package identity

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/who"
)

func TestFirstAdministratorComesByALinkThatWorksOnce(t *testing.T) {
	h := build(t)
	ctx := context.Background()
	h.d.Exec(`delete from identity.setup_token; delete from identity.attempt; delete from identity.familiar; delete from identity.session;
		delete from identity.password; delete from identity.position; delete from identity.account_person; delete from identity.account`)
	first := func() (c Created, err error) {
		err = h.d.Owner().Tx(ctx, who.Program("install"), func(ctx context.Context, tx pgx.Tx) error {
			c, err = h.FirstAdministrator(ctx, tx, "quantri", "Nguyễn Văn An")
			return err
		})
		return c, err
	}
	old, err := first()
	if err != nil {
		t.Fatal(err)
	}
	c, err := first()
	if err != nil {
		t.Fatal(err)
	}
	choose := func(c Created, password string) error {
		return h.ChoosePassword(ctx, strings.TrimPrefix(c.Link.Reveal(), SetupPath), secret.New(password))
	}
	const good = "bảy con voi đi chợ Hàn"
	for _, x := range []struct {
		name, password string
		link           Created
		key            string
	}{
		{"a replaced link", good, old, "identity.link.ended"},
		{"too short", "ngắn quá", c, "identity.password.short"},
		{"too common", "matkhau123456", c, "identity.password.common"},
		{"holds the login", "toi la quantri day", c, "identity.password.login"},
		{"good", good, c, ""},
		{"a second time", good, c, "identity.link.ended"},
	} {
		err := choose(x.link, x.password)
		if (x.key == "") != (err == nil) || (err != nil && fault.From(err).Key != x.key) {
			t.Errorf("%s: %v", x.name, err)
		}
	}
	_, p, err := h.SignIn(ctx, "QuanTri ", secret.New(good), desk)
	if err != nil || !p.Holds(who.Admin) || !p.All || p.Name != "Nguyễn Văn An" {
		t.Errorf("%+v %v", p, err)
	}
	if _, err := first(); fault.From(err).Key != "identity.first.done" {
		t.Errorf("a second first administrator: %v", err)
	}
	late, err := h.ResetLink(ctx, p, "quantri")
	if err != nil {
		t.Fatal(err)
	}
	h.clock.pass(25 * time.Hour)
	if err := choose(late, good); !fault.Is(err, fault.NotFound) {
		t.Errorf("a link of yesterday: %v", err)
	}
}
