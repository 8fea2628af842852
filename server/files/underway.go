package files

import (
	"context"
	"iter"
	"net/http"
	"sync"
	"time"

	"roomstream/auth"
)

// underway are the uploads that are coming in. It is safe for concurrent use.
type underway struct {
	mu  sync.Mutex
	all map[*coming]struct{}
}

// coming is one of them.
type coming struct {
	user auth.User
	stop context.CancelFunc

	mu      sync.Mutex
	control *http.ResponseController // nil: the upload has ended, and what its handler had is not to be used any more
}

func newUnderway() *underway { return &underway{all: map[*coming]struct{}{}} }

// begin notes an upload. done must be called once, when it has ended.
func (u *underway) begin(ctx context.Context, user auth.User, control *http.ResponseController) (stopped context.Context, done func()) {
	ctx, stop := context.WithCancel(ctx)
	one := &coming{user: user, stop: stop, control: control}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.all[one] = struct{}{}
	return ctx, func() {
		one.end()
		u.mu.Lock()
		defer u.mu.Unlock()
		delete(u.all, one)
	}
}

func (c *coming) end() {
	c.stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.control = nil
}

// breakOff ends what the handler waits for.
func (c *coming) breakOff() {
	c.stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.control != nil {
		_ = c.control.SetReadDeadline(time.Unix(1, 0)) // a read that waits for the client ends
	}
}

// End implements auth.Sessions: uploads of those who are covered are broken off, and leave nothing.
func (s *Server) End(covered func(auth.User) bool) {
	for _, one := range s.underway.list() {
		if covered(one.user) {
			one.breakOff()
		}
	}
}

// All implements auth.Sessions.
func (s *Server) All() iter.Seq[auth.User] {
	return func(yield func(auth.User) bool) {
		for _, one := range s.underway.list() {
			if !yield(one.user) {
				return
			}
		}
	}
}

func (u *underway) list() []*coming {
	u.mu.Lock()
	defer u.mu.Unlock()
	list := make([]*coming, 0, len(u.all))
	for one := range u.all {
		list = append(list, one)
	}
	return list
}
