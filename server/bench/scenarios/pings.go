package scenarios

import (
	"context"
	"fmt"
	"time"

	"roomstream/server/bench/load"
	"roomstream/server/bench/peers"
	"roomstream/server/bench/report"
)

var cpuPing = report.Figure{Name: "server CPU a ping", Unit: "us", Best: report.Low}

// pingInterval is roomstream's and socket.io's. As long a time sees a ping of each connection.
const pingInterval = 25 * time.Second

// pinged is how many connections there are that only answer pings.
type pinged int

func pings(quick bool) Scenario {
	points := []int{5000, 15_000}
	if quick {
		points = []int{500}
	}
	return growth("pings", "A ping", fmt.Sprintf("What connections take that say nothing: each is pinged every %s and answers. CPU is what the server takes in such a time more than with nobody there, divided by the connections.", pingInterval),
		"connections", false, []report.Figure{cpuPing}, []string{peers.Roomstream, peers.Node}, points,
		func(n int) Case { return Case{run: pinged(n).run, files: n + spareFiles} })
}

func (l pinged) run(ctx context.Context, r *run) error {
	return r.with(ctx, peers.Options{}, func(p *peers.Process, crowd *load.Crowd) error {
		members := r.members([]*peers.Process{p}, int(l), roomSize)
		if err := r.comeAndGo(ctx, p, crowd); err != nil {
			return err
		}
		alone, err := takesAnInterval(ctx, p)
		if err != nil {
			return err
		}
		if _, err := crowd.Open(ctx, members); err != nil {
			return err
		}
		among, err := takesAnInterval(ctx, p)
		if err != nil {
			return err
		}
		r.record(cpuPing, float64((among-alone).Microseconds())/float64(l))
		return nil
	})
}

// takesAnInterval is the CPU time of the server while each that is connected is pinged once, when what went before is done.
func takesAnInterval(ctx context.Context, p *peers.Process) (time.Duration, error) {
	const settle = 10 * time.Second
	if err := wait(ctx, settle); err != nil {
		return 0, err
	}
	before, err := cpuOf(p)
	if err != nil {
		return 0, err
	}
	if err := wait(ctx, pingInterval); err != nil {
		return 0, err
	}
	after, err := cpuOf(p)
	return after - before, err
}
