package rooms

import (
	"context"

	"roomstream/auth"
)

// Notification is what one user is to be told, wherever he is.
type Notification struct {
	ID     EventID
	UserID auth.UserID
	Kind   string // what it is about, by whoever made it: "mention", "order_shipped"
	Read   bool
	// Fields are the document's others, as one JSON object in relaxed extended JSON; empty: none.
	Fields []byte
}

// Notifications keeps them, for every instance. All methods are safe for concurrent use; all reads are of what a
// majority has.
type Notifications interface {
	// Notify stores notifications. They are durable on return. One whose ID is there already is left as it is.
	Notify(ctx context.Context, list []Notification) error

	// Notifications returns at most limit of a user's, newest first, whose ID is below before (zero: all of them), with
	// unread only those that are not read.
	Notifications(ctx context.Context, user auth.UserID, before EventID, unread bool, limit int) ([]Notification, error)

	// MarkNotifications marks those of the ids that are the user's read or unread. Others are left alone.
	MarkNotifications(ctx context.Context, user auth.UserID, ids []EventID, read bool) error

	// UnreadNotifications counts a user's that are not read, at most up to most.
	UnreadNotifications(ctx context.Context, user auth.UserID, most int) (int, error)

	// WatchNotifications calls opened once it is certain that later ones are told, then told for each batch of new ones,
	// whoever inserts them, until ctx is done or the stream is lost; it always returns an error. A watch that follows
	// another goes on behind what that one told, where the store still has it.
	WatchNotifications(ctx context.Context, opened func(), told func([]Notification)) error
}
