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
	cpuBystander  = report.Figure{Name: "CPU of another instance a message", Unit: "us", Best: report.Low}
	mongodAnother = report.Figure{Name: "mongod CPU a message for each other instance", Unit: "us", Best: report.Low}
	sendsAnother  = report.Figure{Name: "sent by mongod a message to each other instance", Unit: "bytes", Best: report.Low}
	oplogTakes    = report.Figure{Name: "log of operations a message", Unit: "bytes", Best: report.Low}
)

// bystanders is a load on one instance while others, which have no clients, read along; then the same without them.
type bystanders struct {
	others int
	talk   talk
}

var bystandersFigures = []report.Figure{cpuBystander, mongodAnother, sendsAnother, cpuADocument, oplogTakes}

const bystandersDoc = "The others have no client, and read each message off their change stream to find that nobody here wants it. " +
	"Then they are stopped, and the same is sent again: mongod's CPU is that of the second time, and what each other instance takes of it the difference. What is taken at rest, measured as long before, is not counted."

func growthBystanders(quick bool) Scenario {
	points, l := []int{1, 2, 3}, talk{rooms: 100, senders: 2, rate: 2000, lasts: 8 * time.Second}
	if quick {
		points, l.lasts = []int{1}, 2*time.Second
	}
	s := growth("bystanders", "With the instances that only read along", fmt.Sprintf("%d messages a second to %d rooms of %d on one instance, for %s. ", l.rate, l.rooms, l.senders, l.lasts)+bystandersDoc,
		"other instances", false, bystandersFigures, []string{peers.Roomstream}, points,
		func(n int) Case { return Case{run: bystanders{n, l}.run} })
	s.Mongod = true
	return s
}

func growthRates(quick bool) Scenario {
	points, others, l := []int{500, 1000, 2000, 4000}, 3, talk{rooms: 100, senders: 2, lasts: 8 * time.Second}
	if quick {
		points, others, l.lasts = []int{500}, 1, 2*time.Second
	}
	s := growth("rates", "With the rate, while others read along", fmt.Sprintf("Messages to %d rooms of %d on one instance, for %s, beside %d others. ", l.rooms, l.senders, l.lasts, others)+bystandersDoc,
		"messages a second", true, bystandersFigures, []string{peers.Roomstream}, points,
		func(n int) Case {
			at := l
			at.rate = n
			return Case{run: bystanders{others, at}.run}
		})
	s.Mongod = true
	return s
}

func (b bystanders) run(ctx context.Context, r *run) (err error) {
	o := peers.Options{}
	defer r.onMongoDB(ctx, &o, &err)()
	return r.withSome(ctx, o, 1+b.others, func(all []*peers.Process, crowd *load.Crowd) error {
		clients, err := crowd.Open(ctx, r.members(all[:1], b.talk.rooms*b.talk.senders, b.talk.senders))
		if err != nil {
			return err
		}
		for i, c := range clients {
			c.SetSender(i)
		}
		warm := b.talk
		warm.lasts /= 4
		if err := warm.send(ctx, crowd, clients); err != nil {
			return err
		}
		others := all[1:]
		among, err := b.takes(ctx, r, others, crowd, clients)
		if err != nil {
			return err
		}
		for _, p := range others {
			p.Stop()
		}
		alone, err := b.takes(ctx, r, nil, crowd, clients)
		if err != nil {
			return err
		}
		n := float64(b.others)
		r.record(cpuBystander, among.others/n)
		r.record(mongodAnother, (among.mongod-alone.mongod)/n)
		r.record(sendsAnother, (among.out-alone.out)/n)
		r.record(cpuADocument, alone.mongod)
		r.record(oplogTakes, alone.oplog)
		return nil
	})
}

// taken is what a message took: us of CPU, and bytes.
type taken struct{ others, mongod, out, oplog float64 }

// takes sends, and gives what a message took, without what as long a time without one takes.
func (b bystanders) takes(ctx context.Context, r *run, others []*peers.Process, crowd *load.Crowd, clients []*load.Client) (t taken, err error) {
	var at [3]state // before the rest, after it, after the load
	for i := range at {
		if at[i], err = b.at(ctx, r, others); err != nil {
			return taken{}, err
		}
		switch i {
		case 0:
			err = wait(ctx, b.talk.lasts)
		case 1:
			crowd.Reset()
			err = b.talk.send(ctx, crowd, clients)
		}
		if err != nil {
			return taken{}, err
		}
	}
	sent := float64(crowd.Result().Acked)
	each := func(of func(s state) float64) float64 {
		return (of(at[2]) - of(at[1]) - (of(at[1]) - of(at[0]))) / sent
	}
	return taken{
		others: each(func(s state) float64 { return float64(s.others.Microseconds()) }),
		mongod: each(func(s state) float64 { return float64(s.mongod.Microseconds()) }),
		out:    each(func(s state) float64 { return float64(s.BytesOut) }),
		oplog:  each(func(s state) float64 { return float64(s.Oplog) }),
	}, nil
}

// state is what counters say at one moment.
type state struct {
	others, mongod time.Duration // CPU time
	peers.Traffic
}

func (b bystanders) at(ctx context.Context, r *run, others []*peers.Process) (s state, err error) {
	cpu, err1 := cpuOf(others...)
	mongod, err2 := cpuOf(r.mongod.Process)
	traffic, err3 := r.mongod.Traffic(ctx)
	return state{cpu, mongod, traffic}, errors.Join(err1, err2, err3)
}
