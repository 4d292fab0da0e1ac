package command_test

import (
	"os"
	"testing"

	"egovctl/platform/audit"
	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/clock"
	"egovctl/provisioning/instance"
)

type verified struct {
	Status   string
	Rows     int
	Unsealed int
	Compared int
	Last     *struct{ Number int }
	Broken   *struct {
		Kind          string
		Row           int
		Message, Cure string
	}
}

// The audit log verifies while it is as it was written; one edited row is found and named.
func TestAnEditedRowOfTheAuditLogIsNamed(t *testing.T) {
	if here().err != nil {
		t.Fatal(here().err)
	}
	run(t, "", "catalogue", "set", "1.004772", "name=Để có một dòng nhật ký").status(0)
	var v verified
	run(t, "", "audit", "verify", "-o", "json").status(0).json(&v)
	if v.Status != "whole" || v.Unsealed == 0 || v.Compared != 0 || v.Last != nil {
		t.Errorf("before the first seal: %+v", v)
	}
	seal(t)
	run(t, "", "audit", "verify", "-o", "json").status(0).json(&v)
	if v.Rows == 0 || v.Unsealed != 0 || v.Compared != 1 || v.Last == nil {
		t.Errorf("after it: %+v", v)
	}
	run(t, "", "audit", "verify", "--lang", "en").status(0).has("The audit log is as it was written.", "Rows sealed")
	edit(t, "update platform.audit set action = action || 'x' where id = 1")
	run(t, "", "audit", "verify").status(3).tells("Dòng nhật ký 1", "Cách xử lý:")
	run(t, "", "audit", "verify", "-o", "json").status(3).json(&v)
	if v.Status != "broken" || v.Broken == nil || v.Broken.Kind != "edited" || v.Broken.Row != 1 || v.Broken.Cure == "" {
		t.Errorf("%+v", v)
	}
	edit(t, "update platform.audit set action = rtrim(action, 'x') where id = 1")
	run(t, "", "audit", "verify").status(0)
	run(t, "", "audit", "verify", "--head", "/nowhere.json").status(2).tells("/nowhere.json")
	if err := os.Remove(here().at("journal", "audit-head.json")); err != nil {
		t.Fatal(err)
	}
	run(t, "", "audit", "verify").status(0).tells("Không có bản mốc nào ngoài cơ sở dữ liệu")
}

func seal(t *testing.T) {
	t.Helper()
	pool, err := db.Open(t.Context(), dsnOf(t, instance.AppPassword, db.AppRole), 2)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	s, err := audit.NewSealer(pool, here().at("etc/secrets", instance.AuditKey), here().at("journal", "audit-head.json"), clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// edit plays someone who owns the host: triggers and security do not bind him.
func edit(t *testing.T, sql string) {
	t.Helper()
	err := execute(t.Context(), toDatabase(dbtest.Empty(t).SuperDSN()), "set session_replication_role = replica; "+sql)
	if err != nil {
		t.Fatal(err)
	}
}
