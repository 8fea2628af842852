package socketio

import (
	"context"
	"strconv"
	"sync"
	"time"

	"roomstream/server/engineio"
	"roomstream/server/spread"
)

// Draining is how long Drain takes at most.
type Draining struct {
	Spread  time.Duration // from the first client that is sent away to the last
	Answers time.Duration // from the beginning until all that was asked is answered
	Last    time.Duration // then, until all have taken their last packets
}

// Drain lets nobody in any more and sends every client away, spread evenly over a time, so that those who take them in
// are not met by all at once. Each is told server_draining and when its turn comes; then what it still says is not read,
// and its connection is closed with 1012 once what it had asked is answered, or Answers have passed. Drain returns when
// all are gone; what is left after Last, or when ctx is done, it cuts, and returns context.DeadlineExceeded or ctx's error.
// It needs Run to be running.
func (s *Server) Drain(ctx context.Context, d Draining) error {
	answering, cancelAnswering := context.WithTimeout(ctx, d.Answers)
	defer cancelAnswering()
	conns, _ := s.engine.Refuse()
	for i, conn := range conns {
		drained(conn).announce(spread.At(d.Spread, i, len(conns)))
	}
	spread.Over(answering, d.Spread, len(conns), func(i int) { drained(conns[i]).drain() })
	for _, conn := range conns {
		select {
		case <-drained(conn).farewell.Load().said:
		case <-answering.Done():
		}
	}
	leaving, cancelLeaving := context.WithTimeout(ctx, d.Last)
	defer cancelLeaving()
	return s.engine.Drain(leaving)
}

// drained is whom a connection belongs to.
func drained(conn *engineio.Conn) *client { return conn.Handler().(*client) }

// announce tells the client when its connection is going to be closed, at least 1 ms from now.
func (c *client) announce(in time.Duration) {
	m := c.current()
	if m == nil || m.silent.Load() {
		return
	}
	payload := strconv.AppendInt([]byte(`{"reconnectInMs":`), max(in.Milliseconds(), 1), 10)
	c.conn.Queue(eventPacket("server_draining", append(payload, '}')))
}

// farewell is the end of a connection whose client is sent away.
type farewell struct {
	once sync.Once
	said chan struct{} // closed when the close is queued, or the connection has ended
}

// drain closes the connection once nothing that it asked is without an answer. What comes from now on is not read: it is
// asked again elsewhere.
func (c *client) drain() {
	c.farewell.Store(&farewell{said: make(chan struct{})})
	if c.unanswered.Load() == 0 || !c.conn.Open() {
		c.dismiss()
	}
}

// draining says whether drain was called.
func (c *client) draining() bool { return c.farewell.Load() != nil }

// asked counts an event that is to be answered.
func (c *client) asked() { c.unanswered.Add(1) }

// answered counts its answer. An event that is counted before draining is looked at is either seen by drain or not taken.
func (c *client) answered() {
	if c.unanswered.Add(-1) == 0 {
		c.dismiss()
	}
}

// dismiss closes the connection, if its client is being sent away.
func (c *client) dismiss() {
	if f := c.farewell.Load(); f != nil {
		f.once.Do(func() {
			c.conn.Shutdown(engineio.CloseDraining, "draining")
			close(f.said)
		})
	}
}
