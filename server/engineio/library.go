package engineio

import (
	"errors"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/zishang520/engine.io/v2/config"
	"github.com/zishang520/engine.io/v2/engine"
	"github.com/zishang520/engine.io/v2/transports"
	"github.com/zishang520/engine.io/v2/types"
)

// library is the stock engine. It serves what is its own of polling: checking the requests, the handshake, the pings,
// and forgetting the session at its end. It makes the transport of ours, so what carries the messages is polling.go.
type library struct {
	engine.Server
	server *Server
}

func newLibrary(s *Server) *library {
	l := &library{Server: engine.MakeServer(), server: s}
	l.Prototype(l)
	o := config.DefaultServerOptions()
	o.SetPingInterval(s.options.PingInterval)
	o.SetPingTimeout(s.options.PingTimeout)
	o.SetMaxHttpBufferSize(int64(s.options.MaxPayload))
	l.Construct(o)
	l.On("connection", l.connection)
	return l
}

// CreateTransport is called by the engine's handshake.
func (l *library) CreateTransport(name string, ctx *types.HttpContext) (transports.Transport, error) {
	if name != transports.POLLING {
		return nil, errors.New("the engine serves polling only")
	}
	return newPolling(ctx), nil
}

// connection is told by the engine, in the goroutine of the handshake's request, when its socket is made and known. The
// answer to the request is still held back: the client cannot come again before everything is in place.
func (l *library) connection(args ...any) {
	stock, ok := args[0].(engine.Socket)
	if !ok {
		return
	}
	p, ok := stock.Transport().(*polling)
	if !ok {
		return
	}
	l.server.beginPolling(p, stock)
}

// ServePolling takes all requests but upgrades. The caller has checked path, origin and query. Whatever it returns, the
// request is answered; ErrTooMany: it was a handshake, and there was no place for it.
func (s *Server) ServePolling(w http.ResponseWriter, r *http.Request) error {
	sid := r.URL.Query().Get("sid")
	if c := s.registry.find(sid); c != nil && !c.onPolling() {
		Refuse(w, http.StatusBadRequest, ErrBadRequest)
		return ErrBadRequest
	}
	if sid != "" {
		s.answer(w, r)
		return nil
	}
	if err := s.registry.admit(r.RemoteAddr); err != nil {
		s.refuseBusy(w, err)
		return err
	}
	if !s.answer(w, r) {
		s.options.Refusals.Add(RefusedRequest)
		s.registry.release(r.RemoteAddr)
		return ErrBadRequest
	}
	return nil
}

// answer has the engine take a request, writes its answer, and says whether the request was a session's.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) bool {
	// net/http's deadlines are for all of a request, and a poll takes longer than any request and any answer may. What
	// comes of a body and of the answer is bounded where it is read and written.
	control := http.NewResponseController(w)
	var arrives time.Time // when the body must be there: also one that nobody wants, which net/http reads before it answers
	if r.ContentLength != 0 {
		arrives = time.Now().Add(s.options.WriteTimeout)
	}
	control.SetReadDeadline(arrives)
	control.SetWriteDeadline(time.Time{})
	a := &pollAnswer{writer: w, header: http.Header{}}
	s.library.ServeHTTP(a, r)
	header, status, body := a.take()
	maps.Copy(w.Header(), header)
	control.SetWriteDeadline(time.Now().Add(s.options.WriteTimeout))
	defer control.SetWriteDeadline(time.Time{})
	w.WriteHeader(status)
	_, err := w.Write(body)
	if err == nil {
		err = control.Flush()
	}
	if errors.Is(err, http.ErrNotSupported) {
		err = nil // somebody's wrapper around the writer
	}
	if err != nil && a.conn != nil {
		a.conn.abort("transport error") // what it was told is lost
	}
	return a.conn != nil
}

// pollAnswer keeps an answer until the request's own goroutine writes it: polls are answered by whoever has something
// to say, and the engine lets the request go as soon as its client has gone, in the middle of such a write.
type pollAnswer struct {
	writer http.ResponseWriter
	conn   *Conn // of the session, for a handshake and for polls; set in the request's goroutine

	header http.Header // the writer's alone, until it writes

	mu     sync.Mutex
	status int
	body   []byte
	ready  bool
	taken  bool
}

// Unwrap lets http.ResponseController through.
func (a *pollAnswer) Unwrap() http.ResponseWriter { return a.writer }

// Header is for whoever writes.
func (a *pollAnswer) Header() http.Header { return a.header }

// WriteHeader comes before Write.
func (a *pollAnswer) WriteHeader(status int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.status = status
}

// Write keeps the body; it fails where the request is over.
func (a *pollAnswer) Write(b []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.taken {
		return 0, http.ErrHandlerTimeout
	}
	a.body, a.ready = b, true
	return len(b), nil
}

// take gives what was written; where nothing was, the client has gone and is told anything.
func (a *pollAnswer) take() (http.Header, int, []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.taken = true
	if !a.ready {
		return nil, http.StatusBadRequest, nil
	}
	return a.header, a.status, a.body
}
