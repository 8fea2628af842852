// Package feed serves live feeds to clients that speak no Socket.IO: declared streams and the events of rooms over a
// plain WebSocket or as Server-Sent Events, and the routes of collections. net/http calls it; Fiber could neither hand a
// connection over nor stream.
//
// Concurrency: a Server is safe for concurrent use. A feed has at most two goroutines: one writes, which for Server-Sent
// Events is the request's own, and one reads a WebSocket. A ping has a third until it is answered.
//
// Lifecycle: New, Run until its context is done; before that, Drain closes every feed. The writer of a feed is the last to
// go: it ends the subscription, waits for the reader and signs the feed off, and Run waits until all have signed off.
//
// Order and loss: what a stream or a room brings is queued and written in its order. Nothing is left out in the middle: a
// client that does not follow is closed with 1013, and comes back with the last `after` that it has. A queue holds at most
// 1 MiB and one event more.
package feed

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/limits"
	"roomstream/rooms/streams"
	"roomstream/rooms/tally"
	"roomstream/server/httpauth"
	"roomstream/server/spread"
)

// Options are what a Server stands on. Rooms, Streams, Tokens and Accounts are required; the zero of all others works.
type Options struct {
	Rooms    *rooms.Service
	Streams  *streams.Service
	Tokens   *auth.Tokens
	Accounts *auth.Accounts

	// Database is the name of the one that declared streams watch, as it may stand in a path before the collection's.
	Database string

	// AllowedOrigins are the origins, as a browser writes them ("https://chat.example"), whose pages may open feeds besides
	// those of the request's own host; "*" allows all.
	AllowedOrigins []string

	// The times and limits below are the protocol's (web/docs/protocol.md) and changed by tests only.
	PingInterval time.Duration // 30 s: of a WebSocket
	PingTimeout  time.Duration // 30 s: an answer to a ping
	WriteTimeout time.Duration // 10 s: without progress a client is too slow
	MaxQueue     int           // 1 MiB: what may wait for one client, in bytes
	MaxBody      int64         // 1 MiB: the body of a request, in bytes

	Refusals *tally.By // counts, by rooms.Code, the errors that callers are told; nil: nobody counts

	Limits Limits

	Now    func() time.Time // nil: time.Now
	Logger *slog.Logger     // nil: none
}

// Limits are what addresses and users may have and do; nil: as they like. They are those of all other ways in, too.
type Limits struct {
	Handshakes         *limits.Limiter // feeds of everybody that are opened; its key is empty
	AddressHandshakes  *limits.Limiter // that, by limits.Address
	AddressConnections *limits.Places  // open feeds, by limits.Address
	Connections        *limits.Places  // by user
	Requests           *limits.Limiter // of all kinds, by user
	AddressRequests    *limits.Limiter // by limits.Address
}

const (
	defaultPing         = 30 * time.Second
	defaultWriteTimeout = 10 * time.Second

	// defaultMaxQueue is beyond what the kernel buffers: a burst of thousands of events.
	defaultMaxQueue = 1 << 20

	// defaultMaxBody has room for a document of a chat or an order, and for a set of declarations; a file is neither.
	defaultMaxBody = 1 << 20
)

