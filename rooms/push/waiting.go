package push

import (
	"cmp"
	"container/heap"
	"maps"
	"slices"
	"sync"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

const (
	// missedMost bounds what waits to be looked at, waitingMost the deliveries that wait for their time, waitingService those to
	// one service and waitingUser those of one user. What comes beyond is not pushed. A message takes about a kilobyte.
	missedMost     = 5_000
	waitingMost    = 5_000
	waitingService = waitingMost / 2
	waitingUser    = 200
	// atOnce bounds the requests under way, perService those to one service, so that one that hangs, which may be that of most
	// users, leaves places for the others; perUser those of one user.
	atOnce     = 128
	perService = atOnce / 4
	perUser    = 4
	// Anybody may name a service, and one name of a domain is as good as another: who has many that hang would have all places.
	// So those that have not shown that they answer share some, strangers in all and perStranger each. One has shown it that
	// answered answersToTrust times in a row.
	strangers      = atOnce / 4
	perStranger    = strangers / 4
	answersToTrust = 8
	// knownServices bounds the services whose answers are counted. There are a handful in the world that browsers use.
	knownServices = 1_000
)

// reaction is what a try says of its service.
type reaction int

// unasked: nothing was asked of it.
const (
	unasked reaction = iota
	answered
	silent
)

// delivery is a message on its way to a device.
type delivery struct {
	device   rooms.Subscription
	missed   rooms.Missed
	since    time.Time // when it was missed
	due      time.Time // when it is tried next
	attempts int       // that failed
	service  string    // the origin that it goes to
	place    int       // in the heap
	strange  bool      // it runs, and its service was not trusted when it began
	dropped  bool      // not to be tried again
}

// deliveryKey is what of one waits: of one room only the newest.
type deliveryKey struct {
	device string
	room   rooms.RoomID
}

func (d *delivery) key() deliveryKey { return deliveryKey{d.device.ID, d.missed.RoomID} }

func (d *delivery) concerns(user auth.UserID) bool { return concerns(&d.missed, user) }

func concerns(m *rooms.Missed, user auth.UserID) bool { return m.UserID == user || m.Author == user }

// waiting is what was missed and what is on its way. It is safe for concurrent use and never waits.
type waiting struct {
	now  func() time.Time
	wake chan struct{} // holds 1: something can be done

	mu      sync.Mutex
	missed  []rooms.Missed
	looked  *rooms.Missed             // is being looked at; nil: none is, or it was dropped
	lanes   map[string]*lane          // by the service
	queued  int                       // in all lanes
	byKey   map[deliveryKey]*delivery // those in a lane
	ofUser  map[auth.UserID]int       // how many of them
	running map[*delivery]bool
	busy    map[auth.UserID]int // how many of those
	strange int                 // how many of those began when their service was not trusted
	answers map[string]int      // by the service, how often in a row it has answered, up to answersToTrust
}

// lane is what goes to one service. There is none without something that waits or runs.
type lane struct {
	queue   dueQueue
	running int
}

func newWaiting(now func() time.Time) *waiting {
	return &waiting{
		now: now, wake: make(chan struct{}, 1), lanes: map[string]*lane{}, byKey: map[deliveryKey]*delivery{}, ofUser: map[auth.UserID]int{},
		running: map[*delivery]bool{}, busy: map[auth.UserID]int{}, answers: map[string]int{},
	}
}

func (w *waiting) ring() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// miss takes what was missed, and returns how much of it there is no place for.
func (w *waiting) miss(list []rooms.Missed) (lost int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fit := min(len(list), missedMost-len(w.missed))
	w.missed = append(w.missed, list[:fit]...)
	w.ring()
	return len(list) - fit
}

// look takes the next that was missed; deliver ends it.
func (w *waiting) look() (rooms.Missed, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.missed) == 0 {
		w.missed = nil // lets go of the array
		return rooms.Missed{}, false
	}
	m := w.missed[0]
	w.missed = w.missed[1:]
	w.looked = &m
	return m, true
}

// deliver queues what is being looked at for devices, and returns for how many there is no place.
func (w *waiting) deliver(devices []rooms.Subscription) (lost int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := w.looked
	w.looked = nil
	if m == nil {
		return 0
	}
	now := w.now()
	for _, device := range devices {
		there := w.byKey[deliveryKey{device.ID, m.RoomID}]
		if there != nil && there.missed.UserID == m.UserID {
			there.device, there.missed, there.since = device, *m, now
			continue
		}
		if there != nil { // of who had the device before
			w.pull(there)
		}
		service := serviceOf(&device)
		if w.queued >= waitingMost || w.waitingFor(service) >= waitingService || w.ofUser[m.UserID] >= waitingUser {
			w.tidy(service)
			lost++
			continue
		}
		w.push(&delivery{device: device, missed: *m, service: service, since: now, due: now})
	}
	w.ring()
	return lost
}

// waitingFor is how many wait for a service; the lock is held.
func (w *waiting) waitingFor(service string) int {
	if l := w.lanes[service]; l != nil {
		return len(l.queue)
	}
	return 0
}

