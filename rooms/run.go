package rooms

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	beatEvery = 2 * time.Second
	// beatLost is three heartbeats: an instance unheard for so long is not live.
	beatLost = 6 * time.Second

	// quarantinesMost bounds the bad documents that wait to be taken out of the way; past
	// it a search finds them.
	quarantinesMost = 100

	reopenFirst = 50 * time.Millisecond
	reopenMost  = 5 * time.Second
	// reopenHealthy is how long a stream must have held for the next reopening to be fast.
	reopenHealthy = 10 * time.Second
)

// Run serves until ctx is done: lanes, streams, adoption, heartbeats, retention. It returns nil
// when all of them have ended. Call it once. teller is told of notifications; nil: there
// are no users here to tell.
func (s *Service) Run(ctx context.Context, emitter Emitter, teller Teller) error {
	s.teller = teller
	s.router.start(ctx, emitter)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.appender.run(ctx) })
	g.Go(func() error { return s.router.run(ctx) })
	g.Go(func() error { return s.watch(ctx) })
	g.Go(func() error { return s.beat(ctx) })
	g.Go(func() error { return s.keeper.run(ctx) })
	g.Go(func() error { return s.watchSignals(ctx) })
	g.Go(func() error { return s.sendSignals(ctx) })
	g.Go(func() error { return s.presence.run(ctx) })
	g.Go(func() error { return s.noteSeen(ctx) })
	g.Go(func() error { return s.met.run(ctx) })
	g.Go(func() error { return s.notifier.run(ctx) })
	g.Go(func() error { return s.tellReads(ctx) })
	if teller != nil {
		g.Go(func() error { return s.watchNotifications(ctx, teller) })
	}
	if s.adopter != nil {
		g.Go(func() error { return s.adopter.run(ctx) })
	}
	return g.Wait()
}

// watch keeps a stream open, for ever: it needs no token to go on from, because what
// it missed is read from the log by seq.
func (s *Service) watch(ctx context.Context) error {
	wait := reopenFirst
	for ctx.Err() == nil {
		started := s.now()
		err := s.store.Stream.Watch(ctx, (*sink)(s))
		if ctx.Err() != nil {
			return nil
		}
		if s.now().Sub(started) > reopenHealthy {
			wait = reopenFirst
		}
		s.logger.Warn("the stream ended and is reopened", "error", err, "in", wait)
		s.tallies.reopenings.Add(StreamMessages)
		pause(ctx, wait/2+rand.N(wait/2+1), nil)
		wait = min(2*wait, reopenMost)
	}
	return nil
}

// sink is the Service as the stream sees it.
type sink Service

// Opened reads what came while no stream was open: numbered events for the rooms that
// are followed, and documents of other programs.
func (s *sink) Opened() {
	select {
	case s.opened <- struct{}{}:
	default:
	}
	s.replay.heard.reopened()
	s.replay.drop() // deletes were missed, perhaps
	s.rosters.reopened()
	s.router.reconcile()
	if s.adopter == nil {
		return
	}
	s.mu.Lock()
	since := s.heardAt
	s.mu.Unlock()
	s.adopter.look(since)
}

// Arrived sorts what the stream tells.
func (s *sink) Arrived(batch []Arrival) {
	s.mu.Lock()
	s.heardAt = s.now()
	s.mu.Unlock()
	var foreign []*Event
	for i := range batch {
		a := &batch[i]
		switch {
		case a.Instance != "":
			if s.peers.heard(a.Instance) {
				s.replay.heard.came()
			}
		case a.BadSeq:
			s.quarantine(a)
		case a.Malformed != "":
			s.malformed.Add(1)
			s.logger.Warn("a document is no valid message and is left alone", "id", a.Event.ID.String(), "why", a.Malformed)
		case a.Event.Seq == 0:
			e := a.Event
			foreign = append(foreign, &e)
		case a.Event.Type == TypeMember, a.Event.Type == TypeRoom:
			(*Service)(s).changeTold(&a.Event)
		case a.Event.Type == TypeMessage:
			s.paces.told(&a.Event)
		}
	}
	if len(foreign) > 0 && s.adopter != nil {
		s.adopter.offer(foreign)
	}
	s.notifier.arrived(batch)
	s.router.arrived(batch)
	for _, l := range s.appender.lanes {
		l.told()
	}
	s.watchers.arrived(batch)
}

// quarantine takes a seq of a wrong type away, without holding up the stream.
func (s *sink) quarantine(a *Arrival) {
	s.badSeqs.Add(1)
	id := a.Event.ID
	s.logger.Error("a seq that is no positive integer is quarantined", "id", id.String())
	if s.quarantines.Add(1) > quarantinesMost {
		s.quarantines.Add(-1)
		s.adopter.look(s.now()) // a search quarantines what it meets
		return
	}
	begun := s.router.begin(func(ctx context.Context) {
		defer s.quarantines.Add(-1)
		for attempt := 0; ctx.Err() == nil; attempt++ {
			err := s.router.inTurn(ctx, func() error {
				op, cancel := context.WithTimeout(ctx, opTimeout)
				defer cancel()
				return s.store.Foreign.Quarantine(op, id)
			})
			if err == nil || ctx.Err() != nil {
				return
			}
			s.logger.Warn("quarantine failed", "id", id.String(), "error", err)
			backoff(ctx, attempt)
		}
	})
	if !begun {
		s.quarantines.Add(-1)
	}
}

// beat inserts a heartbeat every 2 s, and at once when a stream opens; it must come
// back through the stream.
func (s *Service) beat(ctx context.Context) error {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		op, cancel := context.WithTimeout(ctx, opTimeout)
		s.replay.heard.begins()
		err := s.store.Stream.Beat(op, s.instance)
		cancel()
		if err != nil {
			s.replay.heard.failed()
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, context.Canceled) {
			s.logger.Warn("a heartbeat failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.opened:
		case <-tick.C:
		}
	}
}

// Ready returns nil while this instance's heartbeat comes back through the stream:
// the store takes writes and the stream delivers. Else UNAVAILABLE.
func (s *Service) Ready() error {
	if s.peers.fresh() {
		return nil
	}
	return E(CodeUnavailable, "no heartbeat came through the stream for %s", beatLost)
}

// Counts tells, since the start, how many inserts of other programs were no valid
// messages and how many carried a seq that is no positive integer. The same document
// counts on every instance.
func (s *Service) Counts() (malformed, badSeqs int64) { return s.malformed.Load(), s.badSeqs.Load() }
