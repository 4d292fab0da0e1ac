// Command bench measures what the product promises and prints one table: operation, floor, ours, ratio, interval, limit,
// verdict. `make bench` runs it. Counts are preferred to seconds; seconds are told as a ratio to a floor that ran beside
// ours in the same run, the two taking turns. It installs instances of its own below -root and removes them again.
//
// Exit 0: everything was measured and no count is over its limit (a wall clock never fails a run). Exit 1: a count is
// over its limit, or something could not be measured for another reason than a tool that this host does not have.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// section measures a few rows.
type section struct {
	name string
	run  func(context.Context, *bench) ([]Row, error)
}

// The sections, in the order of the table.
var sections = []section{
	{"install", installing},
	{"again", again},
	{"help", help},
	{"idle", idle},
	{"search", searching},
	{"fresh", fresh},
	{"size", size},
	{"audit", verifying},
	{"dossier", filing},
	{"inbox", inbox},
	{"kit", trusting},
	{"backup", saving},
	{"move", moving},
	{"merge", merging},
}

// bench is one run.
type bench struct {
	binary   string // a copy, so that a build in the meantime does not change what is measured
	built    string // where the copy came from
	root     string
	port     int
	pairs    int
	dossiers int
	kit      string
	say      func(format string, args ...any)
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == floorCommand {
		exit(runFloor(context.Background(), os.Args[2]))
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	exit(run(ctx))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	b := &bench{say: func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }}
	binary := flag.String("binary", "bin/egovctl", "what is measured")
	only := flag.String("only", "", "sections to measure, separated by commas (all)")
	output := flag.String("o", "text", "text or json")
	write := flag.Bool("write", false, "write the table to "+figuresFile)
	flag.StringVar(&b.root, "root", defaultRoot(), "folder for the instances and the floor; made, and removed again")
	flag.IntVar(&b.port, "port", 18400, "first of three loopback ports")
	flag.IntVar(&b.pairs, "pairs", 21, "rounds of every wall clock; at least 21 for a figure that is quoted")
	flag.IntVar(&b.dossiers, "dossiers", 10000, "dossiers behind the rows of the one-stop office")
	flag.StringVar(&b.kit, "kit", "", "kit that is verified (the one that the program makes of itself)")
	flag.Parse()

	remove, err := b.prepare(*binary)
	if err != nil {
		return err
	}
	defer remove()
	began := time.Now()
	var rows []Row
	for _, s := range sections {
		if *only != "" && !strings.Contains(","+*only+",", ","+s.name+",") {
			continue
		}
		b.say("%s ...", s.name)
		got, err := s.run(ctx, b)
		rows = append(rows, got...)
		if ctx.Err() != nil {
			rows = append(rows, missing(s.name, ctx.Err())) // what was measured before is told all the same
			break
		}
		if err != nil {
			rows = append(rows, missing(s.name, err))
		}
	}
	run := Run{Host: thisHost(), Version: b.version(ctx), Pairs: b.pairs, Took: time.Since(began).Round(time.Second).String(), Rows: rows}
	if err := run.print(os.Stdout, *output); err != nil {
		return err
	}
	if *write {
		if err := run.write(); err != nil {
			return err
		}
	}
	return run.failed()
}
