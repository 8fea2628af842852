package socketio

import (
	"encoding/json"

	"roomstream/rooms"
)

// The seam between the two halves of this package. The transport half knows sockets and no chat; the
// chat half knows the chat and no sockets. Everything that passes between them is declared here.

// link is one client connected to "/" as the chat sees it. Its methods only queue and never wait; all are safe for
// concurrent use, and all are no-ops once the client is gone.
type link interface {
	// ID is the Socket.IO id of the client; it differs from the transport's sid and is of no use to guess.
	ID() string

	// Emit sends 42["event",payload]; payload is one JSON value, in one part or more.
	Emit(event string, payload ...[]byte)

	// Pressed says whether so much waits for this client that who can wait should, before it queues more.
	Pressed() bool

	// Join and Leave put the client into a room of the adapter ("room-<id>") and take it out. Both are idempotent. When
	// Join has returned, every later broadcast to the room reaches this client, until it leaves.
	Join(room string)
	Leave(room string)

	// In says whether the client is in a room, Joined in how many, and Rooms in which: the log takes it out of rooms too.
	In(room string) bool
	Joined() int
	Rooms() []string

	// Close emits closing {reason} and closes the transport behind what is already queued. code is the WebSocket close
	// code: 4001 token_expired, 4003 revoked, 1013 slow, 1012 draining.
	Close(code int, reason string)

	// Revoke emits closing {reason: "revoked"} and Socket.IO's own disconnect, behind which the stock client does not come
	// back by itself, and closes the transport with 4003.
	Revoke()
}

// chat is what the transport hands clients to.
type chat interface {
	// admit decides on a CONNECT to "/" before the client is told anything. It runs in the connection's own goroutine.
	// The error becomes connect_error, with the error's JSON as err.data.
	admit(hs handshake) (session, *rooms.Error)
}

// handshake is what a client showed when it connected.
type handshake struct {
	Auth          json.RawMessage // the CONNECT's payload; {} where there was none
	Authorization string          // the header of that name on the first HTTP request; empty where there was none
	RemoteAddr    string          // host:port of the peer, as net/http gives it
}

// session is one admitted client.
type session interface {
	// connected comes before any event of the client; it may Emit at once.
	connected(l link)

	// event comes one at a time, in the order the client sent; returning lets the next one be read. args are the values
	// after the name, as the client wrote them, and are the session's to keep. binary: the packet carried binary values,
	// which are thrown away; an object with _placeholder stands in each one's place.
	event(name string, args []json.RawMessage, binary bool, ack ackFunc)

	// closed comes once, after the last event. It comes for those who were connected, and for nobody else.
	closed()
}

// ackFunc answers one event. It is nil where the client wants no answer. payload is ONE JSON value; nil: it stays
// unanswered. Only the first call counts; it is safe from any goroutine and only queues.
type ackFunc func(payload []byte)
