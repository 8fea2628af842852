package engineio

import "syscall"

const (
	// readBuffer is what one read takes at most; buffers are pooled and held only while something is there to read.
	readBuffer = 4 << 10

	// blockingBuffer is held by each connection that is no plain socket.
	blockingBuffer = 1 << 10
)

// read starts reading; early is what came with the handshake.
func (c *Conn) read(early []byte) {
	if c.rc == nil {
		go c.readBlocking(early)
		return
	}
	if len(early) == 0 {
		go c.wait()
		return
	}
	go func() {
		if c.feed(early) {
			c.wait()
		}
	}()
}

// wait parks until the client sends, with no buffer and a fresh, small stack, which is why it hands over to a new
// goroutine and ends. The callback must try the read each time: a pending edge is cleared before it is called, so one
// that only waited could wait for ever.
func (c *Conn) wait() {
	var (
		buf *[readBuffer]byte
		n   int
		err error
	)
	gone := c.rc.Read(func(fd uintptr) bool {
		buf = c.server.buffers.Get().(*[readBuffer]byte)
		for {
			if n, err = syscall.Read(int(fd), buf[:]); err != syscall.EINTR {
				break
			}
		}
		if err == syscall.EAGAIN {
			c.server.buffers.Put(buf)
			buf = nil
			return false
		}
		return true
	})
	if gone != nil || err != nil || n <= 0 {
		if buf != nil {
			c.server.buffers.Put(buf)
		}
		go c.abort() // on a stack of its own: listeners run in it
		return
	}
	go c.process(buf, n)
}

// process handles what a read brought, and reads on as long as reads fill the buffer.
func (c *Conn) process(buf *[readBuffer]byte, n int) {
	for {
		more := c.feed(buf[:n])
		if !more || n < readBuffer {
			c.server.buffers.Put(buf)
			if more {
				go c.wait()
			}
			return
		}
		var err error
		if n, err = c.readNow(buf[:]); err == syscall.EAGAIN || err == syscall.EINTR {
			n = 0
			continue
		}
		if err != nil || n <= 0 {
			c.server.buffers.Put(buf)
			c.abort()
			return
		}
	}
}

// readNow reads what is there, without waiting.
func (c *Conn) readNow(b []byte) (n int, err error) {
	gone := c.rc.Read(func(fd uintptr) bool {
		n, err = syscall.Read(int(fd), b)
		return true
	})
	if gone != nil {
		return 0, gone
	}
	return n, err
}

// readBlocking reads a connection that is no plain socket: TLS, or somebody's wrapper.
func (c *Conn) readBlocking(early []byte) {
	if len(early) > 0 && !c.feed(early) {
		return
	}
	buf := make([]byte, blockingBuffer)
	for {
		n, err := c.nc.Read(buf)
		if n > 0 && !c.feed(buf[:n]) {
			return
		}
		if err != nil {
			c.abort()
			return
		}
	}
}
