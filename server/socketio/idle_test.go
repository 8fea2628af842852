package socketio

import (
	"fmt"
	"net/http"
	"runtime"
	"testing"
)

// TestAnIdleConnectionHasOneGoroutine counts those of all there are: the clients here have none.
func TestAnIdleConnectionHasOneGoroutine(t *testing.T) {
	const many = 200
	for name, open := range map[string]func(*stage) *rawClient{
		"websocket": func(s *stage) *rawClient { return s.join() },
		"upgraded":  func(s *stage) *rawClient { return s.joinUpgraded() },
		"tls":       func(s *stage) *rawClient { return s.joinTLS() },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, calm)
			open(s).healthy()
			http.DefaultClient.CloseIdleConnections()
			before := runtime.NumGoroutine() // also of what is about to end: so there may be fewer at last, but few
			for range many {
				open(s)
			}
			http.DefaultClient.CloseIdleConnections()
			within(t, fmt.Sprintf("at most one goroutine more for each of %d connections", many), func() bool {
				return runtime.NumGoroutine() <= before+many
			})
			if n := s.io.Connections(); n != many+1 {
				t.Errorf("%d connections", n)
			}
		})
	}
}
