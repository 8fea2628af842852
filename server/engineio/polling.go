package engineio

import (
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zishang520/engine.io-go-parser/packet"
	"github.com/zishang520/engine.io/v2/engine"
	"github.com/zishang520/engine.io/v2/transports"
	"github.com/zishang520/engine.io/v2/types"
)

// polling is the transport that the stock engine's sockets have: requests go in, and what the engine wants said goes to
// the Conn's queue, which answers the client's polls. A Conn sheds it when it is upgraded.
type polling struct {
	transports.Transport
	conn  *Conn
	stock engine.Socket

	posting  atomic.Bool // a client sends one request at a time
	shed     atomic.Bool // the engine's socket is over, or means nothing any more
	handling sync.Mutex  // held while what a request brought is handled, and while the Conn changes over

	// Guarded by the Conn's writeMu.
	get    *types.HttpContext // the poll that waits for something to say; nil: none
	probe  interface{ Close() error }
	probed bool // the client has seen the WebSocket work and finishes its last poll

	first *types.HttpContext // the handshake's request, while it runs, for its goroutine
}

func newPolling(ctx *types.HttpContext) *polling {
	p := &polling{Transport: transports.MakeTransport()}
	p.Prototype(p)
	p.Construct(ctx)
	return p
}

// beginPolling makes the Conn of a new session and answers the handshake.
func (s *Server) beginPolling(p *polling, stock engine.Socket) {
	r := p.first.Request()
	c := s.newConn(stock.Id(), r.RemoteAddr)
	p.conn, p.stock = c, stock
	c.polling.Store(p)
	if w, ok := p.first.Response().(*pollAnswer); ok {
		w.conn = c
	}
	c.accept(r)
	stock.On("close", func(args ...any) {
		if !p.shed.Swap(true) {
			reason, _ := args[0].(string)
			c.abort(reason)
		}
	})
	inTime := s.registry.add(c)
	s.polls.Add(1)
	// From here on the engine may always write: the queue is the Conn's. It has its open packet waiting.
	p.SetWritable(true)
	p.Emit("ready")
	c.poll(p, p.first)
	p.first = nil
	if !inTime {
		c.Shutdown(CloseDraining, "draining")
	}
}

// Name is the transport's name.
func (p *polling) Name() string { return transports.POLLING }

// Send takes what the engine itself says: the open packet and pings.
func (p *polling) Send(packets []*packet.Packet) {
	for _, one := range packets {
		text, err := p.Parser().EncodePacket(one, true)
		switch {
		case err != nil:
			p.conn.server.options.Logger.Error("a packet of the engine cannot be encoded", "error", err)
		case p.shed.Load():
			return
		default:
			if one.Type == packet.PING {
				p.conn.unanswered.Store(true)
			}
			p.conn.enqueue(frame(opText, text.Bytes()))
		}
	}
}

// DoClose lets the engine's socket end; the Conn has its own end.
func (p *polling) DoClose(done types.Callable) {
	if done != nil {
		done()
	}
}

// OnRequest takes a request that the engine has checked. The engine waits until it is answered.
func (p *polling) OnRequest(ctx *types.HttpContext) {
	switch {
	case p.conn == nil:
		p.first = ctx
	case ctx.Method() == http.MethodGet:
		if w, ok := ctx.Response().(*pollAnswer); ok {
			w.conn = p.conn
		}
		p.conn.poll(p, ctx)
	case ctx.Method() == http.MethodPost:
		p.post(ctx)
	default:
		refuse(ctx, http.StatusBadRequest, ErrBadRequest)
	}
}

// poll takes a client's poll, and answers it when there is something to say.
func (c *Conn) poll(p *polling, ctx *types.HttpContext) {
	ctx.Once("close", func(...any) {
		c.writeMu.Lock()
		premature := p.get == ctx
		if premature {
			p.get = nil
		}
		c.writeMu.Unlock()
		if premature {
			c.abort("transport close")
		}
	})
	c.writeMu.Lock()
	over := c.polling.Load() != p || c.state.Load() == stateClosed
	overlap := p.get != nil
	work := false
	if !over && !overlap {
		p.get = ctx
		work = len(c.queue) > 0 && c.claim()
		if p.probed && !work {
			time.AfterFunc(noopDelay, func() { c.noop(p, ctx) })
		}
	}
	c.writeMu.Unlock()
	switch {
	case over:
		refuse(ctx, http.StatusBadRequest, ErrBadRequest)
	case overlap:
		refuse(ctx, http.StatusBadRequest, ErrBadRequest)
		c.abort("transport error")
	default:
		if ctx.Context().Err() != nil {
			ctx.Emit("close") // it went before there was a listener
		}
		c.start(work)
	}
}

// noopDelay is how long a poll may wait while the client changes over to its WebSocket: the engine's own interval. It
// keeps a client that polls on, because its WebSocket fails after all, from polling as fast as it can.
const noopDelay = 100 * time.Millisecond

// noop ends a poll with nothing said, so that the client can change over.
func (c *Conn) noop(p *polling, ctx *types.HttpContext) {
	c.writeMu.Lock()
	waits := p.get != nil && (ctx == nil || p.get == ctx) && !c.writing
	if waits {
		ctx, p.get = p.get, nil
	}
	c.writeMu.Unlock()
	if waits {
		reply(ctx, []byte{packetNoop})
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
	ctx := p.get
	if ctx == nil || len(c.queue) == 0 {
		c.writeMu.Unlock()
		return
	}
	p.get = nil
	queue, last := c.queue, c.sealed
	c.queue = nil
	c.queued.Store(0)
	if n := len(queue); last && n > 1 {
		// The stock client ends at a close before it has handed on the events that came with it
		// in one payload. So they go ahead, and the close answers the next poll, if one comes.
		queue, c.queue, last = queue[:n-1], queue[n-1:], false
		c.timer.Reset(pollAgain)
	}
	c.writeMu.Unlock()

	switch {
	case !reply(ctx, pollPayload(queue)):
		c.abort("transport close")
	case last:
		c.finish()
	}
}

// end is told when the Conn has ended. A poll that waits is answered with the engine's close.
func (p *polling) end() {
	c := p.conn
	c.writeMu.Lock()
	ctx, probe := p.get, p.probe
	p.get, p.probe = nil, nil
	c.writeMu.Unlock()
	if probe != nil {
		probe.Close()
	}
	if ctx != nil {
		go reply(ctx, []byte{packetClose})
	}
	p.forget()
}

// forget ends the engine's socket; its session is unknown from now on.
func (p *polling) forget() {
	p.shed.Store(true)
	p.stock.Close(true)
}

// reply answers a poll, and says whether the answer is on its way.
func reply(ctx *types.HttpContext, body []byte) bool {
	h := ctx.ResponseHeaders
	h.Set("Content-Type", "text/plain; charset=UTF-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	ctx.SetStatusCode(http.StatusOK)
	_, err := ctx.Write(body)
	return err == nil
}

// refuse answers a request of a session with an error.
func refuse(ctx *types.HttpContext, status int, e *HTTPError) {
	ctx.ResponseHeaders.Set("Content-Type", "application/json")
	ctx.SetStatusCode(status)
	ctx.Write(e.body())
}
