package storetest

import (
	"context"

	"roomstream/auth"
	"roomstream/rooms"
)

// LateInbox keeps each mark of what was read waiting, on its way to the store.
type LateInbox struct {
	rooms.Inbox
	Waits chan struct{} // has one for each that waits
	GoOn  chan struct{} // closed: none waits
}

// NewLateInbox makes one that lets nothing through yet. One mark at most may wait.
func NewLateInbox(inbox rooms.Inbox) LateInbox {
	return LateInbox{inbox, make(chan struct{}, 1), make(chan struct{})}
}

// MarkRead is the store's, once it may go on.
func (l LateInbox) MarkRead(ctx context.Context, room rooms.RoomID, user auth.UserID, seq int64) (int64, error) {
	l.Waits <- struct{}{}
	<-l.GoOn
	return l.Inbox.MarkRead(ctx, room, user, seq)
}
