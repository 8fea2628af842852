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
	// settling is how long it takes to hear of every instance that lives: each sends a heartbeat every beatEvery, and is asked
	// for its sockets at once.
	settling = beatEvery + askAgain
	// settledEvery is how often it is looked at whether all were heard.
	settledEvery = 50 * time.Millisecond
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
	leaving chan struct{} // holds 1: somebody's last socket here went

	// handOf gives the status a user has set by hand; StatusOffline: that is being looked up. It may be called with mu held.
	handOf func(auth.UserID) Status
	tell   roomTeller
	// health tells how this instance is. It is called without mu.
	health func() Health

	mu       sync.Mutex
	opened   time.Time // when the stream of signals last opened; zero: not yet
	local    map[auth.UserID]UserSockets
	changed  map[auth.UserID]bool // not told yet
	sent     int64                // the number of the last signal
	others   map[string]*otherInstance
	lastSeen map[auth.UserID]time.Time
	left     map[auth.UserID]time.Time       // lastSeen that is to be written down
	shown    map[auth.UserID]*shownUser      // those here who have joined rooms
	untold   map[RoomID]map[auth.UserID]bool // whose status a room is to be told
}

// otherInstance is what another instance has told.
type otherInstance struct {
	users map[auth.UserID]UserSockets
	last  int64 // the number of its last signal
	known bool  // all before it were heard, too
	heard time.Time
	asked time.Time // when everything was asked for

	health *Health // as it last said; nil: it has not
}

func newPresence(self string, signals Signals, queue func(Signal), now func() time.Time, warn func(string, error)) *presence {
	return &presence{
		self: self, signals: signals, queue: queue, now: now, warn: warn,
		wake: make(chan struct{}, 1), asked: make(chan struct{}, 1), leaving: make(chan struct{}, 1),
		local: map[auth.UserID]UserSockets{}, changed: map[auth.UserID]bool{},
		others: map[string]*otherInstance{}, lastSeen: map[auth.UserID]time.Time{}, left: map[auth.UserID]time.Time{},
		shown: map[auth.UserID]*shownUser{}, untold: map[RoomID]map[auth.UserID]bool{},
	}
}

// came and went count a socket of a user here.
func (p *presence) came(user auth.UserID) { p.count(user, 1) }
func (p *presence) went(user auth.UserID) { p.count(user, -1) }

func (p *presence) count(user auth.UserID, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u, there := p.local[user]
	if !there {
		u = UserSockets{User: user, Status: p.handOf(user)}
	}
	if u.Sockets += n; u.Sockets > 0 {
		u.Idle = min(u.Idle, u.Sockets)
		p.local[user] = u
	} else {
		delete(p.local, user)
		if !u.hidden() {
			p.sawHere(user)
		}
	}
	p.altered(user)
}

// altered has everybody told that something of a user changed here; the lock is held.
func (p *presence) altered(user auth.UserID) {
	p.changed[user] = true
	p.show(user)
	ring(p.wake)
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
	p.mu.Lock()
	p.opened = p.now()
	p.mu.Unlock()
	p.queue(Signal{Kind: SignalHello})
	ring(p.asked)
}

// settled says whether the sockets of all live instances are known: a stream that has just opened has told of none yet. One
// that is silent for leaseLost counts as if it had no sockets.
func (p *presence) settled(live []string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch since := p.now().Sub(p.opened); {
	case p.opened.IsZero(), since < settling:
		return false
	case since >= leaseLost:
		return true
	}
	return !slices.ContainsFunc(live, func(instance string) bool {
		o := p.others[instance]
		return o == nil || !o.known
	})
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
			p.tellRooms(ctx)
		case <-p.asked:
			p.send(ctx, p.everything())
		case <-lease.C:
			p.sendLease(ctx)
			p.expire()
		}
	}
}

// leave takes this instance's sockets out everywhere at once; a lost farewell costs
// the others leaseLost.
func (p *presence) leave(ctx context.Context) {
	p.mu.Lock()
	for user, u := range p.local {
		if !u.hidden() {
			p.left[user] = p.now()
		}
	}
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
		u := p.local[user]
		u.User = user
		users = append(users, u)
	}
	clear(p.changed)
	return p.numbered(users, false)
}

// everything gives all sockets here, and begins anew for who hears it.
func (p *presence) everything() []Signal {
	p.mu.Lock()
	defer p.mu.Unlock()
	users := make([]UserSockets, 0, len(p.local))
	for _, u := range p.local {
		users = append(users, u)
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
		o = &otherInstance{users: map[auth.UserID]UserSockets{}}
		p.others[g.Instance] = o
	}
	o.heard = p.now()
	if g.Health != nil {
		o.health = g.Health
	}
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
			o.users[u.User] = u
		} else {
			if had := o.users[u.User]; !had.hidden() {
				p.saw(u.User, p.now())
			}
			delete(o.users, u.User)
		}
		p.show(u.User)
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
	users := o.users
	o.users = map[auth.UserID]UserSockets{}
	for user, u := range users {
		if !u.hidden() {
			p.saw(user, o.heard)
		}
		p.show(user)
	}
}

// of adds up what is known of a user at all instances; the lock is held.
func (p *presence) of(user auth.UserID) UserSockets {
	sum, known := p.local[user]
	sum.User = user
	for _, o := range p.others {
		u, there := o.users[user]
		if !there {
			continue
		}
		if !known || u.Status.known() > sum.Status.known() {
			sum.Status = u.Status
		}
		known = true
		sum.Sockets += u.Sockets
		sum.Idle += u.Idle
	}
	return sum
}

// here says whether the user has a socket at this instance.
func (p *presence) here(user auth.UserID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.local[user].Sockets > 0
}

// sockets counts those at this instance.
func (p *presence) sockets() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, u := range p.local {
		n += u.Sockets
	}
	return n
}

// Connected and Disconnected count a user's socket at this instance.
func (s *Service) Connected(user auth.UserID)    { s.presence.came(user) }
func (s *Service) Disconnected(user auth.UserID) { s.presence.went(user) }
