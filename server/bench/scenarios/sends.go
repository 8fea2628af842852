package scenarios

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"roomstream/server/bench/load"
	"roomstream/server/bench/peers"
	"roomstream/server/bench/report"
)

var (
	sendsPS      = report.Figure{Name: "sends a second", Unit: "1/s", Best: report.High}
	ackP99       = report.Figure{Name: "ack p99", Unit: "ms", Best: report.Low}
	cpuAMessage  = report.Figure{Name: "server CPU a message", Unit: "us", Best: report.Low}
	cpuADocument = report.Figure{Name: "mongod CPU a message", Unit: "us", Best: report.Low}
)

// talk is a load in which all members of all rooms send.
type talk struct {
	rooms, senders int // senders of each room, who are its members
	instances      int // 0: one
	rate           int // messages a second in all; 0: each sends when his last one is acked
	lasts          time.Duration
	search         bool
	embedded       bool
}

func sends(quick bool) Scenario {
	lasts := 8 * time.Second
	if quick {
		lasts = 1500 * time.Millisecond
	}
	both := []string{peers.Roomstream, peers.Node}
	s := Scenario{
		Name:  "sends",
		Title: "A message through MongoDB",
		Doc: fmt.Sprintf("A replica set of one mongod on the same machine, a fresh database each run. All members of all rooms send texts of 100 bytes, ten words and what the check needs, for %s, each the next one when the last is acked; with a rate, that many a second in all, "+
			"acked or not. A message is delivered when the change stream brought it; all are awaited, and counted in the database. Roomstream runs with -search=false but where the load says otherwise. Node's acks mean insertOne with majority, as roomstream's do. "+
			"Two instances have half of the members each, of each room where it has more than one.", lasts),
		Figures: []report.Figure{sendsPS, deliveryP50, deliveryP99, ackP99, cpuAMessage, cpuADocument},
		Peers:   both,
		Mongod:  true,
	}
	for _, c := range []struct {
		label string
		load  talk
		peers []string
	}{
		{"1 room x 64 senders", talk{rooms: 1, senders: 64}, both},
		{"100 rooms x 2 senders", talk{rooms: 100, senders: 2}, both},
		{"1,000 rooms x 1 sender", talk{rooms: 1000, senders: 1}, both},
		{"1 x 64, two instances", talk{rooms: 1, senders: 64, instances: 2}, both},
		{"100 x 2, two instances", talk{rooms: 100, senders: 2, instances: 2}, both},
		{"1,000 x 1, two instances", talk{rooms: 1000, senders: 1, instances: 2}, both},
		{"1,000 a second, 100 rooms x 2", talk{rooms: 100, senders: 2, rate: 1000}, both},
		{"100 x 2, with search", talk{rooms: 100, senders: 2, search: true}, []string{peers.Roomstream}},
	} {
		c.load.lasts = lasts
		s.Cases = append(s.Cases, Case{Case: report.Case{Label: c.label}, run: c.load.run, peers: c.peers})
	}
	return s
}

func embedded(quick bool) Scenario {
	lasts := 8 * time.Second
	if quick {
		lasts = 1500 * time.Millisecond
	}
	s := Scenario{
		Name:    "embedded",
		Title:   "A message through the embedded store",
		Doc:     fmt.Sprintf("The same for %s, with roomstream's embedded store: one fsync a batch on the disk of the temporary folder.", lasts),
		Figures: []report.Figure{sendsPS, deliveryP50, deliveryP99, ackP99, cpuAMessage},
		Peers:   []string{peers.Roomstream},
	}
	for _, c := range []struct {
		label string
		load  talk
	}{
		{"1 room x 64 senders", talk{rooms: 1, senders: 64}},
		{"100 rooms x 2 senders", talk{rooms: 100, senders: 2}},
		{"1,000 rooms x 1 sender", talk{rooms: 1000, senders: 1}},
		{"100 x 2, with search", talk{rooms: 100, senders: 2, search: true}},
	} {
		c.load.lasts, c.load.embedded = lasts, true
		s.Cases = append(s.Cases, Case{Case: report.Case{Label: c.label}, run: c.load.run})
	}
	return s
}

