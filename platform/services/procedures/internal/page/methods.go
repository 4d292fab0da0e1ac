package page

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/money"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/catalogue"
	"egovctl/platform/web"
	"egovctl/platform/workcal"
)

// The form shows a channel as rows: each a time limit with its fees, and one empty row more. Their inputs are called
// direct.0.kind, direct.0.amount, direct.0.text, direct.0.fee.0.type, .amount and .note. A row whose kind or type is left
// empty is not there.

// ChannelRows are the rows of a channel in the form.
type ChannelRows struct {
	Channel packaged.Channel
	Rows    []Row
}

// Row is a time limit. Spare is one that stands ready beside those that are used.
type Row struct {
	Name  string // what its inputs begin with: direct.0
	Spare bool
	Fees  []Row
}

// channelRows lists the rows that form has.
func channelRows(form web.Form) []ChannelRows {
	var out []ChannelRows
	for _, ch := range catalogue.Channels() {
		rows := rowsOf(form, string(ch), "kind")
		for i := range rows {
			rows[i].Fees = rowsOf(form, rows[i].Name+".fee", "type")
		}
		out = append(out, ChannelRows{ch, rows})
	}
	return out
}

// rowsOf lists the rows under prefix; decides is the input that is empty in a row that is not there.
func rowsOf(form web.Form, prefix, decides string) (rows []Row) {
	for i := 0; form.Has(fmt.Sprintf("%s.%d.%s", prefix, i, decides)); i++ {
		name := fmt.Sprintf("%s.%d", prefix, i)
		rows = append(rows, Row{Name: name, Spare: form.Get(name+"."+decides) == "" && len(form.Errors) == 0})
	}
	return rows
}

// methodValues are the names and values of what stands, with a spare row behind each list.
func methodValues(methods []packaged.Method, l locale.Lang) (values []string) {
	for _, ch := range catalogue.Channels() {
		row := 0
		write := func(m packaged.Method, amount string) {
			at := fmt.Sprintf("%s.%d.", ch, row)
			values = append(values, at+"kind", string(m.Term.Kind), at+"amount", amount, at+"text", m.Term.Text)
			for i, f := range append(slices.Clone(m.Fees), packaged.Fee{Open: true}) {
				in, dong := fmt.Sprintf("%sfee.%d.", at, i), ""
				if !f.Open {
					dong = money.Group(int64(f.Amount))
				}
				values = append(values, in+"type", f.Type, in+"amount", dong, in+"note", f.Note)
			}
			row++
		}
		for _, m := range methods {
			if m.Channel == ch {
				write(m, termAmount(m.Term, l))
			}
		}
		write(packaged.Method{}, "")
	}
	return values
}

// termAmount writes 3,5 or 3.5; nothing for a time limit that is not counted.
func termAmount(t workcal.Term, l locale.Lang) string {
	if t.Thousands == 0 {
		return ""
	}
	n := strconv.FormatFloat(float64(t.Thousands)/1000, 'f', -1, 64)
	if l == locale.Vietnamese {
		n = strings.Replace(n, ".", ",", 1)
	}
	return n
}

// readMethods makes the methods out of the rows, nil when they are what stands. What cannot be read is noted in form.
func readMethods(form *web.Form, now []packaged.Method) *[]packaged.Method {
	methods, changed := slices.Clone(now), false
	for _, c := range channelRows(*form) {
		stands := only(now, c.Channel)
		var read []packaged.Method
		for _, row := range c.Rows {
			if m, used := readMethod(form, c.Channel, row); used {
				read = append(read, m)
			}
		}
		if len(c.Rows) == 0 || same(stands, read) {
			continue
		}
		methods = slices.DeleteFunc(methods, func(m packaged.Method) bool { return m.Channel == c.Channel })
		methods, changed = append(methods, read...), true
	}
	if !changed {
		return nil
	}
	return &methods
}

func only(methods []packaged.Method, ch packaged.Channel) []packaged.Method {
	return slices.DeleteFunc(slices.Clone(methods), func(m packaged.Method) bool { return m.Channel != ch })
}

