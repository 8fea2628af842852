package rooms

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"roomstream/auth"
)

const (
	// presenceFlush gathers the comings and goings of a moment into one signal: when a
	// network returns, thousands come at once.
	presenceFlush = 100 * time.Millisecond
	// presenceUsers bounds the users of one signal.
	presenceUsers = 500
	// leaseEvery is how often an instance says that it lives, leaseLost after what silence
	// its sockets no longer count.
	leaseEvery = 3 * time.Second
	leaseLost  = 10 * time.Second
	// askAgain is how long an answer to a hello is waited for.
	askAgain = time.Second
	// lastSeenKept bounds the users whose leaving is remembered; past it all are forgotten.
	lastSeenKept = 100_000
	// farewell is how long an instance that ends may take to say so.
	farewell = 500 * time.Millisecond
)

// presence counts each user's sockets over all instances. An instance tells what
// changed at it, in numbered signals; who misses one asks for everything. One that falls
// silent is taken out when its lease ends.
//
// Concurrency: all methods are safe from any goroutine. Lifecycle: run ends with its
// context and says goodbye. Order and loss: what an instance tells arrives in its order or
// is asked for anew; other instances follow within about presenceFlush.
type presence struct {
	self    string
	signals Signals
	queue   func(Signal) // without waiting
	now     func() time.Time
	warn    func(message string, err error)
	wake    chan struct{} // holds 1: something is to be told
	asked   chan struct{} // holds 1: somebody wants to know everything

	mu       sync.Mutex
	local    map[auth.UserID]int
	changed  map[auth.UserID]bool // not told yet
	sent     int64                // the number of the last signal
	others   map[string]*otherInstance
	lastSeen map[auth.UserID]time.Time
}

// otherInstance is what another instance has told.
type otherInstance struct {
	users map[auth.UserID]int
	last  int64 // the number of its last signal
	known bool  // all before it were heard, too
	heard time.Time
	asked time.Time // when everything was asked for
}

func newPresence(self string, signals Signals, queue func(Signal), now func() time.Time, warn func(string, error)) *presence {
	return &presence{
		self: self, signals: signals, queue: queue, now: now, warn: warn, wake: make(chan struct{}, 1), asked: make(chan struct{}, 1),
		local: map[auth.UserID]int{}, changed: map[auth.UserID]bool{},
		others: map[string]*otherInstance{}, lastSeen: map[auth.UserID]time.Time{},
	}
}

// came and went count a socket of a user here.
func (p *presence) came(user auth.UserID) { p.count(user, 1) }
func (p *presence) went(user auth.UserID) { p.count(user, -1) }

func (p *presence) count(user auth.UserID, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.local[user] += n; p.local[user] <= 0 {
		delete(p.local, user)
		p.saw(user, p.now())
	}
	p.changed[user] = true
	ring(p.wake)
}

// here says whether a user has a socket at this instance.
func (p *presence) here(user auth.UserID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.local[user] > 0
}

// saw notes when a user was last here; the lock is held.
func (p *presence) saw(user auth.UserID, at time.Time) {
	if len(p.lastSeen) >= lastSeenKept {
		clear(p.lastSeen)
	}
	if at.After(p.lastSeen[user]) {
		p.lastSeen[user] = at
	}
}

func ring(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// again begins anew when a stream of signals opened: others may have told something
// meanwhile, and wondered what happened here.
func (p *presence) again() {
	p.queue(Signal{Kind: SignalHello})
	ring(p.asked)
}

// run tells the others what changes here.
func (p *presence) run(ctx context.Context) error {
	lease := time.NewTicker(leaseEvery)
	defer lease.Stop()
	for {
		select {
		case <-ctx.Done():
			p.leave(ctx)
			return nil
		case <-p.wake:
			pause(ctx, presenceFlush, nil)
			p.send(ctx, p.changes())
		case <-p.asked:
			p.send(ctx, p.everything())
		case <-lease.C:
			p.send(ctx, []Signal{{Kind: SignalLease, Ref: p.number()}})
			p.expire()
		}
	}
}

// leave takes this instance's sockets out everywhere at once; a lost farewell costs
// the others leaseLost.
func (p *presence) leave(ctx context.Context) {
	p.mu.Lock()
	clear(p.local)
	p.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	p.send(ctx, p.everything())
}

func (p *presence) send(ctx context.Context, signals []Signal) {
	if len(signals) == 0 {
		return
	}
	for i := range signals {
		signals[i].Instance = p.self
	}
	ctx, cancel := context.WithTimeout(ctx, signalPatience)
	defer cancel()
	if err := p.signals.Send(ctx, signals); err != nil && ctx.Err() == nil {
		p.warn("presence was not told", err)
	}
}

func (p *presence) number() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strconv.FormatInt(p.sent, 10)
}

