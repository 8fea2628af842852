package engineio

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"roomstream/rooms/limits"
	"roomstream/rooms/tally"
)

// The defaults of Options, as web/docs/protocol.md states them.
const (
	DefaultPingInterval = 25 * time.Second
	// DefaultPingTimeout is longer than the interval: a pong that crosses its timer's start is made good by the next ping.
	DefaultPingTimeout    = 30 * time.Second
	DefaultUpgradeTimeout = 10 * time.Second
	DefaultWriteTimeout   = 10 * time.Second
	DefaultMaxPayload     = 1_000_000
)

// Options are a Server's settings. A zero means the default, but for Accept, which is required.
type Options struct {
	PingInterval   time.Duration
	PingTimeout    time.Duration
	UpgradeTimeout time.Duration  // from the WebSocket's handshake to the upgrade packet
	WriteTimeout   time.Duration  // a client takes writeChunk bytes within it, or is cut; a body arrives within it
	MaxPayload     int            // bytes of one message and of one polling request
	Places         *limits.Places // of connections, by limits.Address; nil: any number
	Refusals       *tally.By      // counts handshakes that are refused, by Refusals; nil: nobody counts

	// Accept returns the connection's handler, before anything is sent to or read from the client, so nothing can be
	// missed. r is the handshake's request, which is not kept.
	Accept func(c *Conn, r *http.Request) Handler

	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		set   *time.Duration
		value time.Duration
	}{
		{&o.PingInterval, DefaultPingInterval},
		{&o.PingTimeout, DefaultPingTimeout},
		{&o.UpgradeTimeout, DefaultUpgradeTimeout},
		{&o.WriteTimeout, DefaultWriteTimeout},
	} {
		if *d.set == 0 {
			*d.set = d.value
		}
	}
	if o.MaxPayload == 0 {
		o.MaxPayload = DefaultMaxPayload
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Server takes connections. It is made by New and serves while Run runs.
type Server struct {
	options  Options
	registry *registry
	flushers []*flusher
	buffers  sync.Pool // *[readBuffer]byte
	batches  sync.Pool // *Batch
	queues   sync.Pool // *[manyRuns][]byte, empty; see Conn.add

	webSockets, polls atomic.Int64 // handshakes
	upgrades, slow    atomic.Int64
	made              atomic.Uint32 // connections; it wraps around

	ping []byte // the frame that all pings are
}

// New makes a Server. It writes by as many goroutines as suit GOMAXPROCS of now.
func New(o Options) *Server { return newServer(o, flushersOn(runtime.GOMAXPROCS(0))) }

func newServer(o Options, flushers int) *Server {
	s := &Server{options: o.withDefaults(), ping: frame(opText, []byte{packetPing})}
	s.registry = newRegistry(s.options.Places)
	s.buffers.New = func() any { return new([readBuffer]byte) }
	s.batches.New = func() any { return &Batch{server: s, todo: make([][]*Conn, flushers)} }
	s.queues.New = func() any { return new([manyRuns][]byte) }
	for range flushers {
		s.flushers = append(s.flushers, newFlusher())
	}
	return s
}

// Run writes to the connections until ctx is done, then cuts those that are left. It returns when its goroutines have
// ended.
func (s *Server) Run(ctx context.Context) error {
	var group errgroup.Group
	for _, f := range s.flushers {
		group.Go(func() error {
			f.run(ctx)
			return nil
		})
	}
	group.Wait()
	left, empty := s.registry.drain()
	for _, c := range left {
		c.abort()
	}
	<-empty // others may be ending connections too
	return nil
}

// Refuse lets nobody in any more. It returns the connections that there are, and a channel that is closed when all of
// them have gone.
func (s *Server) Refuse() (all []*Conn, gone <-chan struct{}) { return s.registry.drain() }

// Drain lets nobody in any more, closes every connection with 1012 draining behind what is queued, and waits until all
// are gone; what is left when ctx is done is cut. It needs Run to be running.
func (s *Server) Drain(ctx context.Context) error {
	all, empty := s.registry.drain()
	for _, c := range all {
		c.Shutdown(CloseDraining, "draining")
	}
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
	}
	left, _ := s.registry.drain()
	for _, c := range left {
		c.abort()
	}
	return ctx.Err()
}

// Connections counts the connections, from the handshake to the end of the transport.
func (s *Server) Connections() int { return s.registry.count() }

// openPacket is the payload of the engine's first packet.
type openPacket struct {
	SID          string   `json:"sid"`
	Upgrades     []string `json:"upgrades"`
	PingInterval int64    `json:"pingInterval"` // ms
	PingTimeout  int64    `json:"pingTimeout"`  // ms
	MaxPayload   int      `json:"maxPayload"`
}

func (s *Server) open(sid string, upgrades ...string) []byte {
	b, err := json.Marshal(openPacket{
		SID: sid, Upgrades: append([]string{}, upgrades...),
		PingInterval: s.options.PingInterval.Milliseconds(),
		PingTimeout:  s.options.PingTimeout.Milliseconds(),
		MaxPayload:   s.options.MaxPayload,
	})
	if err != nil {
		panic(err) // strings and numbers always have a JSON form
	}
	return append([]byte{'0'}, b...)
}
