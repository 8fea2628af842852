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
	syncedIn = report.Figure{Name: "until all are in sync", Unit: "s", Best: report.Low}
	readsAll = report.Figure{Name: "reads of the database", Unit: "queries", Best: report.Low}
	cpuOfAll = report.Figure{Name: "server CPU", Unit: "s", Best: report.Low}
)

// comeback is a load of clients who were all cut off and all come back.
type comeback struct {
	clients, rooms, missed int
	dialers                int // how many of those who come back are under way at once
	embedded               bool
}

func storm(quick bool) Scenario {
	c := comeback{clients: 5000, rooms: 50, missed: 20, dialers: 500}
	if quick {
		c.clients, c.rooms = 500, 10
	}
	onEmbedded, atOnce := c, c
	onEmbedded.embedded = true
	atOnce.dialers = c.clients
	return Scenario{
		Name:  "storm",
		Title: "All come back at once",
		Doc: fmt.Sprintf("%d clients in %d rooms are cut with a reset; %d messages are sent to each room; then all connect again, %d under way at any time or, where the load says so, all at one moment, and join with the number they had (`since`). The join's answer must hold exactly what was missed, in order. Who is refused once does not try again, and fails the run. "+
			"The other servers keep no log that a client could come back to.", c.clients, c.rooms, c.missed, c.dialers),
		Figures: []report.Figure{syncedIn, readsAll, cpuOfAll},
		Peers:   []string{peers.Roomstream},
		Mongod:  true,
		Cases: []Case{
			{Case: report.Case{Label: "MongoDB"}, run: c.run, files: c.clients + spareFiles},
			{Case: report.Case{Label: "MongoDB, all at one moment"}, run: atOnce.run, files: c.clients + spareFiles},
			{Case: report.Case{Label: "embedded store"}, run: onEmbedded.run, files: c.clients + spareFiles},
		},
	}
}

func (l comeback) run(ctx context.Context, r *run) (err error) {
	o := peers.Options{Limits: true} // who comes back after an outage is never to meet one
	if !l.embedded {
		defer r.onMongoDB(ctx, &o, &err)()
	}
	return r.with(ctx, o, func(p *peers.Process, crowd *load.Crowd) error {
		members := r.members([]*peers.Process{p}, l.clients, l.clients/l.rooms)
		if _, err := crowd.Open(ctx, members); err != nil {
			return err
		}
		crowd.Cut()
		if err := l.speak(ctx, r, p, crowd); err != nil {
			return fmt.Errorf("while they are away: %w", err)
		}
		for i := range members {
			members[i].Server.Dialect = load.Resume{SocketIO: load.SocketIO{Ready: "ready"}, Missed: l.missed}
		}
		return l.back(ctx, r, p, crowd, members)
	})
}

// speak has one in each room send what the others miss.
func (l comeback) speak(ctx context.Context, r *run, p *peers.Process, crowd *load.Crowd) error {
	speakers, err := crowd.Open(ctx, r.members([]*peers.Process{p}, l.rooms, 1))
	if err != nil {
		return err
	}
	for _, s := range speakers {
		if err := s.Send(l.missed, textSize); err != nil {
			return err
		}
	}
	all := int64(l.rooms * l.missed)
	return crowd.Await(ctx, all, all)
}

// back measures the coming back of all.
func (l comeback) back(ctx context.Context, r *run, p *peers.Process, crowd *load.Crowd, members []load.Member) error {
	cpu, err := cpuOf(p)
	if err != nil {
		return err
	}
	var reads int64
	if !l.embedded {
		if reads, err = r.mongod.Reads(ctx); err != nil {
			return err
		}
	}
	begun := time.Now()
	if _, err := crowd.Rush(ctx, members, l.dialers); err != nil {
		return err
	}
	r.record(syncedIn, time.Since(begun).Seconds())
	after, err := cpuOf(p)
	if err != nil {
		return err
	}
	r.record(cpuOfAll, (after - cpu).Seconds())
	if !l.embedded {
		readsAfter, err := r.mongod.Reads(ctx)
		if err != nil {
			return err
		}
		r.record(readsAll, float64(readsAfter-reads))
	}
	return nil
}
