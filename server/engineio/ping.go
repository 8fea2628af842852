package engineio

import "time"

// tick is the connection's one timer: it sends a ping, finds a ping unanswered, or ends a close that took too long.
func (c *Conn) tick() {
	switch c.state.Load() {
	case stateClosed:
		return
	case stateClosing:
		c.abort()
		return
	}
	if c.unanswered.Swap(true) {
		c.abort()
		return
	}
	// The timer first: the pong may be here before the next line, and then the timer is its.
	c.wind(c.server.options.PingTimeout)
	c.enqueue(c.server.ping)
}

// pong takes the client's answer. One that nobody asked for is ignored, so that it cannot touch the timer.
func (c *Conn) pong() {
	if c.unanswered.CompareAndSwap(true, false) {
		c.wind(c.server.options.PingInterval)
	}
}

// wind sets the timer of a connection that is open. A close that comes meanwhile may have set it too; its time is not to
// become a ping's.
func (c *Conn) wind(d time.Duration) {
	c.timer.Reset(d)
	if !c.Open() {
		c.timer.Reset(c.server.options.WriteTimeout)
	}
}
