package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// The search is measured by the procedure service's own tests, since its index is nobody else's to import. They tell
// their figures as attributes: the pairs of a comparison in µs (floor/ours), the recall, the bytes.
const (
	rivalTests  = "./platform/services/procedures/internal/api"
	recallTests = "./platform/services/procedures/internal/search"
)

// searching compares the search with PostgreSQL's behind the same HTTP handler, and reads recall and size.
func searching(ctx context.Context, _ *bench) ([]Row, error) {
	speed, err := figures(ctx, rivalTests, "^TestSearchIsFasterThanPostgreSQL$")
	if err != nil {
		return nil, err
	}
	quality, err := figures(ctx, recallTests, "^(TestRecallAtTen|TestTheIndexStaysBelow8MiB)$")
	if err != nil {
		return nil, err
	}
	var rows []Row
	for _, c := range []struct {
		operation, attribute string
		times                float64
	}{
		{"search of 3,738 names against tsvector, unaccent, GIN", "fulltext", 5},
		{"search with one typo against pg_trgm, GIN", "trigram", 20},
	} {
		p, err := readPairs(speed[c.attribute])
		if err != nil {
			return rows, fmt.Errorf("%s: %w", c.attribute, err)
		}
		rows = append(rows, compared(c.operation, "µs", p, &Limit{AtLeast: c.times}).noted("a query through the HTTP handler; ratio: times faster"))
	}
	for _, c := range []struct {
		operation, attribute, unit string
		limit                      Limit
		scale                      float64
	}{
		{"search: recall@10, without accents", "recall.plain", "", Limit{AtLeast: 0.98, Count: true}, 1},
		{"search: recall@10, with one typo", "recall.typo", "", Limit{AtLeast: 0.98, Count: true}, 1},
		{"search: size of the index", "bytes", "MiB", Limit{AtMost: 8, Count: true}, 1 << 20},
	} {
		n, err := strconv.ParseFloat(quality[c.attribute], 64)
		if err != nil {
			return rows, fmt.Errorf("%s: %w", c.attribute, err)
		}
		rows = append(rows, counted(c.operation, c.unit, n/c.scale, &c.limit))
	}
	return rows, nil
}

// figures runs tests and returns the attributes that they told.
func figures(ctx context.Context, folder, tests string) (map[string]string, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-json", "-count=1", "-run", tests, folder)
	out, failed := output(cmd)
	told := map[string]string{}
	var said strings.Builder
	s := bufio.NewScanner(bytes.NewReader(out))
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var e struct{ Action, Key, Value, Output string }
		if json.Unmarshal(s.Bytes(), &e) != nil {
			continue
		}
		if e.Action == "attr" {
			told[e.Key] = e.Value
		}
		said.WriteString(e.Output)
	}
	if len(told) == 0 {
		return nil, fmt.Errorf("%s told no figure: %w: %s", folder, failed, last(said.String(), 400))
	}
	return told, nil // a test over its limit is a row over its limit here
}

// readPairs reads "850.1/9.2 ...", floor before ours.
func readPairs(text string) (pairs, error) {
	var out pairs
	for f := range strings.FieldsSeq(text) {
		floor, ours, _ := strings.Cut(f, "/")
		a, err := strconv.ParseFloat(floor, 64)
		if err != nil {
			return nil, err
		}
		b, err := strconv.ParseFloat(ours, 64)
		if err != nil {
			return nil, err
		}
		out = append(out, pair{floor: a, ours: b})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no pairs")
	}
	return out, nil
}
