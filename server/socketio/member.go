package socketio

import (
	"encoding/json"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"roomstream/rooms"
)

// member is one client connected to "/": what the adapter's rooms hold, and the chat's link. A client that disconnects
// and connects again is another member.
type member struct {
	client *client
	id     string
	rooms  []*room // guarded by the adapter's lock

	silent atomic.Bool // nothing is said to it any more

	mu      sync.Mutex
	session session // nil until the client's reader has opened it
	busy    bool    // the reader is in one of the session's methods
	gone    bool
	closed  bool
}

var _ link = (*member)(nil)

// ID is the Socket.IO id.
func (m *member) ID() string { return m.id }

// Emit queues one event.
func (m *member) Emit(event string, payload ...[]byte) {
	if m.silent.Load() {
		return
	}
	parts := append(make([][]byte, 0, len(payload)+2), eventHead(event))
	m.client.conn.Queue(append(append(parts, payload...), eventTail)...)
}

// pressedAt is how many bytes may wait for a client before those hold back who can: a few writes' worth, so that the line
// never runs dry meanwhile, and a quarter of what makes a client too slow.
const pressedAt = 256 << 10

// Pressed says whether more than that waits.
func (m *member) Pressed() bool { return m.client.conn.Waiting() > pressedAt }

var eventTail = []byte{']'}

func eventHead(event string) []byte {
	b := append(make([]byte, 0, len(event)+8), packetEvent, '[')
	return append(rooms.AppendJSONString(b, event), ',')
}

func eventPacket(event string, payload []byte) []byte {
	return append(append(eventHead(event), payload...), eventTail...)
}

// Join puts the member into a room.
func (m *member) Join(room string) { m.client.server.adapter.join(m, room) }

// Leave takes it out.
func (m *member) Leave(room string) { m.client.server.adapter.leave(m, room) }

// In says whether it is in a room.
func (m *member) In(room string) bool { return m.client.server.adapter.in(m, room) }

// Joined counts the rooms that it is in.
func (m *member) Joined() int { return m.client.server.adapter.joined(m) }

// Rooms names them.
func (m *member) Rooms() []string { return m.client.server.adapter.roomsOf(m) }

// Close ends the connection.
func (m *member) Close(code int, reason string) {
	if !m.silent.Load() {
		m.client.conn.Shutdown(code, reason)
	}
}

// closeRevoked is the WebSocket close code of a user who must not come back.
const closeRevoked = 4003

// Revoke ends the connection for good.
func (m *member) Revoke() {
	if m.silent.Swap(true) {
		return
	}
	conn := m.client.conn
	conn.Queue(eventPacket("closing", []byte(`{"reason":"revoked"}`)))
	conn.Queue([]byte{packetDisconnect})
	conn.Shutdown(closeRevoked, "revoked")
}

// open gives the member its session.
func (m *member) open(s session) {
	if m.begin(s) {
		m.run("connected", nil, func() { s.connected(m) })
	}
}

// event gives the session one event and answers for it if it fails.
func (m *member) event(name string, args []json.RawMessage, binary bool, ackID []byte) {
	ack := m.ack(ackID)
	if m.client.draining() {
		if ack != nil {
			ack(nil)
		}
		return
	}
	m.during(name, ack, func() { m.session.event(name, args, binary, ack) })
}

// during runs one of the session's methods, unless the member is gone. Only the client's reader calls it.
func (m *member) during(what string, ack ackFunc, run func()) {
	if m.begin(nil) {
		m.run(what, ack, run)
		return
	}
	if ack != nil {
		ack(nil)
	}
}

// begin has the session be busy; false: the member is gone, or has none. opened: the one to give it, nil: it has it. A member
// that is gone is given none: closed is for those who were connected.
func (m *member) begin(opened session) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.gone {
		return false
	}
	if opened != nil {
		m.session = opened
	}
	m.busy = m.session != nil
	return m.busy
}

// run runs what has begun. A panic is logged, answered, and harms nobody else.
func (m *member) run(what string, ack ackFunc, run func()) {
	defer func() {
		fault := recover()
		if fault != nil {
			e := m.client.server.fault(what, fault)
			if ack != nil {
				ack(errorBody(e))
			}
		}
		m.mu.Lock()
		m.busy = false
		m.mu.Unlock()
		m.close()
	}()
	run()
}

// end is told when the member is out of all rooms for good.
func (m *member) end() {
	m.silent.Store(true)
	m.mu.Lock()
	m.gone = true
	m.mu.Unlock()
	go m.close() // whoever ended the member may hold a lock that the session wants
}

// close tells the session that it is over, once, when the member is gone and the session at rest.
func (m *member) close() {
	m.mu.Lock()
	due := m.gone && !m.busy && !m.closed && m.session != nil
	m.closed = m.closed || due
	m.mu.Unlock()
	if !due {
		return
	}
	defer func() {
		if fault := recover(); fault != nil {
			m.client.server.fault("closed", fault)
		}
	}()
	m.session.closed()
}

// ack makes the way back for one event; nil where the client wants none. It is to be called once, with nil where there is
// no answer.
func (m *member) ack(id []byte) ackFunc {
	if id == nil {
		return nil
	}
	head := append(append(make([]byte, 0, len(id)+2), packetAck), id...)
	head = append(head, '[')
	m.client.asked()
	var answered atomic.Bool
	return func(payload []byte) {
		if answered.Swap(true) {
			return
		}
		if payload != nil && !m.silent.Load() {
			m.client.conn.Queue(head, payload, eventTail)
		}
		m.client.answered()
	}
}

func stack() string { return string(debug.Stack()) }
