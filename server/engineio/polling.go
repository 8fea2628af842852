package engineio

import (
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// The transports, as requests name them.
const (
	transportPolling   = "polling"
	transportWebSocket = "websocket"
)

// polling is what a Conn has besides while HTTP requests carry it. A Conn sheds it when it is upgraded.
type polling struct {
	conn *Conn

	posting  atomic.Bool // a client sends one request at a time
	shed     atomic.Bool // the Conn has changed over, or has ended
	handling sync.Mutex  // held while what a request brought is handled, and while the Conn changes over

	// Guarded by the Conn's writeMu.
	get    *poll // the one that waits for something to say; nil: none
	probe  interface{ Close() error }
	probed bool // the client has seen the WebSocket work and finishes its last poll
}

// poll is a request that waits. Whoever takes it out of polling.get answers it; its own goroutine writes that down.
type poll struct {
	answer chan []byte // holds one
}

func newPoll() *poll { return &poll{answer: make(chan []byte, 1)} }

func (p *poll) reply(body []byte) { p.answer <- body }

// ServePolling takes all requests but upgrades. The caller has checked path, origin and revision. Whatever it returns, the
// request is answered; ErrTooMany: it was a handshake, and there was no place for it.
func (s *Server) ServePolling(w http.ResponseWriter, r *http.Request) error {
	// net/http's deadlines are for all of a request, and a poll takes longer than any request and any answer may. What
	// comes of a body and of the answer is bounded where it is read and written.
	control := http.NewResponseController(w)
	var arrives time.Time // when the body must be there: also one that nobody wants, which net/http reads before it answers
	if r.ContentLength != 0 {
		arrives = time.Now().Add(s.options.WriteTimeout)
	}
	control.SetReadDeadline(arrives)
	control.SetWriteDeadline(time.Time{})

	query := r.URL.Query()
	transport, sid := query.Get("transport"), query.Get("sid")
	c := s.registry.find(sid)
	switch {
	case transport != transportPolling && transport != transportWebSocket:
		return s.refuse(w, sid, ErrUnknownTransport)
	case sid != "" && c == nil:
		return s.refuse(w, sid, ErrUnknownSession)
	case sid == "" && r.Method != http.MethodGet:
		return s.refuse(w, sid, ErrBadMethod)
	case transport != transportPolling:
		return s.refuse(w, sid, ErrBadRequest)
	case sid == "":
		return s.beginPolling(w, r)
	}
	s.servePolling(c, w, r)
	return nil
}

// refuse answers a request, counts it where it was to begin a session, and gives e back.
func (s *Server) refuse(w http.ResponseWriter, sid string, e *HTTPError) error {
	if sid == "" {
		s.options.Refusals.Add(RefusedRequest)
	}
	s.write(w, http.StatusBadRequest, typeJSON, e.body())
	return e
}

// beginPolling makes the Conn of a new session; the handshake is its first poll.
func (s *Server) beginPolling(w http.ResponseWriter, r *http.Request) error {
	if err := s.registry.admit(r.RemoteAddr); err != nil {
		s.refuseBusy(w, err)
		return err
	}
	c := s.newConn(rand.Text(), r.RemoteAddr)
	p := &polling{conn: c}
	c.polling.Store(p)
	c.accept(r)
	inTime := s.registry.add(c)
	s.polls.Add(1)
	c.enqueue(frame(opText, s.open(c.id, transportWebSocket)))
	c.wind(s.options.PingInterval)
	if !inTime {
		c.Shutdown(CloseDraining, "draining")
	}
	p.serve(w, r)
	return nil
}

// servePolling takes a request of a session.
func (s *Server) servePolling(c *Conn, w http.ResponseWriter, r *http.Request) {
	p := c.polling.Load()
	switch {
	case p == nil: // it has changed over
		s.refuse(w, c.id, ErrBadRequest)
	case r.Method == http.MethodGet:
		p.serve(w, r)
	case r.Method == http.MethodPost:
		p.post(w, r)
	default:
		s.refuse(w, c.id, ErrBadRequest)
	}
}

// serve takes a client's poll, and answers it when there is something to say.
func (p *polling) serve(w http.ResponseWriter, r *http.Request) {
	c, get := p.conn, newPoll()
	c.writeMu.Lock()
	over := c.polling.Load() != p || c.state.Load() == stateClosed
	overlap := p.get != nil
	work := false
	if !over && !overlap {
		p.get = get
		work = len(c.queue) > 0 && c.claim()
		if p.probed && !work {
			time.AfterFunc(noopDelay, func() { c.noop(p, get) })
		}
	}
	c.writeMu.Unlock()
	if over || overlap {
		if overlap {
			c.abort()
		}
		c.server.refuse(w, c.id, ErrBadRequest)
		return
	}
	c.start(work)
	select {
	case body := <-get.answer:
		p.answer(w, r, body)
	case <-r.Context().Done():
		if p.leave(get) {
			c.abort() // a client that goes in the midst of a poll is gone
			return
		}
		p.answer(w, r, <-get.answer) // somebody is at it
	}
}

// leave takes a poll back; false: it is being answered.
func (p *polling) leave(get *poll) bool {
	p.conn.writeMu.Lock()
	defer p.conn.writeMu.Unlock()
	waits := p.get == get
	if waits {
		p.get = nil
	}
	return waits
}

// answer writes the answer to a poll. What a client was told that does not get it is lost, so that is its end; a noop of a
// Conn that has changed over tells nothing. Of a client that has left already the kernel still takes what it never gets.
func (p *polling) answer(w http.ResponseWriter, r *http.Request, body []byte) {
	err := r.Context().Err()
	if err == nil {
		err = p.conn.server.write(w, http.StatusOK, "text/plain; charset=UTF-8", body)
	}
	nothing := len(body) == 1 && body[0] == packetNoop && p.shed.Load()
	if err != nil && !nothing {
		p.conn.abort()
	}
}

const typeJSON = "application/json"

// write writes an answer, within WriteTimeout.
func (s *Server) write(w http.ResponseWriter, status int, contentType string, body []byte) error {
	control := http.NewResponseController(w)
	control.SetWriteDeadline(time.Now().Add(s.options.WriteTimeout))
	defer control.SetWriteDeadline(time.Time{})
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		return err
	}
	if err := control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) { // which is somebody's wrapper around w
		return err
	}
	return nil
}

