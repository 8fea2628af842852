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

// pinged is a load of connections that only answer pings.
type pinged struct {
	connections int
	pings       int // of each that are watched
}

// pingInterval is roomstream's and socket.io's.
const pingInterval = 25 * time.Second

func pings(quick bool) Scenario {
	l := pinged{connections: 5000, pings: 2}
	if quick {
		l = pinged{connections: 500, pings: 1}
	}
	return Scenario{
		Name:  "pings",
		Title: "A ping",
		Doc: fmt.Sprintf("What %d connections take that say nothing: each is pinged every %s and answers. CPU is what the server takes in %d such times more than with nobody there, divided by the pings.",
			l.connections, pingInterval, l.pings),
		Figures: []report.Figure{cpuPing},
		Peers:   []string{peers.Roomstream, peers.Node},
		Cases:   []Case{{Case: report.Case{Label: fmt.Sprintf("connections: %d", l.connections)}, run: l.run, files: l.connections + spareFiles}},
	}
}

func (l pinged) run(ctx context.Context, r *run) error {
	return r.with(ctx, peers.Options{}, func(p *peers.Process, crowd *load.Crowd) error {
		members := r.members([]*peers.Process{p}, l.connections, roomSize)
		if err := r.comeAndGo(ctx, p, crowd); err != nil {
			return err
		}
		alone, err := l.takes(ctx, p)
		if err != nil {
			return err
		}
		if _, err := crowd.Open(ctx, members); err != nil {
			return err
		}
		among, err := l.takes(ctx, p)
		if err != nil {
			return err
		}
		r.record(cpuPing, float64((among-alone).Microseconds())/float64(l.connections*l.pings))
		return nil
	})
}

// takes is the CPU time of the server while each that is connected is pinged so often, once what went before is done.
func (l pinged) takes(ctx context.Context, p *peers.Process) (time.Duration, error) {
	const settle = 5 * time.Second
	if err := wait(ctx, settle); err != nil {
		return 0, err
	}
	before, err := cpuOf(p)
	if err != nil {
		return 0, err
	}
	if err := wait(ctx, time.Duration(l.pings)*pingInterval); err != nil {
		return 0, err
	}
	after, err := cpuOf(p)
	return after - before, err
}
