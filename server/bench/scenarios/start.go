package scenarios

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"roomstream/server/bench/load"
	"roomstream/server/bench/peers"
	"roomstream/server/bench/report"
)

var (
	readyIn    = report.Figure{Name: "from its start until it listens", Unit: "s", Best: report.Low}
	idleMemory = report.Figure{Name: "memory", Unit: "MiB", Best: report.Low}
)

func start(bool) Scenario {
	return Scenario{
		Name:  "start",
		Title: "A start",
		Doc: "From the start of the process until it takes connections (roomstream: until /readyz says so), on empty data, with everything as it comes; and its resident memory 5 s later. MongoDB is a replica set of one mongod " +
			"on the same machine that runs already, with a database that is not there yet: the collections and indexes are made in that time.",
		Figures: []report.Figure{readyIn, idleMemory},
		Peers:   peers.All(),
		Mongod:  true,
		Cases: []Case{
			{Case: report.Case{Label: "embedded, or no store"}, run: started},
			{Case: report.Case{Label: "MongoDB"}, run: startedOnMongoDB, peers: []string{peers.Roomstream, peers.Node}},
		},
	}
}

func started(ctx context.Context, r *run) error {
	return r.started(ctx, peers.Options{Search: true})
}

func startedOnMongoDB(ctx context.Context, r *run) (err error) {
	o := peers.Options{Search: true}
	defer r.onMongoDB(ctx, &o, &err)()
	return r.started(ctx, o)
}

func (r *run) started(ctx context.Context, o peers.Options) error {
	begun := time.Now()
	return r.with(ctx, o, func(p *peers.Process, _ *load.Crowd) error {
		if r.peer == peers.Roomstream {
			if err := ready(ctx, p); err != nil {
				return err
			}
		}
		r.record(readyIn, time.Since(begun).Seconds())
		const settle = 5 * time.Second
		if err := wait(ctx, settle); err != nil {
			return err
		}
		memory, err := p.Memory()
		r.record(idleMemory, float64(memory)/(1<<20))
		return err
	})
}

// ready returns when /readyz says 200.
func ready(ctx context.Context, p *peers.Process) error {
	ctx, cancel := context.WithTimeout(ctx, load.Patience)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://%s/readyz", p.Addr), nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return nil
		}
		const look = 5 * time.Millisecond
		if err := wait(ctx, look); err != nil {
			return fmt.Errorf("/readyz still says %s: %w", response.Status, err)
		}
	}
}
