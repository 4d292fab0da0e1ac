package packaged

import (
	"io/fs"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
)

// Load resolves a profile as the packaged records have it on their status day: "danang-2014", or the code of one of the
// 34 provinces of today. Faults: Invalid "profile.unknown" (the known ones in "known"); Internal "packaged.file".
func Load(fsys fs.FS, profileID string) (*Set, error) {
	day, err := newSource(fsys).statusDay()
	if err != nil {
		return nil, err
	}
	return LoadAt(fsys, profileID, day)
}

// LoadAt is Load with the territory of a province resolved on a day; the reference stays in 2014 whatever the day. A day
// before 1 July 2025 is refused for a province: Invalid "profile.before".
func LoadAt(fsys fs.FS, profileID string, day time.Time) (*Set, error) {
	s := newSource(fsys)
	day = clock.DayOf(day)
	o, err := s.find(profileID, day)
	if err != nil {
		return nil, err
	}
	profile := o.Profile
	if !profile.Reconstruction && day.Before(twoTiers) {
		return nil, fault.New(fault.Invalid, "profile.before", "profile", profileID, "first", twoTiers.Format("02/01/2006"))
	}
	set := &Set{Profile: profile}
	c, err := s.catalogue()
	if err != nil {
		return nil, err
	}
	set.Fields = c.list
	e, err := s.executors()
	if err != nil {
		return nil, err
	}
	if profile.Reconstruction {
		err = s.reference(set, o.press, c, e)
	} else {
		err = s.today(set, o.province, c, e)
	}
	if err != nil {
		return nil, err
	}
	if err := s.calendar(set); err != nil {
		return nil, err
	}
	set.Digest = s.digest(profile.ID, profile.AsOf.Format(time.DateOnly))
	return set, nil
}

// today fills the set of one of the 34 provinces: everything handled by an agency that it has is announced, and what
// can be filed online is.
func (s *source) today(set *Set, p province, c *catalogue, e *executors) error {
	if err := s.territory(p, set); err != nil {
		return err
	}
	if err := s.agenciesToday(set); err != nil {
		return err
	}
	offers := c.today(e, p.hCode).offers(set.Agencies)
	c.publish(set, offers, func(r *record) bool { return offers[r.Code] != nil }, (*record).filable)
	return nil
}

// reference fills the set of Đà Nẵng 2014, cut to the numbers of the press.
func (s *source) reference(set *Set, counted press, c *catalogue, e *executors) error {
	if err := s.territory2014(set); err != nil {
		return err
	}
	departments, err := s.departments2014()
	if err != nil {
		return err
	}
	if err := s.agencies2014(set, departments, counted.communeSites); err != nil {
		return err
	}
	offers := c.in2014(e, set.Profile.HCode, departments).offers(set.Agencies)
	announced := c.cut(counted.procedures, rank, func(r *record) bool { return offers[r.Code] != nil })
	online := c.cut(counted.online, rankOnline, func(r *record) bool { return announced[r.Code] && r.filable() })
	c.publish(set, offers, func(r *record) bool { return announced[r.Code] }, func(r *record) bool { return online[r.Code] })
	return nil
}