// changes gives what was not told yet.
func (p *presence) changes() []Signal {
	p.mu.Lock()
	defer p.mu.Unlock()
	var users []UserSockets
	for user := range p.changed {
		users = append(users, UserSockets{user, p.local[user]})
	}
	clear(p.changed)
	return p.numbered(users, false)
}

// everything gives all sockets here, and begins anew for who hears it.
func (p *presence) everything() []Signal {
	p.mu.Lock()
	defer p.mu.Unlock()
	users := make([]UserSockets, 0, len(p.local))
	for user, sockets := range p.local {
		users = append(users, UserSockets{user, sockets})
	}
	clear(p.changed)
	return p.numbered(users, true)
}

// numbered puts users into signals; anew: the first of them begins from nothing. The
// lock is held.
func (p *presence) numbered(users []UserSockets, anew bool) []Signal {
	var signals []Signal
	for chunk := range slices.Chunk(users, presenceUsers) {
		signals = append(signals, Signal{Kind: SignalPresence, Users: chunk})
	}
	if anew && len(signals) == 0 {
		signals = append(signals, Signal{Kind: SignalPresence})
	}
	for i := range signals {
		p.sent++
		signals[i].Ref = strconv.FormatInt(p.sent, 10)
		signals[i].On = anew && i == 0
	}
	return signals
}

// told takes a signal of presence, a lease or a hello.
func (p *presence) told(g Signal) {
	if g.Instance == p.self {
		return
	}
	if g.Kind == SignalHello {
		if g.Ref == "" || g.Ref == p.self {
			ring(p.asked)
		}
		return
	}
	number, err := strconv.ParseInt(g.Ref, 10, 64)
	if err != nil {
		return // of a version that counts otherwise
	}
	if p.take(g, number) {
		return
	}
	p.queue(Signal{Kind: SignalHello, Ref: g.Instance})
}

// take notes a signal; false: one before it is missing and must be asked for.
func (p *presence) take(g Signal, number int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.others[g.Instance]
	if o == nil {
		o = &otherInstance{users: map[auth.UserID]int{}}
		p.others[g.Instance] = o
	}
	o.heard = p.now()
	switch {
	case g.Kind == SignalLease:
		return o.known && number <= o.last || number == 0 || o.justAsked(o.heard)
	case g.On:
		p.forget(o)
		o.known = true
	case number != o.last+1:
		o.known = false
	}
	o.last = number
	for _, u := range g.Users {
		if u.Sockets > 0 {
			o.users[u.User] = u.Sockets
			continue
		}
		delete(o.users, u.User)
		p.saw(u.User, p.now())
	}
	return o.known || o.justAsked(o.heard)
}

// justAsked says whether everything was asked for a moment ago; else it is now.
func (o *otherInstance) justAsked(now time.Time) bool {
	if now.Sub(o.asked) < askAgain {
		return true
	}
	o.asked = now
	return false
}

// expire takes out the instances whose lease has ended.
func (p *presence) expire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for instance, o := range p.others {
		if p.now().Sub(o.heard) > leaseLost {
			p.forget(o)
			delete(p.others, instance)
		}
	}
}

// forget takes all users of an instance out; the lock is held.
func (p *presence) forget(o *otherInstance) {
	for user := range o.users {
		p.saw(user, o.heard)
	}
	clear(o.users)
}

// UserPresence is whether somebody is here.
type UserPresence struct {
	User     auth.UserID
	Sockets  int       // over all instances
	LastSeen time.Time // zero: here, or not seen since this instance started
}

// MaxPresence is how many users one question may name.
const MaxPresence = 100

// Presence tells of users in the order they were asked for. It reads nothing: other
// instances are told of within a second. At most MaxPresence, else BAD_REQUEST.
func (s *Service) Presence(users []auth.UserID) ([]UserPresence, error) {
	if len(users) > MaxPresence {
		return nil, BadField("userIds", "at most %d at once", MaxPresence)
	}
	list := make([]UserPresence, len(users))
	s.presence.mu.Lock()
	defer s.presence.mu.Unlock()
	for i, user := range users {
		list[i] = s.presence.of(user)
	}
	return list, nil
}

// of adds up a user's sockets; the lock is held.
func (p *presence) of(user auth.UserID) UserPresence {
	u := UserPresence{User: user, Sockets: p.local[user]}
	for _, o := range p.others {
		u.Sockets += o.users[user]
	}
	if u.Sockets == 0 {
		u.LastSeen = p.lastSeen[user]
	}
	return u
}

// Connected and Disconnected count a user's socket at this instance.
func (s *Service) Connected(user auth.UserID)    { s.presence.came(user) }
func (s *Service) Disconnected(user auth.UserID) { s.presence.went(user) }
