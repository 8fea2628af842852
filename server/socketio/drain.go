package socketio

import (
	"context"
	"strconv"
	"time"

	"roomstream/server/engineio"
	"roomstream/server/spread"
)

// Drain lets nobody in any more and sends every client away, spread evenly over a time, so that those who take them in
// are not met by all at once. Each is told server_draining and when its turn comes; then what it still says is not read,
// and its connection is closed with 1012 once what it had asked is answered. What is not answered within answers is not
// waited for. Drain returns when all are gone; when ctx is done it cuts what is left and returns ctx's error. It needs Run
// to be running.
func (s *Server) Drain(ctx context.Context, over, answers time.Duration) error {
	waiting, cancel := context.WithTimeout(ctx, answers)
	defer cancel()
	conns, gone := s.engine.Refuse()
	for i, conn := range conns {
		drained(conn).announce(spread.At(over, i, len(conns)))
	}
	spread.Over(waiting, over, len(conns), func(i int) { drained(conns[i]).drain() })
	select {
	case <-gone:
	case <-waiting.Done():
	}
	return s.engine.Drain(ctx)
}

// drained is whom a connection belongs to.
func drained(conn *engineio.Conn) *client { return conn.Handler().(*client) }

// announce tells the client when its connection is going to be closed, at least 1 ms from now.
func (c *client) announce(in time.Duration) {
	m, _ := c.current()
	if m == nil || m.silent.Load() {
		return
	}
	payload := strconv.AppendInt([]byte(`{"reconnectInMs":`), max(in.Milliseconds(), 1), 10)
	c.conn.Queue(eventPacket("server_draining", append(payload, '}')))
}

// drain closes the connection once nothing that it asked is without an answer. What comes from now on is not read: it is
// asked again elsewhere.
func (c *client) drain() {
	c.draining.Store(true)
	if c.unanswered.Load() == 0 {
		c.dismiss()
	}
}

// asked counts an event that is to be answered.
func (c *client) asked() { c.unanswered.Add(1) }

// answered counts its answer. An event that is counted before draining is looked at is either seen by drain or not taken.
func (c *client) answered() {
	if c.unanswered.Add(-1) == 0 && c.draining.Load() {
		c.dismiss()
	}
}

func (c *client) dismiss() { c.conn.Shutdown(engineio.CloseDraining, "draining") }