// push and pull put a delivery into its lane and take it out; the lock is held. pull leaves a lane that is empty to tidy.
func (w *waiting) push(d *delivery) {
	l := w.lanes[d.service]
	if l == nil {
		l = &lane{}
		w.lanes[d.service] = l
	}
	heap.Push(&l.queue, d)
	w.queued++
	w.byKey[d.key()] = d
	w.ofUser[d.missed.UserID]++
}

func (w *waiting) pull(d *delivery) {
	heap.Remove(&w.lanes[d.service].queue, d.place)
	w.queued--
	delete(w.byKey, d.key())
	if w.ofUser[d.missed.UserID]--; w.ofUser[d.missed.UserID] == 0 {
		delete(w.ofUser, d.missed.UserID)
	}
}

// tidy removes a lane that nothing is in; the lock is held.
func (w *waiting) tidy(service string) {
	if l := w.lanes[service]; l != nil && len(l.queue) == 0 && l.running == 0 {
		delete(w.lanes, service)
	}
}

// next takes a delivery whose time has come, and whose service and user have a place; done ends it.
func (w *waiting) next() *delivery {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.running) >= atOnce {
		return nil
	}
	now := w.now()
	var longest []*lane               // of strangers; the one for which most waits comes first: it is what most users chose
	for service, l := range w.lanes { // in any order: none comes before others
		switch {
		case w.answers[service] < answersToTrust:
			if l.running < perStranger && len(l.queue) > 0 {
				longest = append(longest, l)
			}
		case l.running < perService:
			if found := w.take(l, now); found != nil {
				return w.run(l, found)
			}
		}
	}
	if w.strange >= strangers {
		return nil
	}
	slices.SortFunc(longest, func(a, b *lane) int { return cmp.Compare(len(b.queue), len(a.queue)) })
	for _, l := range longest {
		if found := w.take(l, now); found != nil {
			found.strange = true
			w.strange++
			return w.run(l, found)
		}
	}
	return nil
}

// run notes that a delivery of a lane runs; the lock is held.
func (w *waiting) run(l *lane, d *delivery) *delivery {
	l.running++
	w.running[d] = true
	w.busy[d.missed.UserID]++
	return d
}

// heard notes whether a service answered, whatever it said; the lock is held.
func (w *waiting) heard(service string, answered bool) {
	if !answered {
		delete(w.answers, service)
		return
	}
	if _, there := w.answers[service]; !there && len(w.answers) >= knownServices {
		maps.DeleteFunc(w.answers, func(_ string, n int) bool { return n < answersToTrust })
		if len(w.answers) >= knownServices {
			clear(w.answers) // they earn it anew in a moment
		}
	}
	w.answers[service] = min(w.answers[service]+1, answersToTrust)
}

// take is next of one lane, which stays; the lock is held.
func (w *waiting) take(l *lane, now time.Time) (found *delivery) {
	var passed []*delivery // their users have no place
	for len(l.queue) > 0 && found == nil && !l.queue[0].due.After(now) {
		d := l.queue[0]
		w.pull(d)
		if w.busy[d.missed.UserID] < perUser {
			found = d
		} else {
			passed = append(passed, d)
		}
	}
	for _, d := range passed {
		w.push(d)
	}
	return found
}

// done ends a try, which said something of the service or did not. again: the delivery is tried once more at due, unless it
// was dropped, or a newer one of its room waits.
func (w *waiting) done(d *delivery, said reaction, again bool, due time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.running, d)
	if d.strange {
		d.strange = false
		w.strange--
	}
	if said != unasked {
		w.heard(d.service, said == answered)
	}
	w.lanes[d.service].running--
	defer w.tidy(d.service)
	if w.busy[d.missed.UserID]--; w.busy[d.missed.UserID] == 0 {
		delete(w.busy, d.missed.UserID)
	}
	if newer := w.byKey[d.key()]; newer != nil && again && newer.due.Before(due) {
		newer.due, newer.attempts = due, d.attempts // the service wants to be left alone until then
		heap.Fix(&w.lanes[d.service].queue, newer.place)
	} else if newer == nil && again && !d.dropped {
		d.due = due
		w.push(d)
	}
	w.ring()
}

// forget drops what waits for a user, or was written by him.
func (w *waiting) forget(user auth.UserID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var kept []rooms.Missed
	for i := range w.missed {
		if !concerns(&w.missed[i], user) {
			kept = append(kept, w.missed[i])
		}
	}
	w.missed = kept
	if w.looked != nil && concerns(w.looked, user) {
		w.looked = nil
	}
	for _, d := range w.byKey {
		if d.concerns(user) {
			w.pull(d)
			w.tidy(d.service)
		}
	}
	for d := range w.running {
		d.dropped = d.dropped || d.concerns(user)
	}
}

// dueQueue is a heap of deliveries, those first whose time comes first.
type dueQueue []*delivery

func (q dueQueue) Len() int           { return len(q) }
func (q dueQueue) Less(i, j int) bool { return q[i].due.Before(q[j].due) }
func (q dueQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}
func (q *dueQueue) Push(x any) {
	d := x.(*delivery)
	d.place = len(*q)
	*q = append(*q, d)
}
func (q *dueQueue) Pop() any {
	old := *q
	d := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	return d
}
