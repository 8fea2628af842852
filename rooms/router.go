package rooms

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// holeReaders bounds the reads of missing events that run at once.
const holeReaders = 8

// idleSweep is how often rooms that no socket is in any more are let go.
const idleSweep = time.Minute

// router brings each room's events to its sockets in seq order. The stream is only a
// doorbell; seq is the truth: the next one is emitted, a higher one makes the missing
// be read from the log, a lower one is dropped. It is the only caller of Emit.
//
// Concurrency: all methods are safe from any goroutine. Each room has a lock, under
// which its events are emitted and its sockets join. Lifecycle: run starts it and
// waits for its readers. Order and loss: every socket in a room is given every event
// above the lastSeq of its join, once, in order.
type router struct {
	ends
	replay  *replay
	endings singleflight.Group // of rooms whose last seq is being read
	ids     *ids
	now     func() time.Time
	logger  *slog.Logger
	tallies *tallies
	tracer  Tracer // nil: nobody looks

	readers chan struct{} // holds a token for each read of inTurn
	tasks   sync.WaitGroup

	mu      sync.RWMutex
	ctx     context.Context // nil until run; hole reads end with it
	emitter Emitter
	rooms   map[RoomID]*delivery
}

func newRouter(ends ends, replay *replay, tallies *tallies, tracer Tracer, now func() time.Time, logger *slog.Logger) *router {
	return &router{
		ends: ends, replay: replay, ids: newIDs(), now: now, logger: logger, tallies: tallies, tracer: tracer,
		readers: make(chan struct{}, holeReaders), rooms: map[RoomID]*delivery{},
	}
}

// start gives the router its emitter; before it nothing can be joined.
func (r *router) start(ctx context.Context, emitter Emitter) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ctx, r.emitter = ctx, emitter
}

// run lets idle rooms go until ctx is done, then waits for the readers.
func (r *router) run(ctx context.Context) error {
	tick := time.NewTicker(idleSweep)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			r.mu.Lock() // no reader starts any more: start looks at ctx under this lock
			r.mu.Unlock()
			r.tasks.Wait()
			return nil
		case <-tick.C:
			r.sweep()
		}
	}
}

// sockets gives the emitter, nil before start.
func (r *router) sockets() Emitter {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.emitter
}

func (r *router) lookup(room RoomID) *delivery {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.rooms[room]
}

// deliveredIn is the last seq delivered in the room, which a majority has; 0 when
// nobody here follows the room.
func (r *router) deliveredIn(room RoomID) int64 {
	d := r.lookup(room)
	if d == nil {
		return 0
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return max(d.delivered, 0)
}

// arrived takes what the stream told, in its order.
func (r *router) arrived(batch []Arrival) {
	r.replay.told(batch)
	var touched []*delivery
	for i := range batch {
		a := &batch[i]
		d := r.lookup(a.Event.RoomID)
		if d == nil || a.Event.Seq == 0 {
			continue
		}
		if r.tracer != nil {
			r.tracer.Arrived(a.Event.ID)
		}
		if d.arrive(a) {
			touched = append(touched, d)
		}
	}
	for _, d := range touched {
		d.flush()
	}
}

// offer takes events that are durable but come by no insert.
func (r *router) offer(room RoomID, events []*Event) {
	d := r.lookup(room)
	if d == nil {
		return
	}
	for _, e := range events {
		d.arrive(&Arrival{Event: *e})
	}
	d.flush()
}

// want has the room read until seq is delivered.
func (r *router) want(room RoomID, seq int64) {
	if d := r.lookup(room); d != nil {
		d.want(seq)
	}
}

// acked notes that this instance told a sender of seq: who then asks here must find it.
func (r *router) acked(room RoomID, seq int64) {
	if d := r.lookup(room); d != nil {
		d.acked(seq)
	}
}

// behind calls tell, which only queues, when a room's sockets here were given all up to seq: a
// signal may be faster than the log, and whoever is taken out below seq must not hear of it. It
// is not called where that takes long, or nobody follows the room.
func (r *router) behind(room RoomID, seq int64, tell func()) {
	d := r.lookup(room)
	if d == nil || r.sockets().Members(room) == 0 || d.tell(seq, tell) {
		return
	}
	r.begin(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, opTimeout)
		defer cancel()
		if there, err := d.await(ctx, seq); there && err == nil {
			d.tell(seq, tell)
		}
	})
}

// reconcile reads what followed rooms missed while no stream was open.
func (r *router) reconcile() {
	for _, d := range r.followed() {
		d.readAgain()
	}
}

// followed gives the deliveries of all rooms that are followed here.
func (r *router) followed() []*delivery {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Collect(maps.Values(r.rooms))
}

// follow returns the room's delivery, made and positioned at the last seq if
// nobody here followed it yet.
func (r *router) follow(ctx context.Context, room RoomID) (*delivery, error) {
	r.mu.Lock()
	if r.emitter == nil {
		r.mu.Unlock()
		return nil, starting()
	}
	d := r.rooms[room]
	if d == nil {
		d = newDelivery(r, room)
		r.rooms[room] = d
		r.mu.Unlock()
		d.position(ctx)
	} else {
		r.mu.Unlock()
	}
	select {
	case <-d.positioned:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return d, d.failure
}

// end reads a room's last seq, once for all who ask at the same time: it may be that of
// a moment ago.
func (r *router) end(ctx context.Context, room RoomID) (int64, error) {
	read := r.endings.DoChan(string(room), func() (any, error) {
		op, cancel := context.WithTimeout(context.WithoutCancel(ctx), opTimeout)
		defer cancel()
		lasts, err := r.lasts(op, []RoomID{room})
		return lasts[room], err
	})
	select {
	case got := <-read:
		return got.Val.(int64), got.Err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// drop forgets a room's delivery.
func (r *router) drop(d *delivery) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rooms[d.room] == d {
		delete(r.rooms, d.room)
	}
}

func (r *router) sweep() {
	for _, d := range r.followed() {
		if d.leaveIfUnused() {
			r.drop(d)
		}
	}
}

// begin starts a task unless the router ends.
func (r *router) begin(task func(context.Context)) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.ctx == nil || r.ctx.Err() != nil {
		return false
	}
	ctx := r.ctx
	r.tasks.Go(func() { task(ctx) })
	return true
}

// inTurn does one read or write of the store when fewer than holeReaders run. A task
// holds its turn for no longer: one whose hole stays open must not hold up other rooms.
func (r *router) inTurn(ctx context.Context, do func() error) error {
	select {
	case r.readers <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-r.readers }()
	return do()
}
