package feed

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"roomstream/rooms/streams"
)

// stream is a client of Server-Sent Events.
type stream struct {
	t      *testing.T
	r      *bufio.Reader
	header http.Header
	end    func()
}

// event is one of them, by its fields.
type event struct{ id, name, data string }

func (s *stage) listen(url string, header http.Header) *stream {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*patience)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Accept", "text/event-stream")
	for name, values := range header {
		request.Header[name] = values
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %v, %v", url, response, err)
	}
	e := &stream{s.t, bufio.NewReader(response.Body), response.Header, func() { cancel(); response.Body.Close() }}
	s.t.Cleanup(e.end)
	return e
}

// next returns the next event; comments are passed over and counted.
func (e *stream) next() (got event, comments int, err error) {
	for {
		line, err := e.r.ReadString('\n')
		if err != nil {
			return event{}, comments, err
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "\n" && got != event{}:
			return got, comments, nil
		case line == "\n":
		case name == "":
			comments++
		case name == "id":
			got.id = value
		case name == "event":
			got.name = value
		case name == "data":
			got.data += value
		default:
			e.t.Errorf("the line %q has no meaning", line)
		}
	}
}

func (e *stream) want(want event) {
	e.t.Helper()
	if got, _, err := e.next(); err != nil || got != want {
		e.t.Fatalf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestEventsCarryWhatAWebSocketDoes(t *testing.T) {
	s := newStage(t, Options{})
	e := s.listen(s.url+"/x/_streams/private?n=1&json=canonical", s.bearer("alice"))
	c := s.feed()
	if !c.canonical {
		t.Error("canonical was not asked for")
	}
	for name, want := range map[string]string{
		"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no",
	} {
		if got := e.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	c.put(numbered(1, "two\nlines"), document{json: []byte(`{"ready":true}`)})
	e.want(event{id: "place-1", data: `{"n":1,"filling":"two\nlines","after":"place-1"}`})
	e.want(event{data: `{"ready":true}`})
	c.Closed(streams.ReasonChanged)
	e.want(event{name: "closed", data: `{"reason":"changed"}`})
	if _, _, err := e.next(); err == nil {
		t.Error("the answer goes on behind its end")
	}
	s.gone()
}

// TestABrowserComesBackWhereItWas: its EventSource asks for the URL of its first request again, with the last id.
func TestABrowserComesBackWhereItWas(t *testing.T) {
	s := newStage(t, Options{})
	for _, tt := range []struct {
		query, last, after string
		initial            bool
	}{
		{"?initial=true", "", "", true},
		{"?initial=true", "place-7", "place-7", false},
		{"?after=place-1", "", "place-1", false},
		{"?after=place-1", "place-7", "place-7", false},
		{"", "place-7", "place-7", false},
	} {
		header := http.Header{}
		if tt.last != "" {
			header.Set("Last-Event-ID", tt.last)
		}
		e := s.listen(s.url+"/x/_streams/public"+tt.query, header)
		s.feed()
		if got, _ := s.player.last(); got.After != tt.after || got.Initial != tt.initial {
			t.Errorf("%q with last id %q asked for %+v", tt.query, tt.last, got)
		}
		e.end()
	}
	s.gone() // who ends a request ends its feed
}

// TestAQuietFeedOutlivesTheDeadlinesOfRequests, which the program sets for each, and says now and then that it is there.
func TestAQuietFeedOutlivesTheDeadlinesOfRequests(t *testing.T) {
	const short = 50 * time.Millisecond
	s := newStage(t, Options{PingInterval: short})
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		_ = control.SetReadDeadline(time.Now().Add(short))
		_ = control.SetWriteDeadline(time.Now().Add(short))
		s.ServeHTTP(w, r)
	}))
	defer front.Close()
	e := s.listen(front.URL+"/x/_streams/public", nil)
	defer e.end()
	c := s.feed()
	done := make(chan struct{})
	time.AfterFunc(10*short, func() { close(done) })
	<-done
	c.put(numbered(1, ""))
	_, comments, err := e.next()
	if err != nil || comments < 3 {
		t.Errorf("%d comments came, then %v", comments, err)
	}
}

func TestEventsEndWithTheTokenTheUserAndTheServer(t *testing.T) {
	s := newStage(t, Options{})
	short := s.listen(s.url+"/x/_streams/private", http.Header{"Authorization": {"Bearer " + s.token("alice", time.Second)}})
	bob := s.listen(s.url+"/x/_streams/private", s.bearer("bob"))
	nobody := s.listen(s.url+"/x/_streams/public", nil)
	for n := range 3 {
		s.feed().put(numbered(n, ""))
	}
	end := func(e *stream, n int, reason string) {
		t.Helper()
		if got, _, err := e.next(); err != nil || got.id != fmt.Sprint("place-", n) {
			t.Fatalf("got %+v, %v", got, err)
		}
		e.want(event{name: "closed", data: fmt.Sprintf(`{"reason":%q}`, reason)})
	}
	end(short, 0, "token_expired")
	// The document must have left: a revocation comes before what is queued.
	eventually(t, "bob's document has left", func() bool {
		for _, c := range s.registry.of("bob") {
			c.mu.Lock()
			defer c.mu.Unlock()
			return len(c.queue) == 0
		}
		return false
	})
	s.Revoke("bob")
	end(bob, 1, "revoked")
	if err := s.Drain(t.Context(), 0); err != nil {
		t.Error(err)
	}
	end(nobody, 2, "draining")
}
