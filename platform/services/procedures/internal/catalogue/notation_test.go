package catalogue_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/money"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/catalogue"
	"egovctl/platform/workcal"
)

func TestParseTerm(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     workcal.Term
		refused  string
	}{
		{"days", "5 working_days", workcal.Term{Kind: workcal.WorkingDays, Thousands: 5000}, ""},
		{"a fraction with a dot", "3.5 working_days", workcal.Term{Kind: workcal.WorkingDays, Thousands: 3500}, ""},
		{"a fraction with a comma", " 3,5  calendar_days ", workcal.Term{Kind: workcal.CalendarDays, Thousands: 3500}, ""},
		{"with words beside it", "2 months: kể từ ngày đủ hồ sơ", workcal.Term{Kind: workcal.Months, Thousands: 2000, Text: "kể từ ngày đủ hồ sơ"}, ""},
		{"the same day", "same_day", workcal.Term{Kind: workcal.SameDay}, ""},
		{"words alone", "other: theo thỏa thuận", workcal.Term{Kind: workcal.Other, Text: "theo thỏa thuận"}, ""},
		{"a number alone", "5", workcal.Term{}, "procedures.term.unit"},
		{"nothing", "", workcal.Term{}, "procedures.term.unit"},
		{"a colon alone", ": x", workcal.Term{}, "procedures.term.unit"},
		{"another unit", "5 weeks", workcal.Term{}, "procedures.term.kind"},
		{"a word", "soon", workcal.Term{}, "procedures.term.kind"},
		{"none", "0 working_days", workcal.Term{}, "procedures.term.amount"},
		{"less than none", "-1 working_days", workcal.Term{}, "procedures.term.amount"},
		{"four decimals", "1.2345 months", workcal.Term{}, "procedures.term.amount"},
		{"no number", "NaN months", workcal.Term{}, "procedures.term.amount"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := catalogue.ParseTerm(c.in)
			if c.refused != "" {
				if err == nil || fault.From(err).Key != c.refused {
					t.Errorf("%q: %v, want %s", c.in, err, c.refused)
				}
				return
			}
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%q: %v %s", c.in, err, diff)
			}
		})
	}
}

func TestParseFee(t *testing.T) {
	for in, want := range map[string]packaged.Fee{
		"charge 8000":                  {Type: "charge", Amount: 8000},
		"8.000":                        {Type: "charge", Amount: 8000},
		"fee 1.250.000 (mỗi (một) tờ)": {Type: "fee", Amount: 1250000, Note: "mỗi (một) tờ"},
		"price 0":                      {Type: "price"},
	} {
		if got, err := catalogue.ParseFee(in); err != nil || got != want {
			t.Errorf("%q is %+v, %v", in, got, err)
		}
	}
	for in, want := range map[string]string{"-5": "procedures.fee.negative", "fee -5": "procedures.fee.negative", "tip 5": "procedures.fee.type",
		"fee": "procedures.fee.unreadable", "fee 1.5": "procedures.fee.unreadable", "": "procedures.fee.unreadable", "fee 99999999999999": "procedures.fee.large"} {
		if _, err := catalogue.ParseFee(in); err == nil || fault.From(err).Key != want {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`([a-zà-ỹ(|:]([a-zà-ỹ():| ]{0,12}[a-zà-ỹ)])?)?`)
		term := workcal.Term{Text: text.Draw(t, "text"), Kind: rapid.SampledFrom(workcal.TermKinds()).Draw(t, "kind")}
		if term.Kind != workcal.SameDay && term.Kind != workcal.Other {
			term.Thousands = rapid.Int64Range(1, 1_000_000).Draw(t, "thousandths")
		}
		if got, err := catalogue.ParseTerm(catalogue.FormatTerm(term)); err != nil || got != term {
			t.Fatalf("%q is read as %+v, %v", catalogue.FormatTerm(term), got, err)
		}
		fee := packaged.Fee{Type: rapid.SampledFrom(catalogue.FeeTypes()).Draw(t, "type"), Note: text.Draw(t, "note"),
			Amount: money.Dong(rapid.Int64Range(0, 1_000_000_000).Draw(t, "amount"))}
		if got, err := catalogue.ParseFee(catalogue.FormatFee(fee)); err != nil || got != fee {
			t.Fatalf("%q is read as %+v, %v", catalogue.FormatFee(fee), got, err)
		}
	})
}
