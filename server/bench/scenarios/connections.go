package scenarios

import (
	"context"
	"errors"
	"fmt"
	"time"

	"roomstream/server/bench/load"
	"roomstream/server/bench/peers"
	"roomstream/server/bench/report"
)

var (
	memoryEach = report.Figure{Name: "memory a connection", Unit: "KiB", Best: report.Low}
	connectsPS = report.Figure{Name: "connects a second", Unit: "1/s", Best: report.High}
	cpuConnect = report.Figure{Name: "server CPU a connect", Unit: "us", Best: report.Low}
	memoryLeft = report.Figure{Name: "memory left after all were cut", Unit: "MiB", Best: report.Low}
)

// idlers is a load of connections that say nothing.
type idlers struct {
	connections int
	settle      time.Duration // from the last one to the look at the memory
}

// roomSize is how many idle connections share a room.
const roomSize = 50

func connections(quick bool) Scenario {
	counts, settle := []int{1000, 5000, 15000}, 10*time.Second
	if quick {
		counts, settle = []int{200, 1000}, 2*time.Second
	}
	s := Scenario{
		Name:  "connections",
		Title: "A connection",
		Doc: fmt.Sprintf("Users connect over WebSockets, 64 at a time, sign in with a token each of their own, and join rooms of %d; a connect counts when the join is answered. Memory is the server's resident memory %s later, "+
			"less that of the same server after its first 100 connections had come and gone, divided by the connections. CPU is all that the server takes until then, so what follows a connect is in it: roomstream tells the rooms who is there, the others do not. Then all are cut with a reset at once, and the memory above that same beginning is read again after as long.", roomSize, settle),
		XName:   "connections",
		LogX:    true,
		Figures: []report.Figure{memoryEach, connectsPS, cpuConnect, memoryLeft},
		Peers:   peers.All(),
	}
	for _, n := range counts {
		s.Cases = append(s.Cases, Case{
			Case: report.Case{Label: fmt.Sprintf("connections: %d", n), X: float64(n)}, run: idlers{n, settle}.run, files: n + spareFiles,
		})
	}
	return s
}

// spareFiles is what a process has open besides its connections, generously.
const spareFiles = 500

func (l idlers) run(ctx context.Context, r *run) error {
	return r.with(ctx, peers.Options{}, func(p *peers.Process, crowd *load.Crowd) error {
		if err := r.comeAndGo(ctx, p, crowd); err != nil {
			return err
		}
		before, err := l.settled(ctx, p)
		if err != nil {
			return err
		}
		members := r.members([]*peers.Process{p}, l.connections, roomSize)
		cpu, err := cpuOf(p)
		if err != nil {
			return err
		}
		begun := time.Now()
		if _, err := crowd.Open(ctx, members); err != nil {
			return err
		}
		took := time.Since(begun)
		held, err := l.settled(ctx, p)
		if err != nil {
			return err
		}
		cpuAfter, err := cpuOf(p)
		if err := errors.Join(err, crowd.Err()); err != nil {
			return err
		}
		crowd.Cut()
		left, err := l.settled(ctx, p)
		if err != nil {
			return err
		}
		r.record(memoryEach, float64(held-before)/1024/float64(l.connections))
		r.record(connectsPS, float64(l.connections)/took.Seconds())
		r.record(cpuConnect, float64((cpuAfter-cpu).Microseconds())/float64(l.connections))
		r.record(memoryLeft, float64(max(left-before, 0))/(1<<20))
		return nil
	})
}

// settled reads the memory when the server has had time to clean up.
func (l idlers) settled(ctx context.Context, p *peers.Process) (int64, error) {
	if err := wait(ctx, l.settle); err != nil {
		return 0, err
	}
	return p.Memory()
}
