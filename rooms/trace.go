package rooms

import "time"

// Tracer is told how events that were accepted here went into the log, and how all events went to the sockets here. Its
// methods are called on the way of events, some of them under a room's lock, from any goroutine: they only note and queue.
type Tracer interface {
	// Sending says whether the way of an event into the log is to be told of. caller is the traceparent (W3C Trace Context)
	// that whoever sent it gave; empty: none.
	Sending(id EventID, caller string) bool
	// Sent tells, once, of an event for which Sending said yes, when its outcome is known.
	Sent(SendTrace)
	// Arrived notes that the stream tells of an event of a room that is followed here.
	Arrived(id EventID)
	// Routed tells that an event was queued to so many sockets. What it returns is called when they were written to, see
	// Finisher; nil: nobody wants to know.
	Routed(e *Event, sockets int) (written func())
}

// SendTrace is how an event went into the log.
type SendTrace struct {
	Event  *Event // not to be kept
	Seq    int64  // its number in the log, or that of the same event sent before; 0: it was not stored
	Begun  time.Time
	Queued time.Time // when it was checked and waited for its lane
	Tries  []StoreTry
	Ended  time.Time
	Err    error // its outcome; nil: stored
}

// StoreTry is one call of the store, which may have held other events, too.
type StoreTry struct {
	Begun, Ended time.Time
	Events       int
	Err          error
}

// Finisher is an Emitter that knows when what was queued has left.
type Finisher interface {
	// Finish has done called once, when what was queued before was written to all sockets that take it at once: those of
	// slow clients are not waited for. It is not called when the program ends before that. done must not wait.
	Finish(done func())
}

// Finish implements Finisher: done is called when all have finished that know.
func (l emitters) Finish(done func()) {
	for _, e := range l {
		if f, ok := e.(Finisher); ok {
			next := done
			done = func() { f.Finish(next) }
		}
	}
	done()
}

// begin has an item that is about to be queued looked at, if it is to be.
func (c *laneConfig) begin(it *item) {
	if c.tracer == nil || !c.tracer.Sending(it.event.ID, it.caller) {
		return
	}
	now := c.now()
	if it.begun.IsZero() {
		it.begun = now
	}
	it.trace = &SendTrace{Event: it.event, Begun: it.begun, Queued: now}
}

// tried notes a call of the store for the items that are looked at.
func (c *laneConfig) tried(try StoreTry, batch []*item) {
	if c.tracer == nil {
		return
	}
	for _, it := range batch {
		if it.trace != nil {
			it.trace.Tries = append(it.trace.Tries, try)
		}
	}
}

// over tells of an item whose outcome is known.
func (c *laneConfig) over(it *item, sent Sent, err error) {
	if it.trace == nil {
		return
	}
	it.trace.Seq, it.trace.Ended, it.trace.Err = sent.Seq, c.now(), err
	c.tracer.Sent(*it.trace)
	it.trace = nil
}

// routed tells of what was queued just now to the sockets in the room; the lock is held.
func (d *delivery) routed(sockets int) {
	var written []func()
	for i := range d.run {
		if w := d.router.tracer.Routed(&d.run[i], sockets); w != nil {
			written = append(written, w)
		}
	}
	if len(written) == 0 {
		return
	}
	tell := func() {
		for _, w := range written {
			w()
		}
	}
	if f, ok := d.router.emitter.(Finisher); ok {
		f.Finish(tell)
		return
	}
	tell()
}