// noopDelay is how long a poll may wait while the client changes over to its WebSocket, as long as with the stock servers.
// It keeps a client that polls on, because its WebSocket fails after all, from polling as fast as it can.
const noopDelay = 100 * time.Millisecond

// noop ends a poll, or whichever waits, with nothing said, so that the client can change over.
func (c *Conn) noop(p *polling, get *poll) {
	c.writeMu.Lock()
	waits := p.get != nil && (get == nil || p.get == get) && !c.writing
	if waits {
		get, p.get = p.get, nil
	}
	c.writeMu.Unlock()
	if waits {
		get.reply([]byte{packetNoop})
	}
}

// pollAgain is how long a client may take to poll for the close: it polls again at once, so a round trip on a bad line.
// Where the listener is closed already, as when the program stops, it cannot.
const pollAgain = time.Second

// answerPoll answers the waiting poll with all that is queued. The caller has claimed the writing.
func (c *Conn) answerPoll() {
	c.writeMu.Lock()
	p := c.polling.Load()
	if p == nil {
		c.writeMu.Unlock()
		c.start(true) // the Conn has changed over: its flusher goes on
		return
	}
	c.writing = false
	get := p.get
	if get == nil || len(c.queue) == 0 {
		c.writeMu.Unlock()
		return
	}
	p.get = nil
	queue, last := slices.Clone(c.queue), c.sealed // a copy, for what comes meanwhile is queued where this stood
	if n := len(queue); last && n > 1 {
		// The stock client ends at a close before it has handed on the events that came with it
		// in one payload. So they go ahead, and the close answers the next poll, if one comes.
		queue, last = queue[:n-1], false
		c.timer.Reset(pollAgain)
	}
	c.drop(len(queue))
	c.queued.Store(0)
	c.writeMu.Unlock()
	if last {
		c.finish() // before the client hears of it: whoever asks again then finds no session
	}
	get.reply(pollPayload(queue))
}

// end is told when the Conn has ended. A poll that waits is answered with the engine's close.
func (p *polling) end() {
	c := p.conn
	c.writeMu.Lock()
	get, probe := p.get, p.probe
	p.get, p.probe = nil, nil
	c.writeMu.Unlock()
	p.shed.Store(true)
	if probe != nil {
		probe.Close()
	}
	if get != nil {
		get.reply([]byte{packetClose})
	}
}
