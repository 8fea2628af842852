package feed

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"roomstream/rooms"
)

// commentEvery is how often a comment tells proxies and clients that a quiet feed is alive: many cut after 30 s.
const commentEvery = 20 * time.Second

// serverSent carries a feed as Server-Sent Events. The writer is the request's own goroutine.
type serverSent struct {
	server  *Server
	w       http.ResponseWriter
	control *http.ResponseController
	took    func()      // told when a chunk has left
	severed atomic.Bool // cut was called
}

// serveEvents answers with a stream that ends with the feed.
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request, c *conn) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would collect events
	t := &serverSent{server: s, w: w, control: http.NewResponseController(w), took: c.took}
	// Deadlines that were set for a whole request are none for a feed: each write sets its own.
	_ = t.control.SetReadDeadline(time.Time{})
	w.WriteHeader(http.StatusOK)
	if err := t.write([]byte(": roomstream\n\n")); err != nil {
		c.discard()
		return
	}
	defer context.AfterFunc(r.Context(), c.lose)()
	c.write(t, min(commentEvery, s.options.PingInterval))
}

func (t *serverSent) send(list []document) error {
	b := t.server.buffers.Get().(*[]byte)
	run := (*b)[:0]
	for _, d := range list {
		run = appendEvent(run, d)
	}
	err := t.write(run)
	if cap(run) <= 2*writeChunk {
		*b = run
		t.server.buffers.Put(b)
	}
	return err
}

// appendEvent appends a document as an event. Its JSON has no line breaks.
func appendEvent(b []byte, d document) []byte {
	if after := d.after(); after != "" {
		b = append(append(append(b, "id: "...), after...), '\n')
	}
	b = append(append(b, "data: "...), d.head()...)
	return append(d.tail(b), "\n\n"...)
}

// write sends chunk by chunk, each within the timeout.
func (t *serverSent) write(b []byte) error {
	for len(b) > 0 {
		if err := t.control.SetWriteDeadline(time.Now().Add(t.server.options.WriteTimeout)); err != nil {
			return err
		}
		if t.severed.Load() { // the deadline that cut has set is gone, perhaps
			return errEnded
		}
		n, err := t.w.Write(b[:min(len(b), writeChunk)])
		if err != nil {
			return err
		}
		if err := t.control.Flush(); err != nil {
			return err
		}
		t.took()
		b = b[n:]
	}
	return nil
}

func (t *serverSent) beat() error { return t.write([]byte(":\n\n")) }

// close tells the reason: unlike a WebSocket this has no close code.
func (t *serverSent) close(e ending) {
	if e.code == 0 {
		return
	}
	b := rooms.AppendJSONString([]byte(`event: closed`+"\n"+`data: {"reason":`), e.reason)
	_ = t.write(append(b, "}\n\n"...)) // who has gone needs no farewell
}

func (t *serverSent) cut() {
	t.severed.Store(true)
	_ = t.control.SetWriteDeadline(time.Unix(1, 0))
}
