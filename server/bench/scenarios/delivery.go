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
	cpuADelivery = report.Figure{Name: "server CPU a delivery", Unit: "us", Best: report.Low}
	deliveryP50  = report.Figure{Name: "delivery p50", Unit: "ms", Best: report.Low}
	deliveryP99  = report.Figure{Name: "delivery p99", Unit: "ms", Best: report.Low}
)

// bursts is a load on rooms: bursts from one member of each room in turn.
type bursts struct {
	rooms   int // 0: one
	members int // of each room
	idle    int // connections besides, in rooms of their own
	history int // messages that stand in the room before it begins
	burst   int // messages in one write
	every   time.Duration
	times   int // bursts in all
	search  bool
}

func delivery(quick bool) Scenario {
	sparse := bursts{members: 200, burst: 1, every: 20 * time.Millisecond, times: 500}
	dense := bursts{members: 200, burst: 50, every: 50 * time.Millisecond, times: 300}
	if quick {
		sparse.times, dense.times = 100, 60
	}
	searched := sparse
	searched.search = true
	return Scenario{
		Name:  "delivery",
		Title: "A delivery",
		Doc: "One room of 200 members; one of them sends texts of 100 bytes: sparse is one every 20 ms, bursts are 50 in one write every 50 ms (less often where a burst takes longer). CPU is all that the server's process " +
			"takes meanwhile, divided by the deliveries; the delay is from the write of the send to the read of the delivery. Roomstream stores each message first (embedded store, fsync), the others store nothing; " +
			"it runs with -search=false but where the load says otherwise, for the others have no search.",
		Figures: []report.Figure{cpuADelivery, deliveryP50, deliveryP99},
		Peers:   peers.All(),
		Cases: []Case{
			{Case: report.Case{Label: "sparse: 50 a second to 200"}, run: sparse.run},
			{Case: report.Case{Label: "bursts of 50 to 200"}, run: dense.run},
			{Case: report.Case{Label: "sparse, with search"}, run: searched.run, peers: []string{peers.Roomstream}},
		},
	}
}

// run measures the load on a fresh server.
func (b bursts) run(ctx context.Context, r *run) error {
	b.rooms = max(b.rooms, 1)
	return r.with(ctx, peers.Options{Search: b.search}, func(p *peers.Process, crowd *load.Crowd) error {
		clients, err := crowd.Open(ctx, r.members([]*peers.Process{p}, b.rooms*b.members, b.members))
		if err != nil {
			return err
		}
		if err := b.prepare(ctx, r, p, crowd, clients); err != nil {
			return err
		}
		before, err := cpuOf(p)
		if err != nil {
			return err
		}
		if err := b.send(ctx, crowd, clients); err != nil {
			return err
		}
		after, err := cpuOf(p)
		if err != nil {
			return err
		}
		result := crowd.Result()
		r.record(cpuADelivery, float64((after-before).Microseconds())/float64(result.Delivered))
		r.record(deliveryP50, milliseconds(result.Latency.Quantile(0.5)))
		r.record(deliveryP99, milliseconds(result.Latency.Quantile(0.99)))
		return nil
	})
}

// prepare opens what idles, fills the room, and warms up: the first messages find cold caches, and rooms to be made.
func (b bursts) prepare(ctx context.Context, r *run, p *peers.Process, crowd *load.Crowd, clients []*load.Client) error {
	const idleRoom = 50 // members of each room of those who idle
	if b.idle > 0 {
		idle := r.members([]*peers.Process{p}, b.idle, idleRoom)
		for i := range idle {
			idle[i].Room = "idle-" + idle[i].Room
		}
		if _, err := crowd.Open(ctx, idle); err != nil {
			return err
		}
		const settle = 3 * time.Second // what follows so many connects is no cost of a delivery
		if err := wait(ctx, settle); err != nil {
			return err
		}
	}
	const fill = 500 // messages in one write: below what a server may have waiting
	for _, load := range []bursts{
		{rooms: 1, members: b.members, burst: fill, every: time.Millisecond, times: b.history / fill},
		{rooms: b.rooms, members: b.members, burst: b.burst, every: b.every, times: max(b.times/10, b.rooms)},
	} {
		if err := load.send(ctx, crowd, clients); err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
		crowd.Reset()
	}
	return nil
}

// send sends the bursts and waits until all are delivered.
func (b bursts) send(ctx context.Context, crowd *load.Crowd, clients []*load.Client) error {
	if b.times == 0 {
		return nil
	}
	tick := time.NewTicker(b.every)
	defer tick.Stop()
	for i := range b.times {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := clients[i%b.rooms*b.members].Send(b.burst, textSize); err != nil {
			return err
		}
		sent := int64((i + 1) * b.burst)
		if b.burst == 1 && i+1 < b.times {
			continue // a send every so often, whether the last one has arrived or not
		}
		if err := crowd.Await(ctx, sent*int64(b.members), sent); err != nil {
			return err
		}
	}
	return nil
}
