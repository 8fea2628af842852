package rooms

import (
	"container/list"
	"context"
	"errors"
	"sync"
)

const (
	// chunkEvents is how many numbers one entry of the cache spans: a page of a sync takes
	// two or three of them, and one read of the store fills one.
	chunkEvents = 128
	// replayBytes bounds the cache, as Event.Size counts.
	replayBytes = 64 << 20
)

// replay keeps the events that clients who come back ask for, so that a thousand of
// them cost the reads of one: each room's log in chunks of consecutive events, read once
// and grown by what is delivered. A deleted message and its edits are kept blanked.
//
// Concurrency: all methods are safe from any goroutine; who wants what is being read
// waits for it. Lifecycle: a read goes on when its asker gives up, bounded by opTimeout.
// Order and loss: what is given is gap-free. What was read before a drop is not kept
// after it.
type replay struct {
	reader replayReader
	fresh  func() bool // whether the stream tells of every delete
	bound  int         // of bytes

	mu    sync.Mutex
	rooms map[RoomID]map[int64]*chunk
	used  *list.List // of *chunk, the one used last first
	bytes int
}

// chunk is a room's events above base, consecutive, of those from k*chunkEvents+1 on. Its
// fields are guarded by replay.mu.
type chunk struct {
	room   RoomID
	k      int64
	base   int64 // k*chunkEvents, or the room's last trimmed number
	events []Event
	bytes  int
	at     *list.Element
	load   *load // nil: none is under way
}

// load is a read that makes a chunk longer.
type load struct {
	from, to int64         // the numbers above from up to to
	done     chan struct{} // closed when err is known
	err      error
	deleted  []int64 // the targets of deletes that arrived since it began; guarded by replay.mu
}

func newReplay(reader replayReader, fresh func() bool, bound int) *replay {
	if bound <= 0 {
		bound = replayBytes
	}
	return &replay{reader: reader, fresh: fresh, bound: bound, rooms: map[RoomID]map[int64]*chunk{}, used: list.New()}
}

// to is the last number that the chunk holds.
func (c *chunk) to() int64 { return c.base + int64(len(c.events)) }

// between copies the events with after < seq <= last.
func (c *chunk) between(after, last int64) []Event {
	return append([]Event(nil), c.events[after-c.base:last-c.base]...)
}

// page returns a room's events with after < seq <= last, ascending, up to the page's
// bounds and at least one. The log must hold last. Its error is a *trimmedError when the
// first of them stands below the room's fence.
func (r *replay) page(ctx context.Context, room RoomID, after, last int64, page Page) ([]Event, error) {
	var found []Event
	size := 0
	for after < last {
		k := after / chunkEvents
		events, err := r.part(ctx, room, k, after, min(last, (k+1)*chunkEvents))
		if err != nil {
			return nil, err
		}
		for i := range events {
			size += events[i].Size()
			if len(found) > 0 && (page.Bytes > 0 && size > page.Bytes || page.Events > 0 && len(found) == page.Events) {
				return found, nil
			}
			found = append(found, events[i])
		}
		after += int64(len(events))
	}
	return found, nil
}

