package store

import (
	"crypto/sha256"
	"encoding/json"

	"egovctl/platform/packaged"
	"egovctl/platform/services/agencies/internal/territory"
)

// agencyRecord is the JSON of an agency in base and edit. The order of its fields is fixed: the same record has the
// same bytes and the same hash.
type agencyRecord struct {
	Identifier  string   `json:"identifier"`
	Provisional bool     `json:"provisional"`
	Slug        string   `json:"slug"`
	NameVI      string   `json:"name_vi"`
	NameEN      string   `json:"name_en"`
	Short       string   `json:"short"`
	Kind        string   `json:"kind"`
	Level       string   `json:"level"`
	Unit        string   `json:"unit"`
	Parent      string   `json:"parent"`
	Site        bool     `json:"site"`
	Order       int      `json:"order"`
	Groups      []string `json:"groups,omitempty"`
}

// unitRecord is the JSON of a unit in base and edit.
type unitRecord struct {
	Level     string               `json:"level"`
	Code      string               `json:"code"`
	Parent    string               `json:"parent"`
	ValidFrom territory.Day        `json:"valid_from"`
	ValidTo   territory.Day        `json:"valid_to"`
	Basis     string               `json:"basis"`
	Names     []territory.UnitName `json:"names"`
}

func recordOfAgency(a packaged.Agency) agencyRecord {
	return agencyRecord{Identifier: a.Identifier, Provisional: a.Provisional, Slug: a.Slug, NameVI: a.NameVI,
		NameEN: a.NameEN, Short: a.Short, Kind: a.Kind, Level: string(a.Level), Unit: a.UnitKey, Parent: a.Parent,
		Site: a.Site, Order: int(a.Number), Groups: a.Groups}
}

func recordOfUnit(u packaged.Unit) unitRecord {
	r := unitRecord{Level: string(u.Level), Code: u.Code, Parent: u.ParentKey, ValidFrom: territory.DayOf(u.ValidFrom),
		ValidTo: territory.DayOf(u.ValidTo), Basis: u.Basis}
	for _, n := range u.Names {
		r.Names = append(r.Names, territory.UnitName{Type: n.Type, Name: n.Name, FullName: n.FullName,
			ValidFrom: territory.DayOf(n.ValidFrom), ValidTo: territory.DayOf(n.ValidTo), Basis: n.Basis})
	}
	return r
}

// canonical gives the JSON of a packaged record and its SHA-256.
func canonical(record any) (body, sum []byte, err error) {
	if body, err = json.Marshal(record); err != nil {
		return nil, nil, err
	}
	h := sha256.Sum256(body)
	return body, h[:], nil
}
