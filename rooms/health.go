package rooms

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Health is what an instance says of itself to the others, with each lease.
type Health struct {
	Version string
	Started time.Time     // to the millisecond, by its own clock
	Ready   bool          // as Ready says
	Lag     time.Duration // of its stream, to the millisecond
	Sends   float64       // messages stored a second, since its lease before
	Queued  int           // events that wait to be inserted
}

// InstanceHealth is how an instance is, as far as is known here.
type InstanceHealth struct {
	Instance string
	Self     bool      // it is this one
	HeardAt  time.Time // when it last said so, by the clock here
	Sockets  int       // of signed-in users
	Health
	Known bool // it has told; of one that has just begun, or is of an older version, only the fields above Health are known
}

// ratePause is the least time between two counts that make a rate: less would make it jump.
const ratePause = time.Second

// sendRate says how many messages a second were stored lately; one goroutine at a time may call it.
type sendRate struct {
	stored int64
	at     time.Time
	rate   float64
}

func (r *sendRate) next(stored int64, now time.Time) float64 {
	passed := now.Sub(r.at)
	if passed < ratePause {
		return r.rate
	}
	if !r.at.IsZero() {
		r.rate = float64(stored-r.stored) / passed.Seconds()
	}
	r.stored, r.at = stored, now
	return r.rate
}

// health is how this instance is.
func (s *Service) health() Health {
	f := s.Figures()
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	return Health{
		Version: s.version, Started: s.started, Ready: f.Ready, Lag: f.Lag.Round(time.Millisecond), Queued: f.QueuedEvents,
		Sends: s.rate.next(f.Sends[OutcomeStored], now),
	}
}

// Instances tells how the instances on this database are: this one first, the others by name. What is told of the others
// is up to leaseEvery old, and some moments more.
func (s *Service) Instances() []InstanceHealth {
	own := InstanceHealth{Instance: s.instance, Self: true, HeardAt: s.now(), Sockets: s.presence.sockets(), Health: s.health(), Known: true}
	return append([]InstanceHealth{own}, s.presence.instances()...)
}

// instances gives the others.
func (p *presence) instances() []InstanceHealth {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []InstanceHealth
	for name, o := range p.others {
		if p.now().Sub(o.heard) > leaseLost {
			continue
		}
		one := InstanceHealth{Instance: name, HeardAt: o.heard}
		for _, u := range o.users {
			one.Sockets += u.Sockets
		}
		if o.health != nil {
			one.Health, one.Known = *o.health, true
		}
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b InstanceHealth) int { return strings.Compare(a.Instance, b.Instance) })
	return list
}

// sendLease says that this instance lives, and how it is.
func (p *presence) sendLease(ctx context.Context) {
	health := p.health()
	p.send(ctx, []Signal{{Kind: SignalLease, Ref: p.number(), Health: &health}})
}
