package trial

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// What became of a request, as its client knows it.
const (
	Acknowledged = "acknowledged" // 201 with a reference
	Denied       = "refused"      // 4xx: nothing was done
	Unknown      = "unknown"      // no answer, or the server's own failure: it may have been done
)

// Filed is a line of the ledger: what was sent under which key, and what became of it; and what became of its reception, where
// a clerk received it at once.
type Filed struct {
	Key       string `json:"key"`
	Outcome   string `json:"outcome"`
	Reference string `json:"reference,omitempty"`
	Received  string `json:"received,omitempty"`
	Filing    Filing `json:"filing"`
}

// Filing is the body of a dossier. The address of its applicant is its key, so that it is found again.
type Filing struct {
	Procedure  string      `json:"procedure"`
	Agency     string      `json:"agency"`
	Applicant  Applicant   `json:"applicant"`
	Components []Component `json:"components"`
}

// Applicant is who files.
type Applicant struct {
	Name     string `json:"name"`
	IDNumber string `json:"id_number"`
	Phone    string `json:"phone"`
	Address  string `json:"address"`
}

// Component is a declared paper.
type Component struct {
	Name      string `json:"name"`
	Originals int    `json:"originals"`
	Copies    int    `json:"copies"`
}

// Ledger is what outside clients know of the dossiers that they file, one after the other, for as long as they are let.
// Each outcome is on the disk, outside Root, before its client goes on: O1 of the oracle compares the instance with it.
type Ledger struct {
	place   *Place
	who     *Client
	clerk   *Client // nil when nobody receives
	file    *os.File
	mu      sync.Mutex
	acks    atomic.Int64
	slowest atomic.Int64 // nanoseconds of the slowest answer since Slowest was asked
	last    atomic.Value // string: what the last client that was not acknowledged heard
	stop    chan struct{}
	all     sync.WaitGroup
}

// FileDossiers lets some clients file dossiers of a procedure as one person until Close. Every tenth filing is one that must be refused.
func (p *Place) FileDossiers(by *Client, clients int, procedure, agency string) *Ledger {
	p.T.Helper()
	return p.FileAndReceive(by, nil, clients, procedure, agency)
}

// received of how many filings one is received at once.
const received = 4

// FileAndReceive is FileDossiers with a clerk who receives one of four as soon as it is acknowledged.
func (p *Place) FileAndReceive(by, clerk *Client, clients int, procedure, agency string) *Ledger {
	p.T.Helper()
	file, err := os.Create(filepath.Join(p.Base, "ledger.jsonl"))
	if err != nil {
		p.T.Fatal(err)
	}
	l := &Ledger{place: p, who: by, clerk: clerk, file: file, stop: make(chan struct{})}
	for c := range clients {
		l.all.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-l.stop:
					return
				case <-time.After(p.Rest):
					l.one(filed(fmt.Sprintf("%sClient %d, filing %d", p.Called, c, n), n, procedure, agency), n%received == 0)
				}
			}
		})
	}
	return l
}

// filed makes the n-th filing of a client. Twelve digits are a number, eleven are none.
func filed(key string, n int, procedure, agency string) Filing {
	f := Filing{Procedure: procedure, Agency: agency, Components: []Component{},
		Applicant: Applicant{Name: "Nguyễn Thị Thử", IDNumber: fmt.Sprintf("097190%06d", n), Phone: fmt.Sprintf("0905%06d", n), Address: key}}
	if n%10 == 9 {
		f.Applicant.IDNumber = f.Applicant.IDNumber[1:]
	}
	for i := range n % 4 {
		f.Components = append(f.Components, Component{Name: fmt.Sprintf("Giấy tờ %d của %s", i+1, key), Originals: i, Copies: 1 + n%3})
	}
	return f
}

