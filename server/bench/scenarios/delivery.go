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

// room is a load on one room: bursts from one of its members.
type room struct {
	members int
	burst   int           // messages in one write
	every   time.Duration // from burst to burst; a burst that takes longer delays the next
	bursts  int
	search  bool
}

func delivery(quick bool) Scenario {
	sparse := room{members: 200, burst: 1, every: 20 * time.Millisecond, bursts: 500}
	bursts := room{members: 200, burst: 50, every: 50 * time.Millisecond, bursts: 300}
	if quick {
		sparse.bursts, bursts.bursts = 100, 60
	}
	searched := sparse
	searched.search = true
	return Scenario{
		Name:  "delivery",
		Title: "A delivery",
		Doc: "One room of 200 members; one of them sends texts of 100 bytes: sparse is one every 20 ms, bursts are 50 in one write every 50 ms (less often where a burst takes longer). CPU is all that the server's process " +
			"takes meanwhile, divided by the deliveries; the delay is from the write of the send to the read of the delivery. Roomstream stores each message first (embedded store, fsync), the others store nothing; " +
			"it runs with -search=false but where the load says otherwise: indexing each text costs more than delivering it to 200.",
		Figures: []report.Figure{cpuADelivery, deliveryP50, deliveryP99},
		Peers:   peers.All(),
		Cases: []Case{
			{Case: report.Case{Label: "sparse: 50 a second to 200"}, run: sparse.run},
			{Case: report.Case{Label: "bursts of 50 to 200"}, run: bursts.run},
			{Case: report.Case{Label: "sparse, with search"}, run: searched.run, peers: []string{peers.Roomstream}},
		},
	}
}

// run measures the load on a fresh server.
func (m room) run(ctx context.Context, r *run) error {
	return r.with(ctx, peers.Options{Search: m.search}, func(p *peers.Process, crowd *load.Crowd) error {
		clients, err := crowd.Open(ctx, r.members(p, m.members, m.members))
		if err != nil {
			return err
		}
		// The first messages find cold caches, and a room that has to be made.
		warm := m
		warm.bursts = max(m.bursts/10, 1)
		if err := warm.send(ctx, crowd, clients[0]); err != nil {
			return fmt.Errorf("warm up: %w", err)
		}
		crowd.Reset()
		before, err := p.CPU()
		if err != nil {
			return err
		}
		if err := m.send(ctx, crowd, clients[0]); err != nil {
			return err
		}
		after, err := p.CPU()
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

// send sends the bursts and waits until all are delivered.
func (m room) send(ctx context.Context, crowd *load.Crowd, from *load.Client) error {
	tick := time.NewTicker(m.every)
	defer tick.Stop()
	for i := range m.bursts {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := from.Send(m.burst, textSize); err != nil {
			return err
		}
		sent := int64((i + 1) * m.burst)
		if m.burst == 1 && i+1 < m.bursts {
			continue // a send every so often, whether the last one has arrived or not
		}
		if err := crowd.Await(ctx, sent*int64(m.members), sent); err != nil {
			return err
		}
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
