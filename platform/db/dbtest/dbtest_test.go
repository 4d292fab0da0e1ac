package dbtest

import "testing"

func TestNewGivesAMigratedDatabaseOfItsOwn(t *testing.T) {
	a, b := New(t), New(t)
	a.Exec("insert into platform.state (key, value) values ('k', '1')")
	if got := a.Text("select count(*) from platform.state"); got != "1" {
		t.Errorf("own row: %s", got)
	}
	if got := b.Text("select count(*) from platform.state"); got != "0" {
		t.Errorf("the other database has %s rows", got)
	}
}
