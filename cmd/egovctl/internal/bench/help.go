package main

import (
	"context"
	"os/exec"
	"time"
)

const helpRuns = 31

// help measures the whole process of `egovctl --help`.
func help(ctx context.Context, b *bench) ([]Row, error) {
	var wall, cpu []float64
	for range helpRuns {
		c := exec.CommandContext(ctx, b.binary, "--help")
		began := time.Now()
		if err := c.Run(); err != nil {
			return nil, err
		}
		wall = append(wall, time.Since(began).Seconds()*1000)
		cpu = append(cpu, (c.ProcessState.UserTime()+c.ProcessState.SystemTime()).Seconds()*1000)
	}
	return []Row{
		timed("--help, whole process", "ms", wall, &Limit{AtMost: 50}),
		timed("--help, processor time", "ms", cpu, &Limit{AtMost: 50}),
	}, nil
}