func (o Options) withDefaults() Options {
	if o.PingInterval == 0 {
		o.PingInterval = defaultPing
	}
	if o.PingTimeout == 0 {
		o.PingTimeout = defaultPing
	}
	if o.WriteTimeout == 0 {
		o.WriteTimeout = defaultWriteTimeout
	}
	if o.MaxQueue == 0 {
		o.MaxQueue = defaultMaxQueue
	}
	if o.MaxBody == 0 {
		o.MaxBody = defaultMaxBody
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// source opens declared streams for feeds: the Service's, or one of a test that fails or stalls.
type source interface {
	// check says what open would refuse whatever the client is told by.
	check(caller streams.Caller, r streams.Request) error
	open(ctx context.Context, caller streams.Caller, r streams.Request, to *conn) (subscription, error)
}

// subscription is a stream that a feed has opened.
type subscription interface {
	// Close ends it; it is called once, from the feed's writer.
	Close()
}

// Server serves feeds and the routes of collections. It is safe for concurrent use and serves while Run runs.
type Server struct {
	options  Options
	log      *slog.Logger
	source   source
	catalog  catalog
	basic    *basic
	allowed  origins
	registry *registry
	members  *members
	buffers  sync.Pool // of *[]byte with room for writeChunk
	slow     atomic.Int64
}

var (
	_ rooms.Emitter = (*Server)(nil)
	_ http.Handler  = (*Server)(nil)
)

// New makes a Server.
func New(o Options) (*Server, error) {
	if o.Rooms == nil || o.Streams == nil || o.Tokens == nil || o.Accounts == nil {
		return nil, errors.New("feed: Options.Rooms, Streams, Tokens and Accounts are required")
	}
	o = o.withDefaults()
	s := &Server{
		options: o, log: o.Logger, source: declared{o.Streams}, catalog: o.Streams,
		basic: newBasic(o.Accounts.Verify, o.Now), allowed: origins{httpauth.NewOrigins(o.AllowedOrigins)},
		registry: newRegistry(o.Limits), members: newMembers(),
	}
	s.buffers.New = func() any {
		b := make([]byte, 0, writeChunk)
		return &b
	}
	return s, nil
}

// ServeHTTP answers what Handles says is for this package.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store") // answers differ by caller and by the moment
	h.Set("X-Content-Type-Options", "nosniff")
	defer func() {
		if fault := recover(); fault != nil {
			s.refuse(w, r, fmt.Errorf("panic: %v\n%s", fault, debug.Stack()))
		}
	}()
	to, ok := addressOf(r)
	switch {
	case !ok:
		s.refuse(w, r, noRoute())
	case !s.allowed.admit(w, r):
		s.refuse(w, r, rooms.E(rooms.CodeForbidden, "Origin: pages of this origin may not call here: add it to -allowed-origins"))
	case r.Method == http.MethodOptions:
		w.WriteHeader(http.StatusNoContent)
	default:
		s.serve(w, r, to)
	}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, to address) {
	if err := rooms.Within(s.options.Limits.AddressRequests, limits.Address(r.RemoteAddr)); err != nil {
		s.refuse(w, r, err)
		return
	}
	if to.kind == streamAddress {
		s.serveFeed(w, r, to)
		return
	}
	s.serveCollection(w, r, to)
}

// serveFeed opens a feed. The stream is opened before the answer, so that what goes wrong is said in HTTP.
func (s *Server) serveFeed(w http.ResponseWriter, r *http.Request, to address) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		s.refuse(w, r, rooms.E(rooms.CodeMethodNotAllowed, "a feed is opened by GET"))
		return
	}
	carry := s.serveEvents
	switch {
	case isUpgrade(r):
		carry = s.serveWebSocket
		if err := checkUpgrade(w, r); err != nil {
			s.refuse(w, r, err)
			return
		}
	case !accepts(r, "text/event-stream"):
		s.refuse(w, r, s.unopenable(r, to))
		return
	}
	if err := s.options.Limits.handshake(limits.Address(r.RemoteAddr)); err != nil {
		s.refuse(w, r, err)
		return
	}
	c, err := s.open(r, to)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	carry(w, r, c)
}

// unopenable tells who asks without a way to be told of events what else is wrong: a missing variable, say.
func (s *Server) unopenable(r *http.Request, to address) error {
	who, asked, err := s.read(r.Context(), r, to)
	if err != nil {
		return err
	}
	if _, ok := to.room(); !ok {
		if err := s.source.check(who.Caller, asked.request); err != nil {
			return err
		}
	}
	return rooms.E(rooms.CodeUpgradeRequired, "connect a WebSocket here, or send Accept: text/event-stream")
}

