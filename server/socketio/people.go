package socketio

import (
	"slices"
	"sync"

	"roomstream/auth"
)

// people are the admitted clients by user. It is safe for concurrent use.
type people struct {
	came, went func(auth.UserID) // each client is told of once

	mu     sync.Mutex
	byUser map[auth.UserID][]*speaker
}

func newPeople(came, went func(auth.UserID)) *people {
	return &people{came: came, went: went, byUser: map[auth.UserID][]*speaker{}}
}

func (p *people) add(s *speaker) {
	p.mu.Lock()
	p.byUser[s.user.ID] = append(p.byUser[s.user.ID], s)
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
	p.mu.Unlock()
	p.went(s.user.ID)
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
