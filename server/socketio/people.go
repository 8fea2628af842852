package socketio

import (
	"slices"
	"sync"

	"roomstream/auth"
)

// toldMost bounds the events that wait for one client's ready; a client that is told more before it has begun is too slow.
const toldMost = 1000

// closeSlow is the WebSocket close code for a client that cannot follow.
const closeSlow = 1013

// people are the admitted clients by user. It is safe for concurrent use.
type people struct {
	came, went func(auth.UserID)                 // each client is told of once
	idled      func(user auth.UserID, idle bool) // each change of a client; nil: nobody wants to know

	// mu guards the users of the speakers too: each is changed by its own connection with mu held, and read without it by
	// that connection only.
	mu      sync.Mutex
	byUser  map[auth.UserID][]*speaker
	opening map[*speaker][]told // those that were not told ready yet, and what they are to be told after it
}

// told is an event for one client.
type told struct {
	event   string
	payload []byte
}

func newPeople(came, went func(auth.UserID)) *people {
	return &people{came: came, went: went, byUser: map[auth.UserID][]*speaker{}, opening: map[*speaker][]told{}}
}

// add takes a client in. What it is told is held back until it was told ready: see open.
func (p *people) add(s *speaker) {
	p.mu.Lock()
	p.byUser[s.user.ID] = append(p.byUser[s.user.ID], s)
	p.opening[s] = nil
	p.mu.Unlock()
	p.came(s.user.ID)
}

func (p *people) remove(s *speaker) {
	p.mu.Lock()
	left := slices.DeleteFunc(p.byUser[s.user.ID], func(o *speaker) bool { return o == s })
	if len(left) == 0 {
		delete(p.byUser, s.user.ID)
	} else {
		p.byUser[s.user.ID] = left
	}
	delete(p.opening, s)
	p.mu.Unlock()
	p.went(s.user.ID)
}

// idle tells that a client has become idle, or is no more.
func (p *people) idle(s *speaker, idle bool) {
	p.mu.Lock()
	user := s.user.ID
	p.mu.Unlock()
	if p.idled != nil {
		p.idled(user, idle)
	}
}

// open tells a client what was held back; from then on it is told everything at once.
func (p *people) open(s *speaker) {
	for {
		p.mu.Lock()
		held := p.opening[s]
		if len(held) == 0 {
			delete(p.opening, s)
			p.mu.Unlock()
			return
		}
		p.opening[s] = nil
		p.mu.Unlock()
		for _, t := range held {
			s.link.Emit(t.event, t.payload)
		}
	}
}

// renew gives a client its user anew: the same one, with another name or other roles.
func (p *people) renew(s *speaker, user auth.User) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.user = user
}

// ofUser gives the Socket.IO ids of a user's clients, but for those that are opening: t is held back for them.
func (p *people) ofUser(user auth.UserID, t told) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ids(nil, p.byUser[user], t)
}

// idsOf gives the Socket.IO ids of a user's clients, those that are opening too.
func (p *people) idsOf(user auth.UserID) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	ids := make([]string, 0, len(p.byUser[user]))
	for _, s := range p.byUser[user] {
		ids = append(ids, s.link.ID())
	}
	return ids
}

// allowed gives the ids as ofUser does of everybody whose user passes.
func (p *people) allowed(pass func(auth.User) bool, t told) []string {
	var ids []string
	for _, c := range p.everybody() {
		if pass(c.user) { // without the lock: it is not ours
			p.mu.Lock()
			ids = p.ids(ids, []*speaker{c.speaker}, t)
			p.mu.Unlock()
		}
	}
	return ids
}

// seen is a client with its user as it was.
type seen struct {
	speaker *speaker
	user    auth.User
}

func (p *people) everybody() []seen {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]seen, 0, len(p.byUser))
	for _, clients := range p.byUser {
		for _, s := range clients {
			list = append(list, seen{s, s.user})
		}
	}
	return list
}

// ids appends the ids of clients, and holds t back for those that are opening; the lock is held. Who may only post is
// told nothing.
func (p *people) ids(ids []string, clients []*speaker, t told) []string {
	for _, s := range clients {
		if s.user.PostOnly() {
			continue
		}
		held, opening := p.opening[s]
		switch {
		case !opening:
			ids = append(ids, s.link.ID())
		case len(held) < toldMost:
			p.opening[s] = append(held, t)
		default:
			go s.link.Close(closeSlow, "slow") // its end may come back here
		}
	}
	return ids
}

// end ends the clients whose user is covered.
func (p *people) end(covered func(auth.User) bool) {
	for _, c := range p.everybody() {
		if covered(c.user) {
			c.speaker.link.Revoke()
		}
	}
}

// revoke ends a user's clients.
func (p *people) revoke(user auth.UserID) {
	p.mu.Lock()
	clients := slices.Clone(p.byUser[user])
	p.mu.Unlock()
	for _, s := range clients {
		s.link.Revoke()
	}
}
