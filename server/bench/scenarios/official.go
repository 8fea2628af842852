package scenarios

import (
	"context"
	"fmt"
	"time"

	"roomstream/server/bench/official"
	"roomstream/server/bench/peers"
	"roomstream/server/bench/report"
)

// byOfficial measures again, by the official clients, what the first load generator measured.
func byOfficial(quick bool) Scenario {
	sparse := official.Load{Times: 500, Burst: 1, EveryMS: 20, Size: textSize}
	dense := official.Load{Times: 60, Burst: 50, EveryMS: 50, Size: textSize}
	idlers, settle := 5000, 10*time.Second
	if quick {
		sparse.Times, dense.Times = 50, 10
		idlers, settle = 200, 2*time.Second
	}
	const members = 200
	return Scenario{
		Name:  "official",
		Title: "By the official clients",
		Doc: "The same server, loaded by another generator: socket.io-client and centrifuge-js as their makers give them out, all in one Node process, which also checks order and loss. It takes more of the machine " +
			"than the server does, so only what the server itself takes is told, CPU and memory, and no delays; what needs many connections or sends a second (15,000 connections, connects, the store, the storm) it cannot load.",
		Figures: []report.Figure{cpuADelivery, memoryEach},
		Peers:   peers.All(),
		Cases: []Case{
			{Case: report.Case{Label: "sparse: 50 a second to 200"}, run: officialDelivery(members, sparse)},
			{Case: report.Case{Label: "bursts of 50 to 200"}, run: officialDelivery(members, dense)},
			{Case: report.Case{Label: fmt.Sprintf("connections: %d", idlers)}, run: officialIdlers(idlers, settle), files: idlers + spareFiles},
		},
	}
}

// officialDelivery measures a load on one room.
func officialDelivery(members int, l official.Load) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		return r.withOfficial(ctx, func(p *peers.Process, crowd *official.Crowd) error {
			if err := crowd.Open(r.opening(p, members, members)); err != nil {
				return err
			}
			warm := l
			warm.Times = max(l.Times/10, 1)
			if _, err := crowd.Send(warm); err != nil {
				return err
			}
			before, err := cpuOf(p)
			if err != nil {
				return err
			}
			delivered, err := crowd.Send(l)
			if err != nil {
				return err
			}
			after, err := cpuOf(p)
			if err != nil {
				return err
			}
			r.record(cpuADelivery, float64((after-before).Microseconds())/float64(delivered))
			return nil
		})
	}
}

// officialIdlers measures what connections take that say nothing, as idlers does.
func officialIdlers(n int, settle time.Duration) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		return r.withOfficial(ctx, func(p *peers.Process, crowd *official.Crowd) error {
			const first = 100
			if err := r.officialsComeAndGo(ctx, p, first); err != nil {
				return err
			}
			l := idlers{settle: settle}
			before, err := l.settled(ctx, p)
			if err != nil {
				return err
			}
			if err := crowd.Open(r.opening(p, n, roomSize)); err != nil {
				return err
			}
			held, err := l.settled(ctx, p)
			if err != nil {
				return err
			}
			r.record(memoryEach, float64(held-before)/1024/float64(n))
			return nil
		})
	}
}

// officialsComeAndGo is comeAndGo by clients of another process than those that are measured.
func (r *run) officialsComeAndGo(ctx context.Context, p *peers.Process, n int) error {
	crowd, err := official.Start(ctx, r.site.Root)
	if err != nil {
		return err
	}
	defer crowd.Stop()
	return crowd.Open(r.opening(p, n, roomSize))
}

// withOfficial starts the peer and the official clients, and stops them when f is done.
func (r *run) withOfficial(ctx context.Context, f func(*peers.Process, *official.Crowd) error) error {
	p, err := r.site.Start(ctx, r.peer, peers.Options{})
	if err != nil {
		return err
	}
	defer p.Stop()
	crowd, err := official.Start(ctx, r.site.Root)
	if err != nil {
		return err
	}
	defer crowd.Stop()
	if err := f(p, crowd); err != nil {
		if died := p.Died(); died != nil {
			return fmt.Errorf("%w: %w", err, died)
		}
		return err
	}
	return nil
}

// opening has members of rooms connect to a peer.
func (r *run) opening(p *peers.Process, n, perRoom int) official.Opening {
	const dialers = 64
	o := official.Opening{Dialect: "socketio", URL: "http://" + p.Addr.String(), Dialers: dialers}
	if r.peer == peers.Centrifuge {
		o.Dialect = "centrifuge"
	}
	now := time.Now()
	for i := range n {
		o.Members = append(o.Members, official.Member{Token: peers.Token(fmt.Sprintf("user-%d", i), now), Room: fmt.Sprintf("room-%d", i/perRoom)})
	}
	return o
}
