package page

import (
	"net/http"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/web"
	"egovctl/platform/workflow"
)

// inboxPage is the official's list.
type inboxPage struct {
	Agency     desk.Agency
	Workplaces []desk.Agency // where the reader works, when that is more than one place
	State      string        // "" is what waits for the reader
	Overdue    bool
	Tabs       []tab // of the states in which work goes on
	States     []tab // all of them, for the filter
	Items      []desk.Item
	Next       string // cursor
}

// tab is a state with the number of dossiers in it; More says that there are more than N.
type tab struct {
	State workflow.State
	N     int
	More  bool
	Here  bool
}

// countedTo bounds the numbers on the tabs, so that the page costs the same at any size.
const countedTo = 100

// inbox answers GET /mot-cua?agency=&state=&overdue=&cursor=.
func (o office) inbox(w http.ResponseWriter, r *http.Request) error {
	by, q := web.PrincipalOf(r.Context()), r.URL.Query()
	cursor, err := web.Cursor(r)
	if err != nil {
		return err
	}
	ask := desk.Ask{Agency: q.Get("agency"), State: q.Get("state"), Overdue: q.Get("overdue") != "", Cursor: cursor, Limit: usualPage,
		Count: countedTo}
	got, err := o.desk.Inbox(r.Context(), by, ask)
	if err != nil {
		return err
	}
	page := inboxPage{Agency: got.Agency, State: ask.State, Overdue: ask.Overdue, Items: got.Items}
	if got.Next != "" {
		page.Next = web.EncodeCursor(got.Next)
	}
	for _, step := range o.desk.Workflows.Steps() {
		n := got.Counts[step.State]
		line := tab{State: step.State, N: n, More: n == countedTo, Here: string(step.State) == ask.State}
		page.States = append(page.States, line)
		if line.Here || line.N > 0 && !step.Final && step.Waits != who.Citizen {
			page.Tabs = append(page.Tabs, line)
		}
	}
	if len(got.Workplaces) > 1 {
		page.Workplaces = got.Workplaces
	}
	return o.pages.Render(w, r, http.StatusOK, "onestop/inbox", page)
}

// badge is the kind of badge for a standing.
func badge(standing string) string {
	switch standing {
	case "overdue", "late":
		return "late"
	case "due_soon":
		return "wait"
	case "in_time", "on_time", "early":
		return "good"
	}
	return "plain"
}

// Badge is the kind of badge that a line wears.
func (p inboxPage) Badge(it desk.Item) string { return badge(string(it.Standing)) }

// OverdueParam is the filter as it goes on to the next page.
func (p inboxPage) OverdueParam() string {
	if p.Overdue {
		return "true"
	}
	return ""
}
