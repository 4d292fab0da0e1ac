package page

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/services/sites/internal/portal"
	"egovctl/platform/web"
)

// Event is an event of life: what people call it, and the words by which the catalogue is searched for it.
type Event struct {
	Key   string // message key; Key + ".about" is a line below it
	Query string
}

// events are the matters for which people come most often. The words are those of official procedure names.
var events = []Event{
	{"sites.event.birth", "đăng ký khai sinh"},
	{"sites.event.marriage", "đăng ký kết hôn"},
	{"sites.event.residence", "cư trú"},
	{"sites.event.land", "giấy chứng nhận quyền sử dụng đất"},
	{"sites.event.building", "giấy phép xây dựng"},
	{"sites.event.business", "đăng ký kinh doanh"},
	{"sites.event.driving", "giấy phép lái xe"},
	{"sites.event.work", "lao động việc làm"},
	{"sites.event.death", "đăng ký khai tử"},
}

// fieldsShown is how many fields the home page lists before "all fields".
const fieldsShown = 12

// HomePage is what templates/portals/site/home.html is given.
type HomePage struct {
	Portal   web.Portal
	Events   []Event
	Fields   []portal.Field
	More     int // further fields
	Groups   portal.Groups
	Numbers  portal.Numbers
	Agencies int
}

// home answers GET /.
func (d desk) home(w http.ResponseWriter, r *http.Request) error {
	p := HomePage{Portal: d.pages.Portal(), Events: events}
	err := d.office.See(r.Context(), func(ctx context.Context, tx pgx.Tx) (err error) {
		var all []portal.Agency
		if all, err = d.office.Agencies().All(ctx, tx); err != nil {
			return err
		}
		if p.Fields, err = d.office.Procedures().Fields(ctx, tx); err != nil {
			return err
		}
		p.Agencies, p.Groups = len(all), portal.Group(all)
		p.Numbers, err = d.office.Procedures().Numbers(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	if len(p.Fields) > fieldsShown {
		p.Fields, p.More = p.Fields[:fieldsShown], len(p.Fields)-fieldsShown
	}
	return d.pages.Render(w, r, http.StatusOK, "site/home", p)
}
