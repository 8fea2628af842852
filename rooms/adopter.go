package rooms

import (
	"bytes"
	"context"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

const (
	// adoptLater is how long the instances that do not own a room leave its
	// documents to the one that does; the same again at most is added at random.
	adoptLater = 125 * time.Millisecond
	// adoptQueue bounds the documents that wait; past it they are looked for by a scan.
	adoptQueue = 10_000
	// orphanPage is how many documents one step of a scan takes.
	orphanPage = 1000
	// orphanSlack is how far back a scan after a lost stream starts: other programs
	// make the ids, with clocks of their own.
	orphanSlack = time.Hour
	// orphanRetry is the wait after a scan that failed or found the lanes full.
	orphanRetry = time.Second
)

// adopter has documents numbered that other programs inserted: at once where this
// instance owns the room, a little later where another does and may have failed to.
//
// Concurrency: offer and scanFrom are safe from any goroutine. Lifecycle: run ends
// with its context. Order and loss: documents of one room are numbered in the order
// they arrived in; what does not fit the queue is found again by a scan.
type adopter struct {
	foreign  Foreign
	lanes    *appender
	peers    *peers
	ensure   func(context.Context, RoomID) error
	searched func() // called when a search is through
	now      func() time.Time
	logger   *slog.Logger
	wake     chan struct{}
	mu       sync.Mutex
	waiting  []laterEvent // in the order they arrived
	scan     bool
	scanFrom EventID
}

type laterEvent struct {
	event *Event
	due   time.Time
}

// offer takes documents without a number.
func (a *adopter) offer(events []*Event) {
	now := a.now()
	later := now.Add(adoptLater + rand.N(adoptLater))
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range events {
		if len(a.waiting) >= adoptQueue {
			a.scanLocked(now)
			return
		}
		due := now
		if !a.peers.owns(e.RoomID) {
			due = later
		}
		a.waiting = append(a.waiting, laterEvent{e, due})
	}
	a.ring()
}

// look has the collection searched for documents without a number that were made
// after since (zero: ever).
func (a *adopter) look(since time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.scanLocked(since)
}

func (a *adopter) scanLocked(since time.Time) {
	var from EventID
	if !since.IsZero() {
		since = since.Add(-orphanSlack)
		s := uint32(max(since.Unix(), 0))
		from[0], from[1], from[2], from[3] = byte(s>>24), byte(s>>16), byte(s>>8), byte(s)
	}
	a.scanFromLocked(from)
}

// scanFromLocked asks for a search; one that is asked for already keeps the earlier start.
func (a *adopter) scanFromLocked(from EventID) {
	if !a.scan || bytes.Compare(from[:], a.scanFrom[:]) < 0 {
		a.scanFrom = from
	}
	a.scan = true
	a.ring()
}

func (a *adopter) ring() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

func (a *adopter) run(ctx context.Context) error {
	for ctx.Err() == nil {
		wait := a.pass(ctx)
		if from, ok := a.takeScan(); ok && !a.search(ctx, from) {
			pause(ctx, orphanRetry, nil)
		}
		pause(ctx, wait, a.wake)
	}
	return nil
}

// pass hands what is due to the lanes and tells when the next is due.
func (a *adopter) pass(ctx context.Context) time.Duration {
	now := a.now()
	var due []*Event
	var wait time.Duration
	a.mu.Lock()
	kept := a.waiting[:0]
	for _, l := range a.waiting {
		if l.due.After(now) {
			if d := l.due.Sub(now); wait == 0 || d < wait {
				wait = d
			}
			kept = append(kept, l)
			continue
		}
		due = append(due, l.event)
	}
	clear(a.waiting[len(kept):])
	a.waiting = kept
	a.mu.Unlock()
	if !a.hand(ctx, due) {
		a.look(now)
	}
	return wait
}

// hand gives events to their lanes; false: some did not fit.
func (a *adopter) hand(ctx context.Context, events []*Event) bool {
	byLane := map[*lane][]*Event{}
	for _, e := range events {
		if err := a.ensure(ctx, e.RoomID); err != nil {
			a.logger.Warn("the room of a foreign document could not be made", "room", e.RoomID, "error", err)
		}
		l := a.lanes.lane(e.RoomID)
		byLane[l] = append(byLane[l], e)
	}
	fits := true
	for l, events := range byLane {
		fits = l.adopt(events) && fits
	}
	return fits
}

func (a *adopter) takeScan() (EventID, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.scan {
		return EventID{}, false
	}
	a.scan = false
	return a.scanFrom, true
}

// search looks through the collection; false: it must be searched again.
func (a *adopter) search(ctx context.Context, from EventID) bool {
	for {
		// Not under opTimeout: a large collection takes longer, and would be searched from
		// the same place for ever.
		orphans, err := a.foreign.Orphans(ctx, from, orphanPage)
		if err != nil {
			if ctx.Err() == nil {
				a.logger.Warn("looking for documents without a number failed", "error", err)
			}
			a.again(from)
			return false
		}
		if len(orphans) == 0 {
			a.searched()
			return true
		}
		events := make([]*Event, len(orphans))
		for i := range orphans {
			events[i] = &orphans[i]
		}
		if !a.hand(ctx, events) {
			a.again(from)
			return false
		}
		from = orphans[len(orphans)-1].ID
	}
}

func (a *adopter) again(from EventID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.scanFromLocked(from)
}

// peers knows the live instances by their heartbeats.
type peers struct {
	self string
	now  func() time.Time
	mu   sync.Mutex
	seen map[string]time.Time
}

func newPeers(self string, now func() time.Time) *peers {
	return &peers{self: self, now: now, seen: map[string]time.Time{}}
}

// heard notes a heartbeat and says whether it was this instance's own.
func (p *peers) heard(instance string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen[instance] = p.now()
	return instance == p.self
}

// fresh says whether this instance's own heartbeat came through lately.
func (p *peers) fresh() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.seen[p.self]
	return ok && p.now().Sub(at) < beatLost
}

// others gives the live instances but this one, in order.
func (p *peers) others() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var live []string
	for instance, at := range p.seen {
		if instance != p.self && p.now().Sub(at) < beatLost {
			live = append(live, instance)
		}
	}
	slices.Sort(live)
	return live
}

// owns says whether this instance has the highest weight for the room among the
// live ones (rendezvous hashing: Thaler and Ravishankar, 1998).
func (p *peers) owns(room RoomID) bool {
	own := weight(p.self, room)
	p.mu.Lock()
	defer p.mu.Unlock()
	for instance, at := range p.seen {
		if p.now().Sub(at) >= beatLost {
			delete(p.seen, instance)
			continue
		}
		if instance != p.self && weight(instance, room) > own {
			return false
		}
	}
	return true
}

func weight(instance string, room RoomID) uint64 {
	h := fnv.New64a()
	h.Write([]byte(instance))
	h.Write([]byte{0})
	h.Write([]byte(room))
	x := h.Sum64() // FNV's last bytes hardly reach the high bits: mix (SplitMix64's finalizer)
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}
