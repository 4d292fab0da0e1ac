// Package catalogue holds the words and rules of the procedure catalogue: what a record must be, how a time limit and a
// fee are written, what a change does to a record. Pure: no SQL, no HTTP.
package catalogue

import (
	"bytes"
	"encoding/json"
	"time"

	"egovctl/platform/kernel/unit"
	"egovctl/platform/packaged"
)

// Procedure is a record as it stands in this province: the packaged one, or the province's own value of it.
type Procedure struct {
	packaged.Procedure
	FieldName string
	Version   int  // 1 as packaged; every change adds one
	Edited    bool // differs from the packaged record, or has none
	ChangedAt time.Time
}

// Summary is a procedure as lists show it.
type Summary struct {
	Code        string       `json:"code"`
	Name        string       `json:"name"`
	Field       string       `json:"field"`
	FieldName   string       `json:"field_name"`
	Levels      []unit.Level `json:"levels"`
	Online      string       `json:"online"`
	Published   bool         `json:"published"`
	FiledOnline bool         `json:"filed_online"`
	Edited      bool         `json:"edited"`
	Version     int          `json:"version"`
}

// Offering is a procedure as one agency handles it.
type Offering struct {
	Procedure string
	AgencyID  int32
	Online    bool
}

// Field is a field of administration with the number of announced procedures in it.
type Field struct {
	Code       string `json:"code"`
	Name       string `json:"name"`
	Procedures int    `json:"procedures"`
}

// Canonical gives the bytes under which a record is stored and hashed: the same record has the same bytes, whether an
// empty list in it is nil or not.
func Canonical(p packaged.Procedure) ([]byte, error) {
	if len(p.Levels) == 0 {
		p.Levels = nil
	}
	if len(p.Methods) == 0 {
		p.Methods = nil
	}
	return json.Marshal(p)
}

// Same reports whether two records say the same.
func Same(a, b packaged.Procedure) bool {
	x, errA := Canonical(a)
	y, errB := Canonical(b)
	return errA == nil && errB == nil && bytes.Equal(x, y) && a.Published == b.Published && a.FiledOnline == b.FiledOnline
}

// Agency is what the catalogue must know of an agency.
type Agency struct {
	ID         int32
	ParentID   int32 // 0 at the top
	Identifier string
	Slug       string
	NameVI     string
	NameEN     string
	Level      unit.Level
}

// View is a procedure with the agencies that offer it.
type View struct {
	Procedure
	Offerings []OfferingAt
}

// OfferingAt is an agency that offers a procedure; Online says whether it takes it online now.
type OfferingAt struct {
	Agency Agency
	Online bool
}