// same compares what the form shows.
func same(stands, read []packaged.Method) bool {
	return slices.EqualFunc(stands, read, func(a, b packaged.Method) bool {
		return a.Term == b.Term && (len(a.Fees) == 0 && len(b.Fees) == 0 || reflect.DeepEqual(a.Fees, b.Fees))
	})
}

func readMethod(form *web.Form, ch packaged.Channel, row Row) (m packaged.Method, used bool) {
	m = packaged.Method{Channel: ch, Term: workcal.Term{Kind: workcal.TermKind(form.Get(row.Name + ".kind")), Text: form.Trim(row.Name + ".text")}}
	amount := form.Trim(row.Name + ".amount")
	counted := m.Term.Kind != workcal.SameDay && m.Term.Kind != workcal.Other
	for _, r := range row.Fees {
		if fee, used := readFee(form, r.Name); used {
			m.Fees = append(m.Fees, fee)
		}
	}
	switch {
	case m.Term.Kind == "":
		if amount != "" || m.Term.Text != "" || len(m.Fees) > 0 {
			form.Fail(row.Name+".kind", fault.New(fault.Invalid, "procedures.edit.kind.missing"))
		}
		return m, false
	case counted && amount == "":
		form.Fail(row.Name+".amount", fault.New(fault.Invalid, "procedures.edit.amount.missing"))
	case counted:
		var err error
		m.Term.Thousands, err = catalogue.ParseAmount(amount)
		form.Fail(row.Name+".amount", err)
	}
	return m, true
}

var grouped = regexp.MustCompile(`^-?[0-9]{1,3}([., \x{00a0}][0-9]{3})+$`)

// readFee reads one fee. Without an amount it is one that another text fixes.
func readFee(form *web.Form, name string) (f packaged.Fee, used bool) {
	f = packaged.Fee{Type: form.Get(name + ".type"), Note: form.Trim(name + ".note")}
	amount := strings.TrimSpace(strings.TrimSuffix(form.Trim(name+".amount"), "đ"))
	if f.Type == "" {
		if amount != "" || f.Note != "" {
			form.Fail(name+".type", fault.New(fault.Invalid, "procedures.edit.fee.missing"))
		}
		return f, false
	}
	if amount == "" {
		f.Open = true
		return f, true
	}
	digits := amount
	if grouped.MatchString(amount) {
		digits = strings.NewReplacer(".", "", ",", "", " ", "", "\u00a0", "").Replace(amount)
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		form.Fail(name+".amount", fault.New(fault.Invalid, "procedures.edit.fee.amount", "amount", amount))
	}
	f.Amount = money.Dong(n)
	return f, true
}

var methodMember = regexp.MustCompile(`^methods\[(\d+)\]\.(channel|term|term\.kind|term\.amount|fees\[(\d+)\]\.(type|amount))$`)

// inputOf finds the input that shows a member of the record: methods[1].fees[0].amount stands in a row of its channel.
func inputOf(member string, form web.Form, c catalogue.Patch) string {
	m := methodMember.FindStringSubmatch(member)
	if m == nil {
		return member
	}
	i, _ := strconv.Atoi(m[1])
	if c.Methods == nil || i >= len(*c.Methods) {
		return ""
	}
	ch := (*c.Methods)[i].Channel
	row := nth(rowsOf(form, string(ch), "kind"), form, "kind", len(only((*c.Methods)[:i], ch)))
	switch {
	case row == "":
		return ""
	case m[2] == "term.amount":
		return row + ".amount"
	case m[4] == "":
		return row + ".kind"
	}
	k, _ := strconv.Atoi(m[3])
	if fee := nth(rowsOf(form, row+".fee", "type"), form, "type", k); fee != "" {
		return fee + "." + m[4]
	}
	return row + ".kind"
}

// nth is the name of the n-th used row, from 0.
func nth(rows []Row, form web.Form, decides string, n int) string {
	for _, r := range rows {
		if form.Get(r.Name+"."+decides) == "" {
			continue
		}
		if n == 0 {
			return r.Name
		}
		n--
	}
	return ""
}
