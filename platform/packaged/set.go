// Package packaged reads what the kit carries under templates/ and resolves a profile into plain rows: the units, the
// agencies, the procedures with their offerings, the calendar and the regimes of one province on one day.
package packaged

import (
	"time"

	"egovctl/platform/kernel/money"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/workcal"
)

// Set is everything that one profile brings. It is read-only.
type Set struct {
	Profile    Profile
	Units      []Unit // in force on the as-of day and, with ValidTo set, their history
	Succession []Succession
	Agencies   []Agency // parents before children
	Fields     []Field
	Procedures []Procedure // the whole national catalogue; Published says which this province announces
	Offerings  []Offering
	Days       []Day
	Lunar      []LunarYear // the two lunar dates of each year, from which statutory days are computed
	Regimes    []Regime
	// OfficeHours of the province: "07:30-11:30,13:30-17:30".
	OfficeHours string
	Digest      string // SHA-256 of the packaged files and the profile, hex: same digest, same rows
}

// Profile is the packaged answers for one province.
type Profile struct {
	ID             string // "danang-2014", "48"
	NameVI, NameEN string // of the profile
	ProvinceVI     string // the province's full name on the as-of day: what the portal calls itself
	ProvinceEN     string
	Province       string // two-digit code
	HCode          string // H17
	AsOf           time.Time
	Domain         string // danang.gov.vn
	Reconstruction bool   // rebuilt from later records; shown wherever the profile is shown
	Note           string // message key of what is said there, "" for nothing
}

// Unit is an administrative unit with time. Key is level, code and first day: a code alone is ambiguous (24 was Bắc
// Giang, then Bắc Ninh).
type Unit struct {
	Key       string // "province/24/2025-07-01"
	Level     unit.Level
	Code      string
	Names     []UnitName // oldest first
	ParentKey string
	ValidFrom time.Time // zero: before the records begin
	ValidTo   time.Time // zero: still in force; else the first day on which it no longer is
	Basis     string
}

// UnitName is the dated name and type of a unit.
type UnitName struct {
	Type      string // Phường, Xã, Đặc khu, Quận, Huyện, Thành phố, Tỉnh
	Name      string
	FullName  string
	ValidFrom time.Time
	ValidTo   time.Time
	Basis     string
}

// Succession says that Old went over, whole or in part, into New.
type Succession struct {
	OldKey, NewKey string
	Kind           string // merged, unchanged, split, raised
	Default        bool   // the default successor of a split
	Date           time.Time
	Basis          string
}

// Agency is an organ of state attached to a unit.
type Agency struct {
	Identifier  string // H17.08
	Provisional bool   // the identifier is ours until the real one is known; shown as such
	Slug        string // path of its site: "so-xay-dung"
	NameVI      string
	NameEN      string
	Short       string // SXD
	Kind        string // people_committee, department, division, centre
	Level       unit.Level
	UnitKey     string
	Parent      string   // identifier, "" for the top
	Site        bool     // has a site of its own in this profile
	Groups      []string // the executing groups that it acts for: the key of the offering rule
	Number      int32    // under which it is stored and after which lists go: its place in Set.Agencies, from TopAgency
}

// Field is a field of administration (lĩnh vực).
type Field struct{ Code, Name string }

// Online levels of a procedure.
const (
	OnlineFull        = "full"        // toàn trình
	OnlinePartial     = "partial"     // một phần
	OnlineInformation = "information" // chỉ cung cấp thông tin
)

// Channel is a way of filing.
type Channel string

// The channels, by the names of the national database.
const (
	Direct Channel = "direct"
	Online Channel = "online"
	Postal Channel = "postal"
)

// Fee of one channel. Type: fee (phí), charge (lệ phí), price (giá dịch vụ).
type Fee struct {
	Type   string     `json:"type"`
	Amount money.Dong `json:"amount"`
	Open   bool       `json:"open,omitempty"` // the record fixes no amount: Note says who does
	Note   string     `json:"note,omitempty"`
}

// Method is a channel with its time limit and fees: both belong to the channel, not to the procedure.
type Method struct {
	Channel Channel      `json:"channel"`
	Term    workcal.Term `json:"term"`
	Fees    []Fee        `json:"fees,omitempty"`
	Derived bool         `json:"derived,omitempty"` // the record's online level promises this channel, but the record lacks it
}

// Case selects a list of components.
type Case struct {
	Name       string      `json:"name,omitempty"`
	Components []Component `json:"components"`
}

// Component is a paper of the dossier.
type Component struct {
	Code      string `json:"code,omitempty"`
	Name      string `json:"name"`
	Originals int    `json:"originals,omitempty"`
	Copies    int    `json:"copies,omitempty"`
	Required  bool   `json:"required,omitempty"`
	EForm     bool   `json:"e_form,omitempty"`
}

// Result of a procedure.
type Result struct {
	Code string `json:"code,omitempty"`
	Name string `json:"name"`
}

// Procedure is a record of the catalogue. Its JSON form is what is stored as packaged base: field order is fixed, so
// the same record has the same bytes and the same hash.
type Procedure struct {
	Code           string       `json:"code"`
	Name           string       `json:"name"`
	Field          string       `json:"field"`
	Levels         []unit.Level `json:"levels"`
	Ministry       bool         `json:"ministry,omitempty"` // also handled by a ministry
	Online         string       `json:"online"`
	Subjects       []string     `json:"subjects,omitempty"`
	Promulgator    string       `json:"promulgator,omitempty"`
	Executing      []string     `json:"executing,omitempty"`
	Methods        []Method     `json:"methods"`
	Cases          []Case       `json:"cases,omitempty"`
	Results        []Result     `json:"results,omitempty"`
	LegalBasis     []string     `json:"legal_basis,omitempty"`
	Decision       string       `json:"decision,omitempty"`
	NonTerritorial bool         `json:"non_territorial,omitempty"`
	Incomplete     bool         `json:"incomplete,omitempty"` // the records hold only its name and handler: never published as it is
	Internal       bool         `json:"internal,omitempty"`   // between state agencies only: never published
	Published      bool         `json:"-"`
	FiledOnline    bool         `json:"-"` // published, and this profile takes it online
}

// Offering is a procedure as one agency handles it.
type Offering struct {
	Procedure string
	Agency    string // identifier
	Online    bool
}

// Day is an exception of the working-day calendar.
type Day struct {
	Date   time.Time
	Kind   string // holiday, make_up, swap, compensation
	NameVI string
	Basis  string
	Status string // official, proposed, statutory, computed
}

// LunarYear holds the two dates of a year that the lunar calendar decides, reckoned at UTC+7.
type LunarYear struct {
	Year  int
	Tet   time.Time // mùng 1 Tết
	GioTo time.Time // mùng 10 tháng Ba
}

// Regime is a dated set of rules of law. Confirmed is false until an official of the province has said that it is
// right: [M] facts are data that can be corrected, never law in code.
type Regime struct {
	ID        string // mc-2018
	Topic     string // one_stop
	ValidFrom time.Time
	ValidTo   time.Time
	Basis     string
	Evidence  string // text: read in the law; memory; or whose defaults were taken
	Confirmed bool
	Params    map[string]string // cutoff=15:00, cutoff_applies=same_day_only, supplement_max=1, extension_max=1
}

// TopAgency is the number of the first agency of every profile: the province's committee.
const TopAgency int32 = 1

// AgencyID gives the number of an agency; 0 when there is none.
func (s *Set) AgencyID(identifier string) int32 {
	for i := range s.Agencies {
		if s.Agencies[i].Identifier == identifier {
			return s.Agencies[i].Number
		}
	}
	return 0
}
