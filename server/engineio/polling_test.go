package engineio

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"
)

// listener hears what its client says and answers nothing.
type listener struct{}

func (listener) Message(bool, []byte) error { return nil }
func (listener) LastWords(string) []byte    { return nil }
func (listener) Ended()                     {}

// beginPoll makes a server, and a session on it.
func beginPoll(t *testing.T) (*Server, *Conn) {
	t.Helper()
	s := New(Options{Accept: func(*Conn, *http.Request) Handler { return listener{} }})
	return s, firstPoll(t, s)
}

// firstPoll makes a session.
func firstPoll(t *testing.T, s *Server) *Conn {
	t.Helper()
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
	return c
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

// hearer keeps what its client says.
type hearer struct {
	listener
	texts, binary [][]byte
}

func (h *hearer) Message(binary bool, data []byte) error {
	if binary {
		h.binary = append(h.binary, bytes.Clone(data))
	} else {
		h.texts = append(h.texts, bytes.Clone(data))
	}
	return nil
}

// FuzzPost posts anything to a session that has just begun. What is refused ends the session; what is taken is heard, all of
// it, within the bounds.
func FuzzPost(f *testing.F) {
	const most = 1000
	for _, seed := range [][2]string{
		{"text/plain;charset=UTF-8", `40{"token":"x"}`}, {"", "3"}, {"text/plain", "4a\x1e4b\x1e6"}, {"text/plain", "4a\x1e1\x1e4b"}, {"text/plain", ""},
		{"application/x-www-form-urlencoded", "d=4"}, {"text/", "4"}, {"multipart/form-data; boundary=x", "--x"}, {"text/plain; charset", "2probe"},
		{"application/octet-stream", "\x00\x01\xff4\xff\x80"}, // CVE-2026-59725: a binary body,
		{"text/plain", "4\xff\xfe\x80"},                       // one that says it is a text,
		{"text/plain", "b!!!!"}, {"text/plain", "bAQI"},       // and base64 that is none, or the half of it
		{"text/plain", "bAQIDBA=="},                                                 // CVE-2026-48804: an attachment that nobody waits for,
		{"text/plain", "452-[\"echo\"]\x1e452-[\"echo\"]\x1ebAQ=="},                 // and packets that wait for one over again
		{"text/plain", strings.Repeat("4\x1e", maxPollPackets)},                     // CVE-2020-36048: memory by many packets,
		{"text/plain", strings.Repeat("4", most+1)}, {"text/plain", "1000000000:4"}, // a long one, and a length that is announced
	} {
		f.Add(seed[0], seed[1])
	}
	var h *hearer
	s := New(Options{MaxPayload: most, Accept: func(*Conn, *http.Request) Handler { return h }})
	f.Fuzz(func(t *testing.T, mediaType, body string) {
		h = &hearer{}
		c := firstPoll(t, s)
		r := httptest.NewRequest(http.MethodPost, "/?transport=polling&sid="+c.id, strings.NewReader(body))
		r.Header["Content-Type"] = []string{mediaType}
		w := httptest.NewRecorder()
		s.ServePolling(w, r)
		heard, size := len(h.texts)+len(h.binary), 0
		for _, text := range h.texts {
			if size += len(text); !utf8.Valid(text) {
				t.Errorf("heard the text %q", text)
			}
		}
		for _, data := range h.binary {
			size += len(data)
		}
		if heard > maxPollPackets || size > most {
			t.Errorf("%d messages of %d bytes were heard", heard, size)
		}
		switch {
		case w.Code == http.StatusUnsupportedMediaType || w.Code == http.StatusRequestEntityTooLarge:
			if c.Open() || heard > 0 {
				t.Errorf("answered %d, heard %d messages, open %v", w.Code, heard, c.Open())
			}
		case w.Code == http.StatusBadRequest:
			if c.Open() {
				t.Error("refused, and the session goes on")
			}
		case w.Code != http.StatusOK || w.Body.String() != "ok":
			t.Errorf("answered %d %s", w.Code, w.Body)
		case c.Open():
			said := 0
			for packet := range strings.SplitSeq(body, "\x1e") {
				if strings.HasPrefix(packet, "4") || strings.HasPrefix(packet, "b") {
					said++
				}
			}
			if heard != said {
				t.Errorf("%d of %d messages were heard", heard, said)
			}
		}
	})
}