// read reads who asks for which stream, with what.
func (s *Server) read(ctx context.Context, r *http.Request, to address) (caller, query, error) {
	if to.name.URI == "" {
		return caller{}, query{}, noRoute()
	}
	if to.database != "" && to.database != s.options.Database {
		return caller{}, query{}, rooms.E(rooms.CodeNotFound, "there is no such database here")
	}
	who, err := s.counted(ctx, r)
	if err != nil {
		return caller{}, query{}, err
	}
	asked, err := readQuery(r)
	asked.request.Name = to.name
	return who, asked, err
}

// openTimeout bounds the opening of a stream: an election of the database takes up to 12 s.
const openTimeout = 15 * time.Second

// open makes the feed that a request asks for. What the stream brings is queued from here on.
func (s *Server) open(r *http.Request, to address) (*conn, error) {
	ctx, cancel := context.WithTimeout(r.Context(), openTimeout)
	defer cancel()
	who, asked, err := s.read(ctx, r, to)
	if err != nil {
		return nil, err
	}
	c, opened := s.newConn(who, asked.canonical), false
	defer func() {
		if !opened { // also where something panicked: Run would wait for it for ever
			c.discard()
		}
	}()
	c.from = limits.Address(r.RemoteAddr)
	if err := s.registry.add(c); err != nil {
		if rooms.AsError(err).Code == rooms.CodeRateLimited {
			s.options.Limits.crowded(c.from)
		}
		return nil, err
	}
	defer context.AfterFunc(c.ctx, cancel)()
	if room, ok := to.room(); ok {
		err = s.openRoom(ctx, c, room, asked)
	} else {
		c.subscription, err = s.source.open(ctx, who.Caller, asked.request, c)
	}
	if err != nil {
		return nil, c.refusal(err)
	}
	opened = true
	return c, nil
}

// refusal says why a feed was not opened, if it was ended while that was tried.
func (c *conn) refusal(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.ended != nil && c.ended.code == codeTokenExpired:
		return auth.ErrTokenExpired
	case c.ended != nil && c.ended.code == codeRevoked:
		return auth.ErrUnauthenticated
	case errors.Is(err, context.DeadlineExceeded):
		return rooms.Wrap(rooms.CodeUnavailable, err, "the feed could not be opened within %s", openTimeout)
	}
	return err
}

// Run serves until ctx is done, then cuts the feeds that are left, and returns nil when all have ended.
func (s *Server) Run(ctx context.Context) error {
	<-ctx.Done()
	all, empty := s.registry.drain()
	for _, c := range all {
		c.cut()
	}
	<-empty
	return nil
}

// Drain lets nobody in any more, closes every feed with 1012 `draining` behind what is queued, spread evenly over a time,
// and waits until all are gone or ctx is done; then it cuts what is left and returns ctx's error.
func (s *Server) Drain(ctx context.Context, over time.Duration) error {
	all, empty := s.registry.drain()
	spread.Over(ctx, over, len(all), func(i int) {
		all[i].finish(ending{code: codeDraining, reason: string(streams.ReasonDraining), behind: true})
	})
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
	}
	for _, c := range all {
		c.cut()
	}
	return ctx.Err()
}

// Feeds counts the feeds that are open or being opened.
func (s *Server) Feeds() int { return s.registry.count() }

// End closes the feeds of those who are covered, as auth.Sessions asks.
func (s *Server) End(covered func(auth.User) bool) {
	for _, c := range s.registry.everybody() {
		if covered(c.who.User) {
			c.finish(ending{code: codeRevoked, reason: "revoked"})
		}
	}
}

// All gives the users of the feeds whose callers are known, as auth.Sessions asks.
func (s *Server) All() iter.Seq[auth.User] {
	return func(yield func(auth.User) bool) {
		for _, c := range s.registry.everybody() {
			if !yield(c.who.User) {
				return
			}
		}
	}
}

// Slow counts the feeds that were closed because their client did not follow.
func (s *Server) Slow() int64 { return s.slow.Load() }

// Revoke ends a user's feeds, and makes his password be looked at again.
func (s *Server) Revoke(user auth.UserID) {
	s.basic.forget(user)
	for _, c := range s.registry.of(user) {
		c.finish(ending{code: codeRevoked, reason: "revoked"})
	}
}
