package trial

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Event is one line of `-o json`. A line with Seq is a line of the journal, told after its fsync.
type Event struct {
	Event  string `json:"event"`
	Op     string `json:"op"`
	Run    int    `json:"run"`
	Seq    int    `json:"seq"`
	Step   string `json:"step"`
	Change string `json:"change"`
	Action string `json:"action"`
	Target string `json:"target"`
	Raw    json.RawMessage
}

// Kind is what sort of journal line it is: its event and step. "" for what is only told.
func (e Event) Kind() string {
	if e.Seq == 0 {
		return ""
	}
	if e.Step == "" {
		return e.Event
	}
	return e.Event + " " + e.Step
}

// Line is Kind with the operation before it: an upgrade is three operations, and each of them begins and ends.
func (e Event) Line() string {
	if e.Kind() == "" {
		return ""
	}
	return e.Op + ": " + e.Kind()
}

// Point is the one line of the journal, by operation and number; "" for what is only told.
func (e Event) Point() string {
	if e.Seq == 0 {
		return ""
	}
	return fmt.Sprintf("%s: line %d", e.Op, e.Seq)
}

func parse(line string) (Event, error) {
	raw := bytes.TrimSpace([]byte(line))
	if len(raw) == 0 || raw[0] != '{' {
		return Event{}, errors.New("not an object")
	}
	var e Event
	if err := json.Unmarshal(raw, &e); err != nil {
		return Event{}, err
	}
	e.Raw = raw
	return e, nil
}

// Kinds lists the kinds of journal lines in the order in which they first came.
func Kinds(events []Event) []string { return distinct(events, Event.Kind) }

// Strikes are the places at which an operation is killed: every kind of line of the journal, and in a long drill every line.
func Strikes(events []Event) []string {
	if Long() {
		return distinct(events, Event.Point)
	}
	return distinct(events, Event.Line)
}

func distinct(events []Event, name func(Event) string) []string {
	var out []string
	seen := map[string]bool{}
	for _, e := range events {
		if k := name(e); k != "" && !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}