// one files once and writes down what became of it.
func (l *Ledger) one(f Filing, receive bool) {
	e := Filed{Key: keyOf(f), Filing: f}
	var heard string
	began := time.Now()
	e.Outcome, e.Reference, heard = l.who.file(l.place.T, e)
	l.took(began)
	if e.Outcome != Acknowledged {
		l.last.Store(heard)
	} else if receive && l.clerk != nil {
		began = time.Now()
		if e.Received, heard = l.clerk.receive(l.place.T, e); e.Received != Acknowledged {
			l.last.Store(heard)
		}
		l.took(began)
	}
	raw, err := json.Marshal(e)
	if err != nil {
		l.place.T.Error(err)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err = l.file.Write(append(raw, '\n'))
	if err == nil {
		err = l.file.Sync()
	}
	switch {
	case err != nil:
		l.place.T.Error(err)
	case e.Outcome == Acknowledged && e.Received != Unknown:
		l.acks.Add(1)
	case e.Outcome == Unknown || e.Received == Unknown:
		time.Sleep(50 * time.Millisecond) // nobody is there, and asking faster helps nobody
	}
}

// bad reports whether the filing must be refused.
func (f Filing) bad() bool { return len(f.Applicant.IDNumber) != 12 }

// keyOf is the Idempotency-Key of a filing.
func keyOf(f Filing) string {
	return strings.NewReplacer(" ", "-", ",", "").Replace(f.Applicant.Address)
}

// file sends a filing under its key. heard is what came back, for whoever looks for the cause.
func (c *Client) file(t testing.TB, e Filed) (outcome, reference, heard string) {
	body, err := json.Marshal(e.Filing)
	if err != nil {
		t.Error(err)
		return Unknown, "", ""
	}
	a, err := c.try(http.MethodPost, "/api/v1/dossiers", bytes.NewReader(body),
		Header{"Content-Type", "application/json"}, Header{"Idempotency-Key", e.Key})
	var got struct {
		Reference string `json:"reference"`
	}
	switch {
	case err != nil:
		return Unknown, "", err.Error()
	case a.Code >= http.StatusInternalServerError:
		return Unknown, "", a.Body
	case a.Code != http.StatusCreated:
		return Denied, "", a.Body
	case json.Unmarshal([]byte(a.Body), &got) != nil || got.Reference == "":
		t.Errorf("an acknowledgement without a reference: %s", a.Body)
	}
	return Acknowledged, got.Reference, a.Body
}

// receive lets a clerk receive what was filed, under a key of its own.
func (c *Client) receive(t testing.TB, e Filed) (outcome, heard string) {
	a, err := c.try(http.MethodPost, "/api/v1/dossiers/"+e.Reference+"/actions/receive", nil, Header{"Idempotency-Key", e.Key + "-receive"})
	switch {
	case err != nil:
		return Unknown, err.Error()
	case a.Code >= http.StatusInternalServerError:
		return Unknown, a.Body
	case a.Code != http.StatusOK:
		t.Errorf("%s could not be received: %d %s", e.Key, a.Code, a.Body)
		return Denied, a.Body
	}
	return Acknowledged, a.Body
}

// took notes how long an answer took.
func (l *Ledger) took(began time.Time) {
	took := int64(time.Since(began))
	for most := l.slowest.Load(); took > most && !l.slowest.CompareAndSwap(most, took); most = l.slowest.Load() {
	}
}

// Slowest is how long the slowest answer has taken since this was asked the last time.
func (l *Ledger) Slowest() time.Duration { return time.Duration(l.slowest.Swap(0)) }

// Last is what the last client that was not acknowledged heard.
func (l *Ledger) Last() any { return l.last.Load() }

// More waits until n more dossiers have been acknowledged: the instance serves.
func (l *Ledger) More(n int) {
	l.place.T.Helper()
	want := l.acks.Load() + int64(n)
	for end := time.Now().Add(Limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if l.acks.Load() >= want {
			return
		}
	}
	l.place.T.Fatalf("no %d dossiers more were acknowledged within %s; the last refusal was: %v", n, Limit, l.last.Load())
}

// Close sends the clients away, and returns what lies on the disk.
func (l *Ledger) Close() []Filed {
	t := l.place.T
	t.Helper()
	close(l.stop)
	l.all.Wait()
	if err := l.file.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(l.file.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }() // only read
	var out []Filed
	for s := bufio.NewScanner(file); s.Scan(); {
		var e Filed
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			t.Fatalf("the ledger: %v: %s", err, s.Text())
		}
		out = append(out, e)
	}
	return out
}
