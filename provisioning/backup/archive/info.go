package archive

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
)

// Cluster is one that the archive has known: a restore from a set and a new major version make another.
type Cluster struct {
	ID       int    `json:"id"`
	SystemID uint64 `json:"system-id"`
	Version  string `json:"version"` // major
}

// Base is a copy of the whole cluster.
type Base struct {
	Label    string
	Full     bool
	Timeline uint32    // of the log that follows it
	Ended    time.Time // the earliest moment to which it can be brought
	Size     int64     // bytes of the cluster then
}

// Info is what the archive holds.
type Info struct {
	Clusters []Cluster // the last one is the newest
	Bases    []Base    // of the newest cluster, the oldest first
	Newest   string    // name of the newest segment of the log, of the newest cluster; "" for none
}

// FullEvery is how old the newest full base gets before another is made.
const FullEvery = 7 * 24 * time.Hour

// what the archiver answers, as far as it is asked.
type answered struct {
	Status struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"status"`
	Repo []struct {
		Status struct {
			Message string `json:"message"`
		} `json:"status"`
	} `json:"repo"`
	DB      []Cluster `json:"db"`
	Archive []struct {
		Database struct {
			ID int `json:"id"`
		} `json:"database"`
		Max *string `json:"max"`
	} `json:"archive"`
	Backup []struct {
		Label   string `json:"label"`
		Type    string `json:"type"`
		Error   *bool  `json:"error"`
		Archive struct {
			Start string `json:"start"`
		} `json:"archive"`
		Database struct {
			ID int `json:"id"`
		} `json:"database"`
		Info struct {
			Size int64 `json:"size"`
		} `json:"info"`
		Timestamp struct {
			Stop int64 `json:"stop"`
		} `json:"timestamp"`
	} `json:"backup"`
}

// What the archiver calls its states: without its folder, with it but without what describes it, without a copy yet, and an other trouble.
const (
	fine        = 0
	noFolder    = 1
	noCopies    = 2
	noDirectory = 3
)

// Info asks the archive. Faults: those of the archiver; unavailable "archive.said" when the archive is not to be had or not to be read.
func (a Archive) Info(ctx context.Context, look engine.Reader) (Info, error) {
	raw, err := a.run(ctx, look, call{args: []string{"info", "--output=json", "--log-level-console=off"}})
	if err != nil {
		return Info{}, err
	}
	var all []answered
	if err := json.Unmarshal(raw, &all); err != nil {
		return Info{}, fault.Wrap(err, fault.Unavailable, "archive.said", "command", "info", "said", err)
	}
	if len(all) == 0 {
		return Info{}, nil
	}
	got := all[0]
	if !slices.Contains([]int{fine, noFolder, noCopies, noDirectory}, got.Status.Code) {
		said := got.Status.Message
		for _, r := range got.Repo {
			said = complaint(r.Status.Message) // which tells more
		}
		return Info{}, fault.New(fault.Unavailable, "archive.said", "command", "info", "said", said)
	}
	return got.info(), nil
}

func (g answered) info() Info {
	i := Info{Clusters: g.DB}
	if len(g.DB) == 0 {
		return i
	}
	newest := g.DB[len(g.DB)-1].ID
	for _, b := range g.Backup {
		if b.Database.ID != newest || b.Error != nil && *b.Error {
			continue // of a cluster that was, or with damaged pages
		}
		i.Bases = append(i.Bases, Base{
			Label: b.Label, Full: b.Type == "full", Timeline: TimelineOf(b.Archive.Start), Size: b.Info.Size,
			Ended: time.Unix(b.Timestamp.Stop, 0).UTC(),
		})
	}
	for _, w := range g.Archive {
		if w.Database.ID == newest && w.Max != nil {
			i.Newest = *w.Max
		}
	}
	return i
}

// TimelineOf is the timeline to which a segment of the log belongs, by its name: each time an old state is brought back, another one
// branches off. 0 for what is no segment's name.
func TimelineOf(segment string) uint32 {
	if len(segment) != 24 {
		return 0
	}
	n, err := strconv.ParseUint(segment[:8], 16, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// Knows reports whether the archive takes the log of this cluster.
func (i Info) Knows(system uint64, major string) bool {
	if len(i.Clusters) == 0 {
		return false
	}
	last := i.Clusters[len(i.Clusters)-1]
	return last.SystemID == system && last.Version == major
}

// Before is the newest base that can be brought to a moment; the zero moment means the newest of all. Where no base was made since an
// old state came back, writes is the timeline that is written now, and along is the one to follow; it is 0 to follow the base's own.
func (i Info) Before(at time.Time, writes uint32) (b Base, along uint32, ok bool) {
	fits := func(Base) bool { return true }
	if !i.Follows(writes) {
		along = writes
		own := slices.ContainsFunc(i.Bases, func(b Base) bool { return b.Timeline == writes })
		fits = func(b Base) bool { return b.Timeline == writes || !own && b.Timeline < writes }
	}
	for _, b := range slices.Backward(i.Bases) {
		if fits(b) && (at.IsZero() || !b.Ended.After(at)) {
			return b, along, true
		}
	}
	return Base{}, 0, false
}

// Follows reports whether the newest base is on a timeline.
func (i Info) Follows(timeline uint32) bool {
	return len(i.Bases) > 0 && i.Bases[len(i.Bases)-1].Timeline == timeline
}

// NewestFull is when the newest full base was made; the zero time when there is none.
func (i Info) NewestFull() time.Time {
	for _, b := range slices.Backward(i.Bases) {
		if b.Full {
			return b.Ended
		}
	}
	return time.Time{}
}

// Gap reports whether a segment that PostgreSQL has handed over is missing in the archive: it was let go when too many waited.
// Names of segments sort by age; "" is none.
func (i Info) Gap(handedOver string) bool { return handedOver != "" && handedOver > i.Newest }
