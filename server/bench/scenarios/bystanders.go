package scenarios

import (
	"context"
	"errors"
	"time"

	"roomstream/server/bench/load"
	"roomstream/server/bench/peers"
	"roomstream/server/bench/report"
)

var (
	cpuBystander = report.Figure{Name: "CPU of another instance a message", Unit: "us", Best: report.Low}
	mongodSends  = report.Figure{Name: "sent by mongod a message", Unit: "bytes", Best: report.Low}
	oplogTakes   = report.Figure{Name: "log of operations a message", Unit: "bytes", Best: report.Low}
)

// bystanders is a load on one instance while others, which have no clients, read along.
type bystanders struct {
	others int
	talk   talk
}

func growthBystanders(quick bool) Scenario {
	points, l := []int{0, 1, 2, 3}, talk{rooms: 100, senders: 2, rate: 2000, lasts: 10 * time.Second}
	if quick {
		points, l.lasts = []int{0, 1}, 2*time.Second
	}
	s := growth("bystanders", "With the instances that only read along", "2,000 messages a second to 100 rooms of 2 on one instance; the others have no client, and read each message off their change stream to find that nobody here wants it. "+
		"What an instance takes at rest, measured as long before, is not counted.", "other instances", false,
		[]report.Figure{cpuBystander, cpuADocument, mongodSends, oplogTakes}, []string{peers.Roomstream}, points,
		func(n int) Case { return Case{run: bystanders{n, l}.run} })
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
		warm.lasts /= 5
		if err := warm.send(ctx, crowd, clients); err != nil {
			return err
		}
		crowd.Reset()
		rested, err := b.at(ctx, r, all)
		if err != nil {
			return err
		}
		if err := wait(ctx, b.talk.lasts); err != nil {
			return err
		}
		before, err := b.at(ctx, r, all)
		if err != nil {
			return err
		}
		if err := b.talk.send(ctx, crowd, clients); err != nil {
			return err
		}
		after, err := b.at(ctx, r, all)
		if err != nil {
			return err
		}
		sent := float64(crowd.Result().Acked)
		if b.others > 0 {
			worked := (after.others - before.others) - (before.others - rested.others)
			r.record(cpuBystander, float64(worked.Microseconds())/sent/float64(b.others))
		}
		r.record(cpuADocument, float64((after.mongod-before.mongod).Microseconds())/sent)
		r.record(mongodSends, float64(after.BytesOut-before.BytesOut)/sent)
		r.record(oplogTakes, float64(after.Oplog-before.Oplog)/sent)
		return nil
	})
}

// state is what counters say at one moment.
type state struct {
	others, mongod time.Duration // CPU time
	peers.Traffic
}

func (b bystanders) at(ctx context.Context, r *run, all []*peers.Process) (s state, err error) {
	others, err1 := cpuOf(all[1:]...)
	mongod, err2 := cpuOf(r.mongod.Process)
	traffic, err3 := r.mongod.Traffic(ctx)
	return state{others, mongod, traffic}, errors.Join(err1, err2, err3)
}
