package rooms

import (
	"container/list"
	"time"
)

const (
	// chunkOverhead is what an entry of the cache takes besides its events, in bytes,
	// rounded up: without it rooms without events would cost nothing.
	chunkOverhead = 512
	// deletesKept and deletesFor bound the deletes that are remembered for reads to come.
	// A primary that was just elected may for a moment show less than the stream told
	// before; that lasts as long as its first write takes, an election at most.
	deletesKept = 4096
	deletesFor  = 30 * time.Second
)

// chunk is a room's events above base, consecutive, of those from k*chunkEvents+1 on. Its
// fields are guarded by replay.mu.
type chunk struct {
	room   RoomID
	k      int64
	base   int64 // k*chunkEvents, or the room's last trimmed number
	events []Event
	edits  map[int64][]int // a message's edits: their places in events
	bytes  int
	at     *list.Element
	load   *load // nil: none is under way
}

// to is the last number that the chunk holds.
func (c *chunk) to() int64 { return c.base + int64(len(c.events)) }

// between copies the events with after < seq <= last.
func (c *chunk) between(after, last int64) []Event {
	return append([]Event(nil), c.events[after-c.base:last-c.base]...)
}

// add makes an empty chunk; the lock is held.
func (r *replay) add(room RoomID, k int64) *chunk {
	c := &chunk{room: room, k: k, base: k * chunkEvents, bytes: chunkOverhead}
	c.at = r.used.PushFront(c)
	if r.rooms[room] == nil {
		r.rooms[room] = map[int64]*chunk{}
	}
	r.rooms[room][k] = c
	r.bytes += c.bytes
	r.evict(c)
	return c
}

// grow appends an event to its chunk if it is the next; the lock is held.
func (r *replay) grow(c *chunk, e Event) {
	if e.Seq != c.to()+1 || e.Seq > (c.k+1)*chunkEvents {
		return
	}
	if e.Type == TypeEdit {
		if c.edits == nil {
			c.edits = map[int64][]int{}
		}
		c.edits[e.Target] = append(c.edits[e.Target], len(c.events))
	}
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
	if r.rooms[room] == nil {
		return
	}
	for i := range events {
		e := &events[i]
		k := (e.Seq - 1) / chunkEvents
		c := r.rooms[room][k]
		if before := r.rooms[room][k-1]; c == nil && before != nil && before.to() == e.Seq-1 {
			c = r.add(room, k)
		}
		switch {
		case c == nil:
		case c.load == nil:
			r.grow(c, *e)
			r.evict(c)
		case e.Seq == c.load.to+1+int64(len(c.load.later)) && e.Seq <= (k+1)*chunkEvents:
			c.load.later = append(c.load.later, *e) // else who asks next would read it
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
			r.deletes.add(recentDelete{e.RoomID, e.Target, r.now()})
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
	if target > c.base && target <= c.to() {
		r.blankAt(c, int(target-c.base-1))
	}
	for _, at := range c.edits[target] {
		r.blankAt(c, at)
	}
}

func (r *replay) blankAt(c *chunk, at int) {
	e := &c.events[at]
	if e.Erased || e.Type != TypeMessage && e.Type != TypeEdit {
		return
	}
	less := e.Size()
	*e = e.blanked()
	less -= e.Size()
	c.bytes -= less
	r.bytes -= less
}

// drop forgets everything: the stream may have missed a delete, or content was erased.
func (r *replay) drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.rooms)
	r.used.Init()
	r.bytes = 0
	r.drops++
}

// dropRoom forgets one room.
func (r *replay) dropRoom(room RoomID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.rooms[room] {
		r.remove(c)
	}
	r.drops++
}

// recentDelete is a delete that the stream told.
type recentDelete struct {
	room   RoomID
	target int64
	at     time.Time
}

// recentDeletes keeps the deletes that were told last; guarded by replay.mu.
type recentDeletes struct {
	ring []recentDelete
	next int
}

func (d *recentDeletes) add(one recentDelete) {
	if len(d.ring) < deletesKept {
		d.ring = append(d.ring, one)
		return
	}
	d.ring[d.next] = one
	d.next = (d.next + 1) % deletesKept
}

// of gives the targets of a room's deletes that are recent.
func (d *recentDeletes) of(room RoomID, now time.Time) []int64 {
	var targets []int64
	for i := range d.ring {
		if d.ring[i].room == room && now.Sub(d.ring[i].at) < deletesFor {
			targets = append(targets, d.ring[i].target)
		}
	}
	return targets
}
