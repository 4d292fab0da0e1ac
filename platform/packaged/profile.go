package packaged

import (
	"io/fs"
	"strings"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
)

// Reference is the profile of the instance that the kit was first taken from.
const Reference = "danang-2014"

// Facts of the press of 2014 and 2015 about the reference: what it announced, what it took online, and how the counts
// of the rebuilt profile are cut.
const (
	referenceServices = 1196
	referenceOnline   = 498
)

// reference2014 is the one profile that does not follow the calendar: it stays at the end of 2014.
func reference2014() Profile {
	return Profile{
		ID: Reference, NameVI: "Đà Nẵng 2014 (bản dựng lại)", NameEN: "Da Nang 2014 (reconstruction)",
		ProvinceVI: "Thành phố Đà Nẵng", ProvinceEN: "Da Nang City",
		Province: "48", HCode: "H17", AsOf: clock.Date(2014, time.December, 31), Domain: "danang.gov.vn",
		Reconstruction: true, PublicServices: referenceServices, OnlineServices: referenceOnline,
		NoteVI: "Đây là bản dựng lại hệ thống năm 2014 để tham khảo và đào tạo, lập từ hồ sơ thủ tục hành chính năm 2026. Số lượng (1.196 thủ tục, 498 thủ tục nộp trực tuyến) theo báo chí; danh sách từng thủ tục, tên 28 sở, ngành và 33 phường, xã có trang riêng là suy ra theo quy tắc, không phải danh sách chính thức của năm 2014.",
		NoteEN: "This is a reconstruction of the system of 2014 for reference and training, made from procedure records of 2026. The numbers (1,196 procedures, 498 filed online) are those of the press; which procedures, which 28 departments and which 33 wards and communes with a site follow written rules and are not the official lists of 2014.",
	}
}

func (p province) profile(changes []change, day time.Time) Profile {
	n := p.nameOn(changes, day)
	en := englishUnit("province", UnitName{Type: n.Type, Name: p.nameEN})
	return Profile{
		ID: p.code, NameVI: n.FullName, NameEN: en, ProvinceVI: n.FullName, ProvinceEN: en,
		Province: p.code, HCode: p.hCode, AsOf: day, Domain: p.domain,
	}
}

// nameOn is the province's type and name on a day.
func (p province) nameOn(changes []change, day time.Time) UnitName {
	n := named(p.kind, p.name, p.since, p.basis)
	for _, c := range changes {
		if c.level == "province" && c.code == p.code && !c.name.ValidFrom.Before(p.since) && !day.Before(c.name.ValidFrom) {
			n = c.name
		}
	}
	return n
}

// Profiles lists what can be installed: the reference, then the 34 provinces of today by code. Fault: Internal
// "packaged.file".
func Profiles(fsys fs.FS) ([]Profile, error) { return newSource(fsys).profiles(StatusDay()) }

func (s *source) profiles(day time.Time) ([]Profile, error) {
	provinces, err := s.provincesOfToday()
	if err != nil {
		return nil, err
	}
	changes, err := s.changes()
	if err != nil {
		return nil, err
	}
	list := []Profile{reference2014()}
	for _, p := range provinces {
		list = append(list, p.profile(changes, day))
	}
	return list, nil
}

// find gives the profile with an id and its province. Fault: Invalid "profile.unknown" with the known ones in "known".
func (s *source) find(id string, day time.Time) (Profile, province, error) {
	list, err := s.profiles(day)
	if err != nil {
		return Profile{}, province{}, err
	}
	provinces, err := s.provincesOfToday()
	if err != nil {
		return Profile{}, province{}, err
	}
	ids := make([]string, len(list))
	for i, p := range list {
		if ids[i] = p.ID; p.ID != id {
			continue
		}
		if i == 0 {
			return p, province{}, nil
		}
		return p, provinces[i-1], nil
	}
	return Profile{}, province{}, fault.New(fault.Invalid, "profile.unknown", "profile", id, "known", strings.Join(ids, ", ")).At("province.profile")
}

// Find gives one profile; fault.Invalid "profile.unknown" with the known ones.
func Find(fsys fs.FS, id string) (Profile, error) {
	p, _, err := newSource(fsys).find(id, StatusDay())
	return p, err
}
