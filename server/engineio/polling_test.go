package engineio

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
)

// listener hears what its client says and answers nothing.
type listener struct{}

func (listener) Message(bool, []byte) error { return nil }
func (listener) LastWords(string) []byte    { return nil }
func (listener) Ended()                     {}

// beginPoll makes a server, and a session on it by a first poll.
func beginPoll(t *testing.T) (*Server, *Conn) {
	t.Helper()
	s := New(Options{Accept: func(*Conn, *http.Request) Handler { return listener{} }})
	w := httptest.NewRecorder()
	if err := s.ServePolling(w, httptest.NewRequest(http.MethodGet, "/?transport=polling", nil)); err != nil {
		t.Fatal(err)
	}
	var open openPacket
	if err := json.Unmarshal(w.Body.Bytes()[1:], &open); err != nil {
		t.Fatalf("%v: %q", err, w.Body)
	}
	c := s.registry.find(open.SID)
	t.Cleanup(c.abort)
	return s, c
}

func postTo(c *Conn) *http.Request {
	return httptest.NewRequest(http.MethodPost, "/?transport=polling&sid="+c.id, strings.NewReader("4x"))
}

// eager answers a client who says the next thing as soon as he has the answer, by another connection.
type eager struct {
	*httptest.ResponseRecorder
	answered func()
}

func (e *eager) Flush() {
	e.ResponseRecorder.Flush()
	e.answered()
}

func TestWhoHasTheAnswerMaySayTheNextThing(t *testing.T) {
	s, c := beginPoll(t)
	next := httptest.NewRecorder()
	first := &eager{httptest.NewRecorder(), func() { s.ServePolling(next, postTo(c)) }}
	s.ServePolling(first, postTo(c))
	if first.Code != http.StatusOK || next.Code != http.StatusOK || !c.Open() {
		t.Errorf("first %d, next %d %s, open %v", first.Code, next.Code, next.Body, c.Open())
	}
}

// left is the context of a request whose client leaves when it is being answered.
type left struct {
	context.Context
	taken func() bool
}

func (l left) Done() <-chan struct{} {
	for !l.taken() {
		runtime.Gosched()
	}
	gone := make(chan struct{})
	close(gone)
	return gone
}

func (left) Err() error { return context.Canceled }

func TestWhoLeavesWhileAnsweredIsGone(t *testing.T) {
	for range 20 { // either may be seen first: the answer, or that nobody is there
		s, c := beginPoll(t)
		c.Queue([]byte("x"))
		p := c.polling.Load()
		r := httptest.NewRequest(http.MethodGet, "/?transport=polling&sid="+c.id, nil)
		s.ServePolling(httptest.NewRecorder(), r.WithContext(left{r.Context(), func() bool {
			c.writeMu.Lock()
			defer c.writeMu.Unlock()
			return p.get == nil
		}}))
		if c.state.Load() != stateClosed {
			t.Fatal("what was said is lost, and the session goes on without it")
		}
	}
}