// part returns the events of one chunk with after < seq <= last.
func (r *replay) part(ctx context.Context, room RoomID, k, after, last int64) ([]Event, error) {
	for r.fresh() {
		taken := r.take(room, k, after, last)
		if taken.load == nil {
			return taken.events, nil
		}
		if taken.mine {
			r.fill(context.WithoutCancel(ctx), taken.chunk, taken.load)
		}
		select {
		case <-taken.load.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if err := r.goOn(taken, after); err != nil {
			return nil, err
		}
	}
	return r.reader.read(ctx, room, after, last)
}

// goOn says whether who wants what stands after a number may try again when a load has
// ended: also when it failed only because the chunk begins above the room's fence.
func (r *replay) goOn(t taken, after int64) error {
	var trimmed *trimmedError
	if !errors.As(t.load.err, &trimmed) || trimmed.first-1 > after {
		return t.load.err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(t.chunk.events) == 0 && t.chunk.load == nil {
		t.chunk.base = trimmed.first - 1
	}
	return nil
}

// taken is what the cache has: the events, or the load that must end first.
type taken struct {
	events []Event
	chunk  *chunk
	load   *load
	mine   bool // the caller must fill the chunk
}

func (r *replay) take(room RoomID, k, after, last int64) taken {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.rooms[room][k]
	if c == nil {
		c = r.add(room, k)
	}
	r.used.MoveToFront(c.at)
	if after < c.base {
		trimmed := &load{done: make(chan struct{}), err: &trimmedError{c.base + 1}}
		close(trimmed.done)
		return taken{chunk: c, load: trimmed}
	}
	if c.to() >= last {
		return taken{events: c.between(after, last)}
	}
	if c.load != nil {
		return taken{chunk: c, load: c.load}
	}
	c.load = &load{from: c.to(), to: last, done: make(chan struct{})}
	return taken{chunk: c, load: c.load, mine: true}
}

// add makes an empty chunk; the lock is held.
func (r *replay) add(room RoomID, k int64) *chunk {
	c := &chunk{room: room, k: k, base: k * chunkEvents}
	c.at = r.used.PushFront(c)
	if r.rooms[room] == nil {
		r.rooms[room] = map[int64]*chunk{}
	}
	r.rooms[room][k] = c
	return c
}

// fill reads what a load is for and keeps it, unless the cache was dropped meanwhile.
func (r *replay) fill(ctx context.Context, c *chunk, l *load) {
	events, err := r.reader.read(ctx, c.room, l.from, l.to)
	r.mu.Lock()
	defer r.mu.Unlock()
	defer close(l.done)
	l.err = err
	c.load = nil
	if err != nil || r.rooms[c.room][c.k] != c {
		return
	}
	for i := range events {
		if events[i].Seq == c.to()+1 { // what is delivered may have been faster
			r.grow(c, events[i])
		}
	}
	for _, target := range l.deleted {
		r.blank(c, target)
	}
	r.evict(c)
}

// grow appends an event to its chunk; the lock is held.
func (r *replay) grow(c *chunk, e Event) {
	c.events = append(c.events, e)
	c.bytes += e.Size()
	r.bytes += e.Size()
}

// evict gives up what was used longest ago, but not kept, until the bound holds; the
// lock is held.
func (r *replay) evict(kept *chunk) {
	for at := r.used.Back(); at != nil && r.bytes > r.bound; {
		c := at.Value.(*chunk)
		at = at.Prev()
		if c != kept && c.load == nil {
			r.remove(c)
		}
	}
}

func (r *replay) remove(c *chunk) {
	r.used.Remove(c.at)
	r.bytes -= c.bytes
	delete(r.rooms[c.room], c.k)
	if len(r.rooms[c.room]) == 0 {
		delete(r.rooms, c.room)
	}
}

// delivered takes what a followed room delivers, consecutive by seq, where that makes
// a chunk longer that somebody asked for.
func (r *replay) delivered(room RoomID, events []Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	chunks := r.rooms[room]
	if chunks == nil {
		return
	}
	for i := range events {
		e := &events[i]
		k := (e.Seq - 1) / chunkEvents
		c := chunks[k]
		if before := chunks[k-1]; c == nil && before != nil && before.to() == e.Seq-1 {
			c = r.add(room, k)
		}
		if c != nil && c.to() == e.Seq-1 {
			r.grow(c, *e)
			r.evict(c)
		}
		if e.Type == TypeDelete {
			r.blankAll(room, e.Target)
		}
	}
}

// told takes what the stream tells of any room: a delete concerns what is kept.
func (r *replay) told(batch []Arrival) {
	for i := range batch {
		switch e := &batch[i].Event; {
		case e.Seq == 0 || batch[i].BadSeq:
		case batch[i].Partial:
			r.dropRoom(e.RoomID) // it may be anything
		case e.Type == TypeDelete:
			r.mu.Lock()
			r.blankAll(e.RoomID, e.Target)
			r.mu.Unlock()
		}
	}
}

// blankAll takes the content of a message and its edits from all of a room's chunks;
// the lock is held.
func (r *replay) blankAll(room RoomID, target int64) {
	for _, c := range r.rooms[room] {
		if c.load != nil {
			c.load.deleted = append(c.load.deleted, target)
		}
		r.blank(c, target)
	}
}

func (r *replay) blank(c *chunk, target int64) {
	for i := range c.events {
		e := &c.events[i]
		if e.Erased || !(e.Type == TypeMessage && e.Seq == target || e.Type == TypeEdit && e.Target == target) {
			continue
		}
		less := e.Size()
		*e = e.blanked()
		less -= e.Size()
		c.bytes -= less
		r.bytes -= less
	}
}

// drop forgets everything: the stream may have missed a delete, or content was erased.
func (r *replay) drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.rooms)
	r.used.Init()
	r.bytes = 0
}

// dropRoom forgets one room.
func (r *replay) dropRoom(room RoomID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.rooms[room] {
		r.remove(c)
	}
}
