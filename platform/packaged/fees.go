package packaged

import (
	"strconv"
	"strings"

	"egovctl/platform/kernel/fold"
	"egovctl/platform/kernel/money"
)

var feeTypes = map[string]string{"fee": "fee", "service_fee": "charge", "price_level": "price"}

func (s *source) readFees(c *catalogue) error {
	return s.each("catalogue/fees.csv", []string{"code", "channels", "type", "amount", "note"}, func(x []string) {
		fee, ok := feeOf(x[2], x[3], x[4])
		r := c.at[x[0]]
		if !ok || r == nil {
			return
		}
		for _, letter := range x[1] {
			if m := r.method(channelOf[letter]); m != nil {
				m.Fees = append(m.Fees, fee)
			}
		}
	})
}

// feeOf applies the rules for fees: no amount is open; 0 without a word, or with words that say "none", is no fee; 0
// with words that say it is waived stays with its words; 0 with other words ("as the provincial council decides") is open.
func feeOf(kind, amount, note string) (Fee, bool) {
	f := Fee{Type: feeTypes[kind], Note: note}
	if amount == "" {
		f.Open = true
		return f, true
	}
	n, _ := strconv.ParseInt(amount, 10, 64)
	f.Amount = money.Dong(n)
	if n > 0 {
		return f, true
	}
	words := fold.Text(note)
	switch {
	case words == "" || words == "khong" || words == "khong co" || strings.HasPrefix(words, "khong quy dinh") ||
		strings.HasPrefix(words, "khong thu") || strings.HasPrefix(words, "chua quy dinh"):
		return Fee{}, false
	case strings.HasPrefix(words, "mien"):
		return f, true
	}
	f.Open = true
	return f, true
}
