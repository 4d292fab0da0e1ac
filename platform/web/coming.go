package web

import (
	"time"

	"egovctl/platform/kernel/locale"
)

// Announce says whom the pages ask for the moment of an upgrade that is announced. It is called before the first page is shown.
func (p *Pages) Announce(coming func(now time.Time) (at time.Time, ok bool)) { p.coming = coming }

// notice is the sentence about an upgrade to come: for officials with the time that is left. "" when none is announced.
func (p *Pages) notice(l locale.Lang, official bool) string {
	if p.coming == nil {
		return ""
	}
	now := p.clock.Now()
	at, ok := p.coming(now)
	switch {
	case !ok:
		return ""
	case !now.Before(at):
		return p.texts.T(l, "web.notice.now")
	case official:
		return p.texts.T(l, "web.notice.official", "at", locale.DateTime(at), "left", p.left(l, at.Sub(now)))
	}
	return p.texts.T(l, "web.notice.citizen", "at", locale.DateTime(at))
}

// left tells a duration in its two largest parts, rounded up to the minute.
func (p *Pages) left(l locale.Lang, d time.Duration) string {
	minutes := int((d + time.Minute - 1) / time.Minute)
	days, hours := minutes/(24*60), minutes/60%24
	switch minutes %= 60; {
	case days > 0:
		return p.texts.T(l, "web.left.days", "d", days, "h", hours)
	case hours > 0:
		return p.texts.T(l, "web.left.hours", "h", hours, "m", minutes)
	}
	return p.texts.T(l, "web.left.minutes", "m", minutes)
}
