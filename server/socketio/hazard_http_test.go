package socketio

import (
	"bytes"
	"io"
	"net/http"
	"runtime"
	"testing"
	"time"
)

func TestHazard06PostOfCountlessPackets(t *testing.T) {
	besides(t, func(s *stage) {
		for _, body := range []io.Reader{
			bytes.NewReader(bytes.Repeat([]byte("6\x1e"), 4<<20)),                        // with its length
			io.MultiReader(bytes.NewReader(bytes.Repeat([]byte("6\x1e"), 4<<20))),        // chunked
			io.MultiReader(bytes.NewReader(bytes.Repeat([]byte("6\x1e"), 200))),          // short, but too many
			io.MultiReader(bytes.NewReader(append(bytes.Repeat([]byte("4"), 1<<20), 0))), // one that is too long
		} {
			p, _ := s.poller()
			p.connect()
			before := allocated()
			r, err := http.NewRequest("POST", s.URL+"/socket.io/?EIO=4&transport=polling&sid="+p.sid, body)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "text/plain")
			start := time.Now()
			answer, err := http.DefaultClient.Do(r)
			// A server that closes while the client still sends may be seen as a broken connection.
			if err == nil {
				answer.Body.Close()
				if answer.StatusCode != http.StatusRequestEntityTooLarge {
					t.Errorf("answered %s", answer.Status)
				}
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
			if grew := allocated() - before; grew > 64<<20 {
				t.Errorf("%d bytes were allocated for it", grew)
			}
			within(t, "the session is over", func() bool { return s.io.Connections() == 1 })
		}
	})
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func TestHazard11PostOfAnotherContentTypeIsAnswered(t *testing.T) {
	besides(t, func(s *stage) {
		for _, kind := range []string{"application/octet-stream", "application/json", "multipart/form-data; boundary=x", ";;"} {
			p, _ := s.poller()
			p.connect()
			status, _ := s.request("POST", "EIO=4&transport=polling&sid="+p.sid, kind, "42")
			if status != http.StatusUnsupportedMediaType {
				t.Errorf("%s: answered %d", kind, status)
			}
			within(t, "the session is over", func() bool { return s.io.Connections() == 1 })
		}
	})
}

func TestHazard12PagesOfOtherOriginsAreRefused(t *testing.T) {
	besides(t, func(s *stage) {
		p, _ := s.poller()
		p.connect()
		for _, query := range []string{"", "&sid=" + p.sid} {
			for _, origin := range []string{"http://evil.example", "null", "https://chat.example.evil.example", "http://" + s.Listener.Addr().String() + ".evil.example"} {
				c := s.raw()
				c.write([]byte(handshakeLines(s, query, "Origin: "+origin)))
				r, err := http.ReadResponse(c.in, nil)
				if err != nil || r.StatusCode != http.StatusForbidden {
					t.Errorf("WebSocket of %s: %v %v", origin, r, err)
				}
				c.conn.Close()
				if got := s.ofOrigin("GET", "EIO=4&transport=polling"+query, origin); got.StatusCode != http.StatusForbidden || got.Header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("polling of %s: %s %v", origin, got.Status, got.Header)
				}
			}
		}
		for _, origin := range []string{"https://chat.example", s.URL} {
			c, _ := s.open("Origin: " + origin)
			c.connect()
			c.conn.Close()
		}
		if got := s.ofOrigin("OPTIONS", "EIO=4&transport=polling", "https://chat.example"); got.StatusCode != http.StatusNoContent || got.Header.Get("Access-Control-Allow-Origin") != "https://chat.example" {
			t.Errorf("preflight: %s %v", got.Status, got.Header)
		}
		p.say("1")
	}, func(o *Options) { o.AllowedOrigins = []string{"https://chat.example"} })
}

func (s *stage) ofOrigin(method, query, origin string) *http.Response {
	s.t.Helper()
	r, err := http.NewRequest(method, s.URL+"/socket.io/?"+query, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Origin", origin)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	answer.Body.Close()
	return answer
}
