package rooms

import (
	"context"
	"time"

	"roomstream/auth"
)

// Related reads events by what they point at. All reads are of what a majority has,
// as Log's are.
type Related interface {
	// Fold returns, ascending, the numbered events of a room whose Seq is one of seqs, and
	// those whose Target is one of seqs, in one read: where it shows one event, it shows
	// every older one that it was asked for.
	Fold(ctx context.Context, room RoomID, seqs []int64) ([]Event, error)

	// Concerning returns, ascending, the numbered events of a room whose Target is one of
	// seqs, whole, and those whose Parent is one of seqs (replies and the deletes of
	// replies), which may lack Text, Data and AuthorName. An event that is both comes once.
	Concerning(ctx context.Context, room RoomID, seqs []int64) ([]Event, error)

	// Deleted returns those of seqs that a delete of the room has as its Target, in any
	// order.
	Deleted(ctx context.Context, room RoomID, seqs []int64) ([]int64, error)

	// Thread returns the messages (not their deletes) of a room with this Parent and
	// after < Seq < before, up to the page's bounds: ascending, or descending when
	// newest is set. A page holds at least one message if there is one.
	Thread(ctx context.Context, room RoomID, parent, after, before int64, newest bool, page Page) ([]Event, error)

	// Attached returns the messages of a room with Seq < before that show files, deleted ones too,
	// descending, up to the page's bounds. A page holds at least one message if there is one.
	Attached(ctx context.Context, room RoomID, before int64, page Page) ([]Event, error)
}

// Trimmer takes a room's oldest events away.
type Trimmer interface {
	// SetRetention sets Room.Retention. CodeNotFound when there is no such room.
	SetRetention(ctx context.Context, room RoomID, keep time.Duration) error

	// Fence raises a room's MinSeq, never lowers it, and sets RemoveBelow and RemoveAt
	// when removeAt is not zero. It is durable for a majority on return.
	Fence(ctx context.Context, room RoomID, minSeq, removeBelow int64, removeAt time.Time) error

	// Blank takes the content (Erased, and see there; Emoji and Counts too) of at most limit
	// events of a room with Seq < below that have some, oldest first, and returns how many
	// it was.
	Blank(ctx context.Context, room RoomID, below int64, limit int) (int, error)

	// Remove removes at most limit events of a room with Seq < below, oldest first, and
	// returns how many it was. Their clientIds may be used anew.
	Remove(ctx context.Context, room RoomID, below int64, limit int) (int, error)
}

// Eraser takes what one user wrote out of the store.
type Eraser interface {
	// ByAuthor gives each numbered event of an author that is not Erased, room by room,
	// ascending by Seq within a room. It may read the whole log. An error of each ends it.
	ByAuthor(ctx context.Context, author auth.UserID, each func(Event) error) error

	// Erase blanks every event of an author in place, documents that await their number
	// too: Text, Data and AuthorName go, Erased is set, all else stays. It returns how
	// many it changed, and may be repeated.
	Erase(ctx context.Context, author auth.UserID) (int, error)

	// EraseNotifications removes the notifications for a user, valid or not, and those of ChatKinds whose field author
	// is his id, and returns how many. It may be repeated.
	EraseNotifications(ctx context.Context, user auth.UserID) (int, error)

	// EraseInvitations removes the invitations that a user made, and puts ErasedUse for him where he used others'.
	EraseInvitations(ctx context.Context, user auth.UserID) error

	// EraseProfile removes a user's profile, if there is one.
	EraseProfile(ctx context.Context, user auth.UserID) error
}

// Archive is what export, import, verify and rebuild need of a store besides Log and
// Catalog.
type Archive interface {
	// LogRooms returns at most limit ids > after, ascending, of rooms whose log holds a
	// numbered event, whether or not the catalog knows them.
	LogRooms(ctx context.Context, after RoomID, limit int) ([]RoomID, error)

	// PutRoom writes a room as it is given, over one that is there.
	PutRoom(ctx context.Context, room Room) error

	// SetLogID names the log.
	SetLogID(ctx context.Context, id string) error

	// Derive replaces what a numbered event was given by the log itself: Counts of a
	// reaction, Parent of a delete.
	Derive(ctx context.Context, e Event) error

	// Faults gives a text for each thing in the store that no read shows and that breaks
	// a promise or waits for an operator: a missing index, a doubled number, a document
	// that nobody can read. Empty: none.
	Faults(ctx context.Context) ([]string, error)
}

// Signals carry what is short-lived from each instance to all on one database. A
// signal may be lost when an instance or the database fails; none is told twice.
type Signals interface {
	// Send tells every instance that watches, this one too.
	Send(ctx context.Context, signals []Signal) error

	// Watch calls opened once it is certain that later signals are told, then told for
	// each batch, from one goroutine, until ctx is done or the stream is lost; it always
	// returns an error. told may keep nothing of the slice.
	Watch(ctx context.Context, opened func(), told func([]Signal)) error
}

// Signal is one short-lived notice. What its fields mean is up to its Kind; unset ones
// are not stored.
type Signal struct {
	Kind     SignalKind
	Instance string // that sent it
	Room     RoomID
	User     auth.UserID
	On       bool
	Socket   string        // the Socket.IO id of the sender's socket
	Users    []UserSockets // for presence
	Ref      string        // what this answers or names
	At       time.Time     // to the millisecond
	Health   *Health       // of Instance, with a lease; nil: it does not say
}

// SignalKind says what a signal is about.
type SignalKind string

// The kinds of signals.
const (
	SignalTyping    SignalKind = "typing"    // User types in Room, or stopped (On), until At
	SignalPresence  SignalKind = "presence"  // the sockets of Users at Instance changed to these counts
	SignalLease     SignalKind = "lease"     // Instance lives; Ref is a hash of what it has
	SignalHello     SignalKind = "hello"     // Instance is new and wants to know who is there
	SignalRevoke    SignalKind = "revoke"    // User's sockets must be closed, and revocations be read; without a User the latter. With At: his tokens of until then are revoked
	SignalErase     SignalKind = "erase"     // what is cached of User must be dropped; Ref names the run
	SignalRead      SignalKind = "read"      // User has read Room: Ref holds up to which seq, and what is unread; On: the room shows it
	SignalDelivered SignalKind = "delivered" // a device of User has Room, which shows it, up to the seq in Ref
	SignalConfirmed SignalKind = "confirmed" // Instance has done what Ref names
	SignalProfile   SignalKind = "profile"   // User's profile has changed; Ref is his Status in it
	SignalAlerts    SignalKind = "alerts"    // User is told of Room by the level Ref, and muted it until At
	SignalThread    SignalKind = "thread"    // what a thread of Room is to User has changed: Ref holds what it is now
	SignalStatus    SignalKind = "status"    // Room is to be told the statuses of Users, as of At
)

// UserSockets is how many sockets a user has at one instance, and how present he is.
type UserSockets struct {
	User    auth.UserID
	Sockets int
	Idle    int // how many of them are idle
	// Status is the one set by hand; empty: none was. StatusOffline: it is not known yet. In
	// SignalStatus it is what a room is told.
	Status Status
}
