package rooms

import (
	"time"

	"roomstream/auth"
)

// emitters are several that are told as one.
type emitters []Emitter

// Emitters makes one Emitter of several, each with sockets of its own: all are told everything, in the order given.
func Emitters(list ...Emitter) Emitter { return emitters(list) }

func (l emitters) Emit(room RoomID, events []Event) {
	for _, e := range l {
		e.Emit(room, events)
	}
}

func (l emitters) Reset(room RoomID, reason ResetReason, lastSeq int64) {
	for _, e := range l {
		e.Reset(room, reason, lastSeq)
	}
}

func (l emitters) Typing(room RoomID, user auth.UserID, on bool, until time.Time, except string) {
	for _, e := range l {
		e.Typing(room, user, on, until, except)
	}
}

func (l emitters) Expel(room RoomID, user auth.UserID, reason LeftReason) {
	for _, e := range l {
		e.Expel(room, user, reason)
	}
}

func (l emitters) Revoke(user auth.UserID) {
	for _, e := range l {
		e.Revoke(user)
	}
}

func (l emitters) Members(room RoomID) int {
	n := 0
	for _, e := range l {
		n += e.Members(room)
	}
	return n
}