func (l talk) run(ctx context.Context, r *run) (err error) {
	o := peers.Options{Search: l.search}
	if !l.embedded {
		defer r.onMongoDB(ctx, &o, &err)()
	}
	return r.withSome(ctx, o, max(l.instances, 1), func(all []*peers.Process, crowd *load.Crowd) error {
		clients, err := crowd.Open(ctx, r.members(all, l.rooms*l.senders, l.senders))
		if err != nil {
			return err
		}
		for i, c := range clients {
			c.SetSender(i)
		}
		warm := l
		warm.lasts = l.lasts / 5
		if err := warm.send(ctx, crowd, clients); err != nil {
			return fmt.Errorf("warm up: %w", err)
		}
		stored := crowd.Result().Acked
		crowd.Reset()
		if err := l.measure(ctx, r, all, crowd, clients); err != nil || l.embedded {
			return err
		}
		stored += crowd.Result().Acked
		found, err := r.mongod.Stored(ctx, o.Database)
		if err == nil && found != stored {
			err = fmt.Errorf("%d messages were acked, %d are in the database", stored, found)
		}
		return err
	})
}

// measure sends once and notes what it took.
func (l talk) measure(ctx context.Context, r *run, all []*peers.Process, crowd *load.Crowd, clients []*load.Client) error {
	var databases []*peers.Process
	if !l.embedded {
		databases = append(databases, r.mongod.Process)
	}
	server, err := cpuOf(all...)
	if err != nil {
		return err
	}
	database, err := cpuOf(databases...)
	if err != nil {
		return err
	}
	begun := time.Now()
	if err := l.send(ctx, crowd, clients); err != nil {
		return err
	}
	took := time.Since(begun)
	serverAfter, err := cpuOf(all...)
	if err != nil {
		return err
	}
	databaseAfter, err := cpuOf(databases...)
	if err != nil {
		return err
	}
	result := crowd.Result()
	sent := float64(result.Acked)
	r.record(sendsPS, sent/took.Seconds())
	r.record(deliveryP50, milliseconds(result.Latency.Quantile(0.5)))
	r.record(deliveryP99, milliseconds(result.Latency.Quantile(0.99)))
	if l.rate == 0 {
		r.record(ackP99, milliseconds(result.Acks.Quantile(0.99)))
	}
	r.record(cpuAMessage, float64((serverAfter-server).Microseconds())/sent)
	if !l.embedded {
		r.record(cpuADocument, float64((databaseAfter-database).Microseconds())/sent)
	}
	return nil
}

// send sends for as long as the load lasts and waits until all that was sent is acked and delivered.
func (l talk) send(ctx context.Context, crowd *load.Crowd, clients []*load.Client) error {
	if l.rate > 0 {
		return l.paced(ctx, crowd, clients)
	}
	var sent atomic.Int64
	var over atomic.Bool
	for _, c := range clients {
		next := func() {
			if !over.Load() && c.Send(1, textSize) == nil { // an error is the connection's end, which the crowd tells
				sent.Add(1)
			}
		}
		c.OnAck(next)
	}
	for _, c := range clients {
		sent.Add(1)
		if err := c.Send(1, textSize); err != nil {
			return err
		}
	}
	if err := wait(ctx, l.lasts); err != nil {
		return err
	}
	over.Store(true)
	// A callback may be between its look at over and its send: what it sends is counted before its ack can come.
	return l.settle(ctx, crowd, &sent)
}

// settle waits for all that was sent, also for what is being sent meanwhile.
func (l talk) settle(ctx context.Context, crowd *load.Crowd, sent *atomic.Int64) error {
	for {
		n := sent.Load()
		if err := crowd.Await(ctx, n*int64(l.senders), n); err != nil {
			return err
		}
		if sent.Load() == n {
			return nil
		}
	}
}

// paced sends at a rate, each sender in turn.
func (l talk) paced(ctx context.Context, crowd *load.Crowd, clients []*load.Client) error {
	total := int64(l.rate) * int64(l.lasts) / int64(time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	begun := time.Now()
	for sent := int64(0); sent < total; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		due := min(total, int64(time.Since(begun).Seconds()*float64(l.rate)))
		for ; sent < due; sent++ {
			if err := clients[sent%int64(len(clients))].Send(1, textSize); err != nil {
				return err
			}
		}
	}
	return crowd.Await(ctx, total*int64(l.senders), total)
}
