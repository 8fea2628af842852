package streams

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"roomstream/rooms"
)

const (
	// reopenFirst and reopenMost bound the pauses between attempts to reopen a feed.
	reopenFirst = 50 * time.Millisecond
	reopenMost  = 5 * time.Second
	// openTimeout bounds one attempt.
	openTimeout = 10 * time.Second
)

// feed is one change stream and those who listen to it.
type feed struct {
	service  *Service
	declared *declared
	id       string
	watch    Watch
	route    route

	opened  chan struct{} // closed when the first opening has succeeded or failed
	failure error         // why it failed; fixed when opened is closed
	users   int           // who hold it; guarded by the Service's lock

	idle    chan struct{} // rings when somebody left
	stopped chan struct{} // closed by stop

	mu       sync.Mutex
	ended    bool
	position Position // of what was dispatched
	members  audience
	bindings map[string]*shared
	back     []*member // who wait for a cursor to catch up by
	fetching bool      // somebody is about to take them
}

// feed gives the feed of a plan, opened by whoever comes first. Its holder calls release.
func (s *Service) feed(d *declared, p plan) (*feed, error) {
	id := d.id + p.id()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch now := s.declared[d.Name]; {
	case now == nil:
		return nil, notDeclared(d.Name)
	case now != d:
		return nil, rooms.E(rooms.CodeConflict, "the stream is being declared anew: try again")
	}
	if f := s.feeds[id]; f != nil {
		f.users++
		return f, nil
	}
	if len(s.feeds) >= s.most {
		full := rooms.E(rooms.CodeOverloaded, "all %d cursors are in use: see -max-cursors", s.most)
		full.RetryAfter = 5 * time.Second
		return nil, full
	}
	f := &feed{
		service: s, declared: d, id: id, route: p.route, watch: d.watch(p.pipeline), users: 1,
		opened: make(chan struct{}), idle: make(chan struct{}, 1), stopped: make(chan struct{}), members: newAudience(), bindings: map[string]*shared{},
	}
	if !s.beginLocked(f.run) {
		return nil, errNotRunning()
	}
	s.feeds[id] = f
	return f, nil
}

func (s *Service) release(f *feed) {
	s.mu.Lock()
	f.users--
	s.mu.Unlock()
	f.ring()
}

func (f *feed) ring() {
	select {
	case f.idle <- struct{}{}:
	default:
	}
}

// run follows the change stream until nobody listens any more, or it cannot go on.
func (f *feed) run(ctx context.Context) {
	live, cancel := context.WithCancel(ctx)
	defer cancel()
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		defer cancel()
		f.awaitUnused(live)
	}()
	reason := f.follow(live)
	cancel()
	<-watching
	if ctx.Err() != nil {
		reason = ReasonDraining
	}
	f.end(reason)
}

// awaitUnused returns when nobody has listened for the time of Options.Linger, and takes the feed away.
func (f *feed) awaitUnused(ctx context.Context) {
	timer := time.NewTimer(f.service.linger)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.stopped:
			return
		case <-f.idle:
			timer.Reset(f.service.linger)
		case <-timer.C:
			if f.remove(false) {
				return
			}
			timer.Reset(f.service.linger)
		}
	}
}

// stop ends the feed; call it once.
func (f *feed) stop(reason Reason) {
	f.end(reason)
	close(f.stopped)
}

// remove takes the feed out of the Service, where nobody uses it or at any rate.
func (f *feed) remove(atAnyRate bool) bool {
	f.service.mu.Lock()
	defer f.service.mu.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	if !atAnyRate && (f.users > 0 || len(f.members.all) > 0) {
		return false
	}
	f.ended = true
	if f.service.feeds[f.id] == f {
		delete(f.service.feeds, f.id)
	}
	return true
}

// end closes what is left.
func (f *feed) end(reason Reason) {
	f.remove(true)
	f.mu.Lock()
	members := f.members.all
	f.members, f.back = newAudience(), nil
	f.mu.Unlock()
	for m := range members {
		m.end(reason)
	}
}

// join adds a member; false: the feed has ended. With later set, live events wait for it, and they do where it lacks some
// that came before.
func (f *feed) join(m *member, later bool) (bool, error) {
	if f.failure != nil {
		return false, f.failure
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		return false, nil
	}
	m.joined = f.position
	m.behind = m.after != "" && m.after < f.position
	m.waiting = later || m.behind
	f.members.add(m)
	f.share(m)
	return true, nil
}

// leave takes a member out who wants to go.
func (f *feed) leave(m *member) {
	f.forget(m)
	m.end("")
}

