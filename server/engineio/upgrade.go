package engineio

import (
	"errors"
	"net"
	"net/http"
	"time"
)

// upgrade is a WebSocket that is to take over from a client's polling: the client shows by a probe that it works, ends
// its last poll, and says that from now on it is the one.
type upgrade struct {
	conn    *Conn
	polling *polling
	nc      net.Conn
	done    bool
}

var errProbe = errors.New("not what an upgrade begins with")

// ServeUpgrade takes the WebSocket of a client that polls. The caller has checked path, origin and query.
func (s *Server) ServeUpgrade(w http.ResponseWriter, r *http.Request, sid string) {
	c := s.registry.find(sid)
	if c == nil {
		Refuse(w, http.StatusBadRequest, ErrUnknownSession)
		return
	}
	if !checkUpgrade(w, r) {
		return
	}
	nc, early, err := hijack(w)
	if err != nil {
		Refuse(w, http.StatusBadRequest, ErrBadRequest)
		return
	}
	u := &upgrade{conn: c, polling: c.polling.Load(), nc: nc}
	if !u.claim() {
		// As the stock engine does: the WebSocket is accepted and closed.
		nc.SetDeadline(time.Now().Add(closeWait))
		nc.Write(append(acceptance(r), closeFrame(ClosePolicy, "there is a WebSocket already")...))
		nc.Close()
		return
	}
	nc.SetDeadline(time.Now().Add(s.options.UpgradeTimeout))
	if _, err := nc.Write(acceptance(r)); err != nil {
		u.fail()
		return
	}
	u.read(early)
}

// claim makes this the one WebSocket of the session, if there is none and the session polls.
func (u *upgrade) claim() bool {
	c, p := u.conn, u.polling
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	if p == nil || c.polling.Load() != p || p.probe != nil || !c.Open() {
		return false
	}
	p.probe = u.nc
	c.in = assembler{limit: c.in.limit}
	return true
}

// read reads until the client has changed over. It runs in the request's goroutine, which has nothing else to do.
func (u *upgrade) read(early []byte) {
	buf := make([]byte, blockingBuffer)
	for d := early; ; {
		if len(d) > 0 && !u.feed(d) {
			return
		}
		n, err := u.nc.Read(buf)
		if err != nil {
			u.fail()
			return
		}
		d = buf[:n]
	}
}

// feed says whether to read on here.
func (u *upgrade) feed(d []byte) bool {
	c := u.conn
	err := c.in.feed(d, u.receive)
	switch {
	case err != nil && !u.done:
		u.fail()
		return false
	case err != nil:
		c.broken = true
		c.in = assembler{}
		c.fail(err)
	case !u.done:
		return true
	}
	c.read(nil)
	return false
}

// receive takes one message of the new WebSocket; after the change they are the Conn's.
func (u *upgrade) receive(op byte, payload []byte) error {
	if u.done {
		return u.conn.receive(op, payload)
	}
	switch {
	case op == opPing:
		_, err := u.nc.Write(frame(opPong, payload))
		return err
	case op == opPong:
		return nil
	case op == opText && string(payload) == "2probe":
		return u.probe()
	case op == opText && string(payload) == "5":
		return u.change()
	}
	return errProbe
}

// probe answers the client's probe, once, and lets it end its poll.
func (u *upgrade) probe() error {
	c, p := u.conn, u.polling
	c.writeMu.Lock()
	again := p.probed
	p.probed = true
	c.writeMu.Unlock()
	if again {
		return errProbe
	}
	if _, err := u.nc.Write(frame(opText, []byte("3probe"))); err != nil {
		return err
	}
	c.noop(p, nil)
	return nil
}

// change makes the Conn a WebSocket's. What is queued leaves there, behind what the polls have brought; what the client
// sent by polling has been handled.
func (u *upgrade) change() error {
	c, p := u.conn, u.polling
	p.handling.Lock()
	defer p.handling.Unlock()
	u.nc.SetDeadline(time.Time{})
	c.writeMu.Lock()
	if !p.probed || p.shed.Load() || c.state.Load() == stateClosed {
		c.writeMu.Unlock()
		return errProbe
	}
	get := p.get
	p.get, p.probe = nil, nil
	c.carry(u.nc)
	c.polling.Store(nil)
	work := len(c.queue) > 0 && c.claim()
	c.writeMu.Unlock()

	u.done = true
	c.server.registry.upgraded(c)
	c.server.upgrades.Add(1)
	p.shed.Store(true)
	if get != nil {
		get.reply([]byte{packetNoop})
	}
	c.unanswered.Store(false)
	c.wind(c.server.options.PingInterval)
	c.start(work)
	return nil
}

// fail leaves the session where it was, polling.
func (u *upgrade) fail() {
	c, p := u.conn, u.polling
	c.writeMu.Lock()
	if p.probe == u.nc {
		p.probe, p.probed = nil, false
	}
	c.writeMu.Unlock()
	u.nc.Close()
}
