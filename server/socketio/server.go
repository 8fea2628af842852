package socketio

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"net/http"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
	"roomstream/rooms/tally"
	"roomstream/server/engineio"
)

// DefaultConnectTimeout is how long a connection may go without being connected to "/".
const DefaultConnectTimeout = 10 * time.Second

// Options are a Server's settings. Service and Tokens are required; the zero of all others works.
type Options struct {
	Service *rooms.Service
	Tokens  *auth.Tokens

	// Streams are the declared streams; nil: there are none.
	Streams Streams

	// AllowedOrigins are the origins, as a browser writes them ("https://chat.example"), whose pages may connect besides
	// those of the request's own host; "*" allows all.
	AllowedOrigins []string

	// Limits are what addresses and users may have and do of connections.
	Limits Limits

	// The times and limits below are the protocol's (web/docs/protocol.md) and changed by tests only. PingTimeout is to be
	// longer than PingInterval.
	PingInterval   time.Duration // 25 s
	PingTimeout    time.Duration // 30 s
	UpgradeTimeout time.Duration // 10 s
	WriteTimeout   time.Duration // 10 s
	ConnectTimeout time.Duration // 10 s
	MaxPayload     int           // 1,000,000 bytes

	// Refusals counts, by rooms.Code, the errors that clients are told; nil: nobody counts.
	Refusals *tally.By

	Now    func() time.Time
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.ConnectTimeout == 0 {
		o.ConnectTimeout = DefaultConnectTimeout
	}
	if o.MaxPayload == 0 {
		o.MaxPayload = engineio.DefaultMaxPayload
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Server speaks Socket.IO at /socket.io/. It is safe for concurrent use and serves while Run runs.
type Server struct {
	options Options
	chat    chat
	people  *people // nil with another chat than ours
	engine  *engineio.Server
	adapter *adapter
	handler http.Handler
	refused *tally.By // handshakes
	log     *slog.Logger
}

var _ rooms.Emitter = (*Server)(nil)

// New makes a Server that takes its clients to the Service.
func New(o Options) (*Server, error) {
	if o.Service == nil || o.Tokens == nil {
		return nil, errors.New("socketio: Options.Service and Options.Tokens are required")
	}
	o = o.withDefaults()
	c := newChat(o.Service, meeting(o.Service, o.Tokens.Verify), int64(o.MaxPayload), o.Service.MaxFileSize(), o.Now, o.Logger)
	c.streams, c.refusals, c.places = o.Streams, o.Refusals, o.Limits.Connections
	s, err := newServer(o, c)
	if err != nil {
		return nil, err
	}
	s.people = c.people
	return s, nil
}

// newServer makes a Server that hands its clients to any chat.
func newServer(o Options, c chat) (*Server, error) {
	o = o.withDefaults()
	allowed, err := newOrigins(o.AllowedOrigins)
	if err != nil {
		return nil, err
	}
	s := &Server{options: o, chat: c, log: o.Logger, refused: tally.NewBy(handshakeRefusals()...)}
	s.engine = engineio.New(engineio.Options{
		PingInterval: o.PingInterval, PingTimeout: o.PingTimeout, UpgradeTimeout: o.UpgradeTimeout,
		WriteTimeout: o.WriteTimeout, MaxPayload: o.MaxPayload, Places: o.Limits.AddressConnections,
		Accept: s.accept, Refusals: s.refused, Logger: o.Logger,
	})
	s.adapter = newAdapter(s.engine)
	s.handler = front{engine: s.engine, allowed: allowed, limits: o.Limits, refused: s.refused}
	return s, nil
}

// accept makes a connection's client, which is to connect in time.
func (s *Server) accept(conn *engineio.Conn, r *http.Request) engineio.Handler {
	c := &client{server: s, conn: conn, authorization: r.Header.Get("Authorization")}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rest()
	return c
}

// Handler serves /socket.io/ and answers 404 for anything else.
func (s *Server) Handler() http.Handler { return s.handler }

// Run serves until ctx is done and then cuts the connections that are left. It returns when its goroutines have ended.
func (s *Server) Run(ctx context.Context) error { return s.engine.Run(ctx) }

// Connections counts the connections, from the handshake to the end of the transport.
func (s *Server) Connections() int { return s.engine.Connections() }

// Emit queues a room's events to its sockets.
func (s *Server) Emit(room rooms.RoomID, events []rooms.Event) { emitEvents(s, room, events) }

// Finish implements rooms.Finisher.
func (s *Server) Finish(done func()) { s.engine.AfterWrites(done) }

// Reset tells a room's sockets that what they have of it is void.
func (s *Server) Reset(room rooms.RoomID, reason rooms.ResetReason, lastSeq int64) {
	emitReset(s, room, reason, lastSeq)
}

// Typing tells a room's sockets but one that somebody types or stopped.
func (s *Server) Typing(room rooms.RoomID, user auth.UserID, on bool, until time.Time, except string) {
	emitTyping(s, room, user, on, until, except)
}

// Revoke ends a user's sockets.
func (s *Server) Revoke(user auth.UserID) {
	if s.people != nil {
		s.people.revoke(user)
	}
}

// End closes the sockets of those who are covered, as auth.Sessions asks.
func (s *Server) End(covered func(auth.User) bool) {
	if s.people != nil {
		s.people.end(covered)
	}
}

// All gives the users of the sockets, as auth.Sessions asks.
func (s *Server) All() iter.Seq[auth.User] {
	return func(yield func(auth.User) bool) {
		if s.people == nil {
			return
		}
		for _, c := range s.people.everybody() {
			if !yield(c.user) {
				return
			}
		}
	}
}

// Members counts the sockets in a room.
func (s *Server) Members(room rooms.RoomID) int { return s.members(adapterRoom(room)) }

// broadcast is the fan-out: see adapter.broadcast.
func (s *Server) broadcast(room string, packets [][]byte) { s.adapter.broadcast(room, packets, "") }

// broadcastExcept leaves one socket out.
func (s *Server) broadcastExcept(room string, packets [][]byte, except string) {
	s.adapter.broadcast(room, packets, except)
}

func (s *Server) members(room string) int { return s.adapter.count(room) }
