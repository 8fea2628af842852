package scenarios

import (
	"context"
	"fmt"
	"time"

	"roomstream/server/bench/load"
	"roomstream/server/bench/peers"
	"roomstream/server/bench/report"
)

var (
	goroutinesLeft = report.Figure{Name: "more goroutines than before", Unit: "number", Best: report.Low}
	heapLeft       = report.Figure{Name: "more heap than before", Unit: "KiB", Best: report.Low}
	residentLeft   = report.Figure{Name: "more resident memory than before", Unit: "MiB", Best: report.Low}
)

// abrupt is a load of clients who all vanish, some times over.
type abrupt struct {
	connections, times int
	settle             time.Duration
}

func cuts(quick bool) Scenario {
	const few, many = 1, 3
	l := abrupt{connections: 5000, settle: 10 * time.Second}
	if quick {
		l.connections, l.settle = 500, 2*time.Second
	}
	s := Scenario{
		Name:  "cuts",
		Title: "All vanish at once",
		Doc: fmt.Sprintf("%d clients, each in a room of %d, are cut with a reset at once, once or %d times over; %s later it is read what the program has more than before the first of them came, by its own metrics, which it serves in this load only: "+
			"goroutines, and memory in use after a garbage collection. What is kept on purpose is kept once: the names of users, buffers for reuse. Resident memory is what the runtime has not given back to the system yet.", l.connections, roomSize, many, l.settle),
		Figures: []report.Figure{goroutinesLeft, heapLeft, residentLeft},
		Peers:   []string{peers.Roomstream},
	}
	for _, n := range []int{few, many} {
		l.times = n
		s.Cases = append(s.Cases, Case{Case: report.Case{Label: fmt.Sprintf("cut %d x", n)}, run: l.run, files: l.connections + spareFiles})
	}
	return s
}

func (l abrupt) run(ctx context.Context, r *run) error {
	return r.with(ctx, peers.Options{Metrics: true}, func(p *peers.Process, crowd *load.Crowd) error {
		members := r.members([]*peers.Process{p}, l.connections, roomSize)
		if err := r.comeAndGo(ctx, p, crowd); err != nil {
			return err
		}
		before, resident, err := l.settled(ctx, p)
		if err != nil {
			return err
		}
		after, residentAfter := before, resident
		for range l.times {
			if _, err := crowd.Open(ctx, members); err != nil {
				return err
			}
			crowd.Cut()
			if after, residentAfter, err = l.settled(ctx, p); err != nil {
				return err
			}
		}
		r.record(goroutinesLeft, float64(after.Goroutines-before.Goroutines))
		r.record(heapLeft, float64(after.Heap-before.Heap)/1024)
		r.record(residentLeft, float64(residentAfter-resident)/(1<<20))
		return nil
	})
}

// settled reads what the server has when it has had time to clean up.
func (l abrupt) settled(ctx context.Context, p *peers.Process) (peers.Inside, int64, error) {
	if err := wait(ctx, l.settle); err != nil {
		return peers.Inside{}, 0, err
	}
	inside, err := p.Inside(ctx)
	if err != nil {
		return peers.Inside{}, 0, err
	}
	resident, err := p.Memory()
	return inside, resident, err
}
