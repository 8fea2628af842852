package rooms

import (
	"time"

	"roomstream/auth"
)

// Emitter takes events to the sockets that are in a room. Its methods may be called
// with a room's delivery lock held: they only queue, never wait and never call
// back into the Service.
type Emitter interface {
	// Emit queues events, consecutive by seq, to every socket in the room. The slice is
	// the caller's again when Emit returns.
	Emit(room RoomID, events []Event)
	// Reset queues room_reset to every socket in the room: what it has of the room up to
	// lastSeq is void, the next event is lastSeq+1.
	Reset(room RoomID, reason ResetReason, lastSeq int64)
	// Typing queues typing {roomId, userId, on, expiresAt} to every socket in the room but
	// the one whose Socket.IO id is except.
	Typing(room RoomID, user auth.UserID, on bool, until time.Time, except string)
	// Expel takes a user's sockets, or with an empty user all, out of the room and queues
	// room_left {roomId, reason} to each. What was queued before comes before it, and nothing of the room after it.
	Expel(room RoomID, user auth.UserID, reason LeftReason)
	// Revoke ends the user's sockets for good: stock clients do not come back by themselves.
	Revoke(user auth.UserID)
	// Members counts the sockets in the room.
	Members(room RoomID) int
}

// LeftReason says why a socket no longer receives a room.
type LeftReason string

// The reasons of web/docs/protocol.md.
const (
	LeftRemoved LeftReason = "removed" // somebody took the user out
	LeftBanned  LeftReason = "banned"
	LeftLeft    LeftReason = "left"   // he left for good, with whichever of his sockets
	LeftRejoin  LeftReason = "rejoin" // the room must be joined again: who may stay is not known here
)
