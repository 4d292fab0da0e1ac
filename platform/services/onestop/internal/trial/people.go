package trial

import (
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/services/onestop/internal/dossier"
)

// The people, by what they are called in the tests.
var (
	Citizen    = who.Principal{Account: "acc-citizen", Login: "0900000001", Kind: who.Person}
	Stranger   = who.Principal{Account: "acc-stranger", Login: "0900000002", Kind: who.Person}
	Clerk      = official("clerk", "Lê Thị Bưởi", who.Clerk, Ward)
	Officer    = official("officer", "Trần Văn Cam", who.Officer, Ward)
	Colleague  = official("colleague", "Phạm Thị Dừa", who.Officer, Ward)
	Head       = official("head", "Võ Văn Ổi", who.Head, Ward)
	Leader     = official("leader", "Đặng Thị Mận", who.Leader, Ward)
	Registrar  = official("registrar", "Bùi Văn Khế", who.Registrar, Ward)
	Elsewhere  = official("elsewhere", "Hồ Thị Chanh", who.Clerk, Department)
	HeadBelow  = official("head.department", "Ngô Văn Quýt", who.Head, Department)
	OffBelow   = official("officer.department", "Đỗ Văn Lê", who.Officer, Department)
	Chair      = official("chair", "Nguyễn Văn Mít", who.Leader, City, Department, Ward)
	Controller = official("controller", "Lý Thị Na", who.Controller, Ward)
)

// Officials lists them all.
func Officials() []who.Principal {
	return []who.Principal{Clerk, Officer, Colleague, Head, Leader, Registrar, Elsewhere, HeadBelow, OffBelow, Chair, Controller}
}

func official(login, name string, role who.Role, agency int32, below ...int32) who.Principal {
	return who.Principal{Account: "acc-" + login, Login: login, Name: name, Kind: who.Official,
		Positions: []who.Position{{Role: role, Agency: agency, Scope: append([]int32{agency}, below...)}}}
}

// Wedding is a filing that nothing is wrong with.
func Wedding() desk.Filing {
	return desk.Filing{Procedure: FiveDays, Agency: "H17.110",
		Applicant:  desk.Applicant{Name: "Nguyễn Thị Ánh", IDNumber: "048190000001", Phone: "0900 000 001", Address: "12 Lê Duẩn, Đà Nẵng"},
		Components: []dossier.Component{{Name: "Tờ khai đăng ký kết hôn", Originals: 1}}}
}
