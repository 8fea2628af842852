package engineio

// tick is the connection's one timer: it sends a ping, finds a ping unanswered, or ends a close that took too long.
func (c *Conn) tick() {
	switch c.state.Load() {
	case stateClosed:
		return
	case stateClosing:
		c.abort("forced close")
		return
	}
	if c.unanswered.Swap(true) {
		c.abort("ping timeout")
		return
	}
	c.enqueue(c.server.ping)
	c.timer.Reset(c.server.options.PingTimeout)
	if c.state.Load() != stateOpen {
		c.timer.Reset(closeWait) // a close came between: its own deadline was just overwritten
	}
}

// pong takes the client's answer. One that nobody asked for is ignored, so that it cannot touch a timer.
func (c *Conn) pong() {
	if c.unanswered.CompareAndSwap(true, false) && c.Open() {
		c.timer.Reset(c.server.options.PingInterval)
	}
}
