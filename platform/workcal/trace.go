package workcal

import (
	"strconv"
	"strings"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/locale"
)

// TraceLine is one reason of a promised date: a message key with its arguments. Keys are arguments that are message
// keys themselves (the name of a computed holiday, the standing of a day), so that the line can be told in either
// language; the JSON form is what a dossier stores.
type TraceLine struct {
	Key  string            `json:"key"`
	Args map[string]string `json:"args,omitempty"`
	Keys map[string]string `json:"keys,omitempty"`
}

// Say tells the line in l, an amount with the decimal mark of l.
func (t TraceLine) Say(texts *locale.Catalog, l locale.Lang) string {
	args := make(map[string]string, len(t.Args)+len(t.Keys))
	for k, v := range t.Args {
		if k == amount && l == locale.Vietnamese {
			v = strings.Replace(v, ".", ",", 1)
		}
		args[k] = v
	}
	for k, v := range t.Keys {
		args[k] = texts.Fill(l, v, nil)
	}
	return texts.Fill(l, t.Key, args)
}

// amount is the argument that holds the number of a time limit, as Term.Amount writes it.
const amount = "amount"

// line makes a TraceLine; args are name, value pairs.
func line(key string, args ...string) TraceLine {
	t := TraceLine{Key: "deadlines.trace." + key}
	if len(args) > 0 {
		t.Args = make(map[string]string, len(args)/2)
		for i := 0; i+1 < len(args); i += 2 {
			t.Args[args[i]] = args[i+1]
		}
	}
	return t
}

func showDate(t time.Time) string { return locale.Date(t) }
func showTime(t time.Time) string { return t.In(clock.Vietnam).Format("15:04 02/01/2006") }

// weekliesOneByOne is the span in days up to which each weekend is named; beyond it they are counted in one line.
const weekliesOneByOne = 400

// skips explains the days from one to another, both included: each that was not counted, with its reason, and each that
// was counted against its weekday. Provisional is true when one of them is not settled.
func (c *Calendar) skips(from, to dayNum) (lines []TraceLine, provisional bool) {
	weekends := 0
	for n := from; n <= to; n++ {
		d, special := c.days[n]
		if special {
			provisional = provisional || !d.settled()
			lines = append(lines, exception(d))
			continue
		}
		if !n.weekend() {
			continue
		}
		weekends++
		if to-from > weekliesOneByOne {
			continue
		}
		if _, alsoSpecial := c.days[n+1]; n+1 <= to && (n + 1).weekend() && !alsoSpecial {
			weekends++
			lines = append(lines, line("skip.weekend", "from", showDate(n.midnight()), "to", showDate((n+1).midnight())))
			n++
			continue
		}
		lines = append(lines, line("skip.weekly", "date", showDate(n.midnight())))
	}
	if to-from > weekliesOneByOne && weekends > 0 {
		lines = append(lines, line("skip.weeklies", "days", strconv.Itoa(weekends)))
	}
	return lines, provisional
}

func exception(d Day) TraceLine {
	t := line("skip."+string(d.Kind), "date", showDate(d.Date), "name", d.Name, "basis", d.Basis)
	t.Keys = map[string]string{"status": "deadlines.status." + standingOf(d)}
	if d.NameKey != "" {
		t.Keys["name"] = d.NameKey
	}
	return t
}

// standingOf is a standing that has a sentence: what is neither official nor stated by law is shown as it is weakest.
func standingOf(d Day) string {
	switch d.Status {
	case "", Official:
		return Official
	case Statutory, Computed:
		return d.Status
	}
	return Proposed
}
