package rooms

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	// chunkEvents is how many numbers one entry of the cache spans: a page of a sync takes
	// two or three of them, and one read of the store fills one.
	chunkEvents = 128
	// replayBytes bounds the cache, as Event.Size counts.
	replayBytes = 64 << 20
	// replayTries is how often what is asked for is looked for in the cache, which may be
	// dropped each time before it is given. After it the store is asked directly.
	replayTries = 3
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
	heard  *heartbeats
	now    func() time.Time
	bound  int                // of bytes
	direct singleflight.Group // of reads that are not kept

	mu      sync.Mutex
	rooms   map[RoomID]map[int64]*chunk
	used    *list.List // of *chunk, the one used last first
	bytes   int
	drops   int64 // how often something was dropped
	deletes recentDeletes
}

// load is a read that makes a chunk longer. But for done, its fields are guarded by
// replay.mu.
type load struct {
	from, to int64         // the numbers above from up to to
	done     chan struct{} // closed when err is known
	err      error
	later    []Event // delivered since it began, from to+1 on
	deleted  []int64 // the targets of deletes that arrived since it began
}

func newReplay(reader replayReader, heard *heartbeats, bound int) *replay {
	if bound <= 0 {
		bound = replayBytes
	}
	return &replay{reader: reader, heard: heard, now: reader.now, bound: bound, rooms: map[RoomID]map[int64]*chunk{}, used: list.New()}
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
	for range replayTries {
		if !r.heard.lately() {
			break
		}
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
	return r.ask(ctx, room, after, last)
}

// ask reads past the cache, once for all who ask for the same at the same time.
func (r *replay) ask(ctx context.Context, room RoomID, after, last int64) ([]Event, error) {
	type answer struct {
		events []Event
		begun  time.Time
	}
	for {
		r.mu.Lock()
		key := fmt.Sprint(room, " ", after, " ", last, " ", r.drops) // what was read before a drop is not shared after it
		r.mu.Unlock()
		read := r.direct.DoChan(key, func() (any, error) {
			begun := r.now()
			events, err := r.reader.read(context.WithoutCancel(ctx), room, after, last)
			return answer{events, begun}, err
		})
		select {
		case got := <-read:
			if got.Err != nil {
				return nil, got.Err
			}
			// Later than that, a delete may have come that nobody was told of.
			if a := got.Val.(answer); r.now().Sub(a.begun) < beatLost {
				return a.events, nil
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// goOn says whether who wants what stands after a number may try again when a load has
// ended: also when it failed only because the chunk begins above the room's fence.
func (r *replay) goOn(t taken, after int64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var trimmed *trimmedError
	if !errors.As(t.load.err, &trimmed) || trimmed.first-1 > after {
		return t.load.err
	}
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
	for _, e := range append(events, l.later...) {
		r.grow(c, e)
	}
	for _, target := range l.deleted {
		r.blank(c, target)
	}
	for _, target := range r.deletes.of(c.room, r.now()) {
		r.blank(c, target)
	}
	r.evict(c)
}
