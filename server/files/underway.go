package files

import (
	"context"
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
	user    auth.User
	stop    context.CancelFunc
	control *http.ResponseController
}

func newUnderway() *underway { return &underway{all: map[*coming]struct{}{}} }

// begin notes an upload. done must be called once, when it has ended.
func (u *underway) begin(ctx context.Context, user auth.User, control *http.ResponseController) (stopped context.Context, done func()) {
	ctx, stop := context.WithCancel(ctx)
	one := &coming{user, stop, control}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.all[one] = struct{}{}
	return ctx, func() {
		stop()
		u.mu.Lock()
		defer u.mu.Unlock()
		delete(u.all, one)
	}
}

// End implements auth.Sessions: uploads of those who are covered are broken off, and leave nothing.
func (s *Server) End(covered func(auth.User) bool) {
	for _, one := range s.underway.list() {
		if covered(one.user) {
			one.stop()
			_ = one.control.SetReadDeadline(time.Unix(1, 0)) // a read that waits for the client ends
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