// forget takes a member out.
func (f *feed) forget(m *member) {
	f.mu.Lock()
	if _, in := f.members.all[m]; in {
		f.members.drop(m)
		f.unshare(m)
	}
	f.mu.Unlock()
	f.ring()
}

// shared is one binding for all members with the same values, whose places are then written once.
type shared struct {
	*binding
	members int
}

// share gives a member the binding of those with the same values; the lock is held.
func (f *feed) share(m *member) {
	key := string(m.binding.key)
	if f.bindings[key] == nil {
		f.bindings[key] = &shared{binding: m.binding}
	}
	f.bindings[key].members++
	m.binding = f.bindings[key].binding
}

func (f *feed) unshare(m *member) {
	key := string(m.binding.key)
	if f.bindings[key].members--; f.bindings[key].members == 0 {
		delete(f.bindings, key)
	}
}

// follow tells of events until it cannot go on, and returns why.
func (f *feed) follow(ctx context.Context) Reason {
	pause := reopenFirst
	for {
		err := f.read(ctx, &pause)
		switch code := rooms.AsError(err).Code; {
		case ctx.Err() != nil:
			f.open(errNotRunning()) // or the declaration changed: who tries again finds the new one
			return ReasonDraining
		case f.refused(err):
			return ReasonFailed // nobody is there yet who could be told
		case errors.Is(err, ErrDropped):
			return ReasonDropped
		case errors.Is(err, ErrTooLarge):
			err = f.stepOver(ctx, f.at(), f.take)
			f.log("a feed met an event too large to be sent", err)
		case code == rooms.CodeGone:
			return ReasonHistoryLost
		case code == rooms.CodeBadRequest:
			f.log("the database refuses a stream's stages", err)
			return ReasonFailed
		default:
			f.log("a feed ended and is reopened", err)
			f.service.reopenings.Add(1)
		}
		sleep(ctx, pause/2+rand.N(pause/2+1))
		pause = min(2*pause, reopenMost)
	}
}

func (f *feed) log(message string, err error) {
	f.service.logger.Warn(message, "stream", f.declared.Name.String(), "error", err)
}

// refused says that the first opening failed: whoever waits is told, and may try again.
func (f *feed) refused(err error) bool {
	if f.isOpen() {
		return false
	}
	f.open(err)
	return true
}

// open says how the first opening went; later calls do nothing. Only run's goroutine calls it.
func (f *feed) open(failure error) {
	select {
	case <-f.opened:
	default:
		if f.failure = failure; failure != nil {
			f.remove(true)
		}
		close(f.opened)
	}
}

func (f *feed) isOpen() bool {
	select {
	case <-f.opened:
		return f.failure == nil
	default:
		return false
	}
}

// read opens the change stream behind the last event and tells of its events.
func (f *feed) read(ctx context.Context, pause *time.Duration) error {
	w := f.watch
	w.After = f.at()
	opening, cancel := context.WithTimeout(ctx, openTimeout)
	cursor, err := f.service.db.Open(opening, w)
	cancel()
	if err != nil {
		return fmt.Errorf("open %s: %w", f.declared.Name, err)
	}
	defer cursor.Close()
	if err := f.place(ctx, cursor); err != nil {
		return err
	}
	f.open(nil)
	return consume(ctx, cursor, func(event bson.Raw, at Position) bool {
		*pause = reopenFirst
		return f.take(event, at)
	})
}

// place finds where the stream has begun. One that begins now has no place yet where its first answer has events: the first
// of them is passed over, for nobody is here yet whom it is for, and who comes back and lacks it reads it as all else behind
// his place. Without a place nobody would be known to be behind.
func (f *feed) place(ctx context.Context, cursor Cursor) error {
	for f.moved(cursor.Position()); f.at() == ""; f.moved(cursor.Position()) {
		if _, err := cursor.Next(ctx); err != nil {
			return err
		}
	}
	return nil
}

// take is the feed as a taker.
func (f *feed) take(event bson.Raw, at Position) bool {
	if event == nil {
		f.moved(at)
	} else {
		f.dispatch(event)
	}
	return true
}

func (f *feed) at() Position {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.position
}

// moved notes where the stream has got to.
func (f *feed) moved(to Position) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.position = max(f.position, to)
}

// dispatch gives an event to those it is for.
func (f *feed) dispatch(event bson.Raw) {
	a := arrival{newChange(event, f.declared), positionOf(event)}
	keys := f.keysOf(event)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.position = max(f.position, a.position)
	f.members.each(f.route, event, keys, func(m *member) { m.arrive(a) })
}

// keysOf gives the keys of an event; nil where nothing is lifted.
func (f *feed) keysOf(event bson.Raw) []string {
	if f.route.paths == nil {
		return nil
	}
	return f.route.eventKeys(event)
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
