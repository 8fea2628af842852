package rooms

import "roomstream/auth"

// Teller takes to sockets what belongs to no room's log. Its methods only queue, never wait; they are safe for
// concurrent use. payload is one JSON value, which nobody changes any more.
type Teller interface {
	// TellUser queues an event to every socket of a user here.
	TellUser(user auth.UserID, event string, payload []byte)

	// TellRoom queues an event for each payload, in their order and with one write, to every socket that has joined a
	// room here.
	TellRoom(room RoomID, event string, payloads ...[]byte)

	// Tell queues an event to every socket here whose user is allowed.
	Tell(allowed func(auth.User) bool, event string, payload []byte)
}
