package rooms

import (
	"context"
	"hash/maphash"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// laneCount lanes share the rooms: more would only make smaller batches, fewer let
// one slow batch hold up everybody.
const laneCount = 4

// expirySweep is how often unanswered sends are looked over. A send's answer is
// TIMEOUT at most this much after its time.
const expirySweep = 100 * time.Millisecond

// call is one caller who waits for a send's answer.
type call struct {
	done     func(Sent, error)
	since    time.Time
	sends    *tallies // nil: it is no send of a message, and not counted
	answered atomic.Bool
}

// answer answers the call if nothing has yet.
func (c *call) answer(sent Sent, err error) {
	if !c.answered.CompareAndSwap(false, true) {
		return
	}
	if c.sends != nil {
		c.sends.sent(sent, err)
		if err == nil {
			c.sends.answers.Took(c.sends.transit.now().Sub(c.since))
		}
	}
	c.done(sent, err)
}

// item is one event on its way into the log.
type item struct {
	event   *Event
	call    *call
	repeats []*call // the same send again; guarded by recent.mu
	tried   bool    // an attempt to store it was made: its outcome may be unknown

	moderates bool      // the author may delete what others wrote
	proposal  *proposal // what the event is to make of its room; nil: nothing

	caller string     // the traceparent of whoever sent it; empty: none
	begun  time.Time  // when it was received; zero: when it is submitted
	trace  *SendTrace // nil: nobody looks; the lane's goroutine only, once queued
}

// appender takes events into the log through a few lanes.
//
// Concurrency: submit is safe from any goroutine; each lane has one goroutine.
// Lifecycle: run ends when its context does; what is unanswered then is answered.
// Order and loss: one caller's events of a room are stored in the order of its
// submits. An accepted event is tried until it is durable or the process ends; its
// caller may be told TIMEOUT before that.
type appender struct {
	lanes  [laneCount]*lane
	seed   maphash.Seed
	recent *recent
	now    func() time.Time
	limit  time.Duration // of waiting for an answer

	tallies *tallies

	mu     sync.RWMutex
	closed bool
}

// laneConfig is what all lanes share.
type laneConfig struct {
	ends
	related Related
	members Members
	router  *router
	now     func() time.Time
	logger  *slog.Logger
	tallies *tallies
	tracer  Tracer // nil: nobody looks
}

func newAppender(c laneConfig, limit time.Duration) *appender {
	a := &appender{seed: maphash.MakeSeed(), recent: newRecent(), now: c.now, limit: limit, tallies: c.tallies}
	for i := range a.lanes {
		a.lanes[i] = newLane(c, a.recent)
	}
	return a
}

func (a *appender) lane(room RoomID) *lane {
	return a.lanes[maphash.String(a.seed, string(room))%laneCount]
}

// submit queues an item. done is called once: with its event's place in the log, or
// CONFLICT, OVERLOADED, TIMEOUT, UNAVAILABLE, and for one that has a Target with what
// Fold.admit says, for one that has a proposal with what proposal.judge says.
func (a *appender) submit(it *item, done func(Sent, error)) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	c := &call{done: done, since: a.now()}
	if it.event.Type == TypeMessage {
		c.sends = a.tallies
	}
	it.call = c
	if a.closed {
		c.answer(Sent{}, stopping())
		return
	}
	l := a.lane(it.event.RoomID)
	if it.event.ClientID == "" {
		a.push(l, it)
		return
	}
	switch v, sent := a.recent.register(it, c); v {
	case sendNew:
		a.push(l, it)
	case sendRepeated:
		c.answer(sent, nil)
	case sendConflicts:
		c.answer(Sent{}, conflict())
	case sendWaits:
		if !l.watch(c) {
			c.answer(Sent{}, overloaded())
		}
	}
}

func (a *appender) push(l *lane, it *item) {
	l.begin(it)
	if l.push(it) {
		return
	}
	err := overloaded()
	l.over(it, Sent{}, err)
	for _, c := range a.recent.settle(it, Sent{}, err) {
		c.answer(Sent{}, err)
	}
	it.call.answer(Sent{}, err)
}

// run works the lanes until ctx is done.
func (a *appender) run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, l := range a.lanes {
		g.Go(func() error { return l.run(ctx) })
	}
	g.Go(func() error {
		tick := time.NewTicker(expirySweep)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
				for _, l := range a.lanes {
					l.expire(a.now().Add(-a.limit))
				}
			}
		}
	})
	return g.Wait()
}

// drain refuses new events and returns when the queued ones are answered, or with
// ctx's error.
func (a *appender) drain(ctx context.Context) error {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	for _, l := range a.lanes {
		select {
		case <-l.idle():
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// overloadRetry is what a client is told to wait when a lane is full: about the
// time a full lane takes to empty.
const overloadRetry = time.Second

func overloaded() error {
	e := E(CodeOverloaded, "too many messages are waiting to be stored")
	e.RetryAfter = overloadRetry
	return e
}

// stoppingRetry is about what a client takes to find another instance.
const stoppingRetry = time.Second

func starting() error {
	e := E(CodeUnavailable, "the server is starting")
	e.RetryAfter = stoppingRetry
	return e
}

func stopping() error {
	e := E(CodeUnavailable, "the server is stopping")
	e.RetryAfter = stoppingRetry
	return e
}

func conflict() error {
	return &Error{Code: CodeConflict, Message: "clientId: was used for another message of yours in this room", Field: "clientId"}
}

func timedOut() error {
	return E(CodeTimeout, "not confirmed in time: the outcome is unknown, send again with the same clientId")
}
