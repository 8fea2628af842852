package rooms

import (
	"context"
	"fmt"
	"time"

	"roomstream/auth"
)

// Log keeps the events of all rooms, append-only. All reads are of what a majority
// of the store has committed (embedded: what was fsynced), so nothing that is read
// can be rolled back. Implementations are safe for concurrent use.
type Log interface {
	// Append writes numbered events in order and stops at the first refused one: of
	// one room, seq n+1 is never tried before n is in. It returns when what it wrote
	// is durable.
	//   - nil: all are durable.
	//   - *DuplicateError with At=i: events[:i] are durable, events[i] is refused because
	//     one like it is durable already, events[i+1:] were not tried.
	//   - *RefusedError with At=i: the same, but no log will ever take events[i].
	//   - any other error: the outcome of every event is unknown. The caller looks them up.
	// The events are not kept after the return and not changed.
	Append(ctx context.Context, events []*Event) error

	// Find returns those of the given events that are in the log, by id, or by clientId
	// where it is set. One that another program inserted and that awaits its number has
	// Seq 0; one that never gets a number is a void with Seq 0. The order of the result is
	// undefined.
	Find(ctx context.Context, events []*Event) ([]Event, error)

	// Since returns numbered events of a room with seq > after, ascending, up to the
	// page's bounds; a page holds at least one event if there is one.
	Since(ctx context.Context, room RoomID, after int64, page Page) ([]Event, error)

	// Before returns numbered events of a room with seq < before, descending, up to
	// the page's bounds.
	Before(ctx context.Context, room RoomID, before int64, page Page) ([]Event, error)

	// Newest returns up to n of the newest numbered events of each room, newest first.
	// Rooms without events are absent.
	Newest(ctx context.Context, rooms []RoomID, n int) (map[RoomID][]Event, error)

	// Highest returns the highest seq in a room, also where no majority has it yet; 0: there
	// is none. A primary that was just elected has all that a majority has, and may not know
	// yet how much that is: the other reads can be older there than what was read before, and
	// than what the stream told.
	Highest(ctx context.Context, room RoomID) (int64, error)
}

// Page bounds a read: whichever is reached first ends it. Zero: no bound.
type Page struct {
	Events int
	Bytes  int // as Event.Size counts them
}

// Unique names what must be unique in a log.
type Unique string

// The unique keys of a log, by the names of their MongoDB indexes.
const (
	UniqueSeq      Unique = "room_seq" // (RoomID, Seq)
	UniqueClientID Unique = "room_cid" // (RoomID, Author, ClientID)
	UniqueID       Unique = "_id_"     // ID
)

// DuplicateError refuses one event of an Append because its key is taken by an
// event that is durable.
type DuplicateError struct {
	At  int // index into the events given to Append
	Key Unique
}

func (e *DuplicateError) Error() string {
	return fmt.Sprintf("event %d: its %s is taken", e.At, e.Key)
}

// RefusedError refuses one event of an Append for good: a rule that the operator set
// in the store forbids it.
type RefusedError struct {
	At     int // index into the events given to Append
	Reason string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("event %d: the store refuses it: %s", e.At, e.Reason)
}

// Stream tells of every insert into the log, whoever makes it.
type Stream interface {
	// Watch tells sink of every insert from now on, until ctx is done or the stream is
	// lost; it always returns an error then. It calls sink from one goroutine, Opened
	// first. What is inserted after Opened returns is told.
	Watch(ctx context.Context, sink Sink) error

	// Beat inserts a heartbeat of this instance, which must come back through Watch,
	// and removes the instance's previous one.
	Beat(ctx context.Context, instance string) error
}

// Sink takes what a Stream tells.
type Sink interface {
	// Opened says that the stream is open from here on. What was inserted before and
	// not told must be read from the log.
	Opened()
	// Arrived tells of inserts in the order of their commit. The slice is the
	// callee's for the time of the call only.
	Arrived(batch []Arrival)
}

// Arrival is one insert, as the stream told it. Exactly one of the cases holds:
//   - Instance is set: a heartbeat;
//   - BadSeq: the document ID carries a seq that is no positive 64-bit integer;
//   - Malformed is set: no event and no valid insert of another program; why, for the log;
//   - Event.Seq > 0: an event of a log. With Partial only ID, RoomID and Seq are
//     there (it was too large for the stream) and the rest is read from the log;
//   - Event.Seq == 0: a valid insert of another program that awaits its number.
type Arrival struct {
	Event     Event
	Partial   bool
	BadSeq    bool
	Malformed string
	Instance  string
}

// Foreign numbers what other programs insert. A store that no other program can
// write to has none.
type Foreign interface {
	// Numbered returns the seq of those events that have one by now, also where no
	// majority has it yet.
	Numbered(ctx context.Context, ids []EventID) (map[EventID]int64, error)

	// Adopt sets each event's Seq on its document, in order, where that has none yet,
	// and returns how many it set. It stops at a taken number with *DuplicateError, and at
	// a document the store will never let be numbered with *RefusedError; any other error
	// leaves the outcome unknown. What it set is durable when it returns nil.
	Adopt(ctx context.Context, events []*Event) (set int, err error)

	// Orphans returns valid documents inserted by other programs that have no seq, in
	// the order of their ids, from after on. It may scan the whole collection: the store
	// bounds its time, the caller must not.
	Orphans(ctx context.Context, after EventID, limit int) ([]Event, error)

	// Quarantine takes a bad seq out of the way: the field is renamed badSeq, and the
	// document is left alone from then on.
	Quarantine(ctx context.Context, id EventID) error
}

// Catalog keeps the rooms.
type Catalog interface {
	// Room returns CodeNotFound when there is no such room.
	Room(ctx context.Context, id RoomID) (Room, error)

	// CreateRoom makes a room, or returns the one that is there. It is durable on return.
	CreateRoom(ctx context.Context, room Room) (Room, error)

	// Rooms returns at most limit rooms with id > after, ascending.
	Rooms(ctx context.Context, after RoomID, limit int) ([]Room, error)

	// Listed returns the rooms that a list may show to somebody, ascending by id. next is where
	// q.Look ended it before there were q.Limit: what is beyond was not looked at. Empty: all was.
	Listed(ctx context.Context, q RoomQuery) (found []Room, next RoomID, err error)

	// LogID identifies this log; it changes when the log was restored or imported.
	LogID(ctx context.Context) (string, error)
}

// RoomQuery selects public rooms, and some others.
type RoomQuery struct {
	Also    []RoomID // whatever their type
	Private bool     // the private ones, too
	Text    string   // only those whose name or id holds it, in whatever case; empty: all
	After   RoomID   // only those with a greater id
	Limit   int      // at least 1
	Look    int      // with Text, how many rooms that are no Also are asked for it at most; 0: no bound
}

// Store is everything the Service stands on. Foreign may be nil.
type Store struct {
	Log           Log
	Related       Related
	Stream        Stream
	Catalog       Catalog
	Foreign       Foreign
	Trimmer       Trimmer
	Eraser        Eraser
	Archive       Archive
	Moderation    Moderation
	Signals       Signals
	Notifications Notifications
	Members       Members
	Inbox         Inbox
	Invitations   Invitations
	Files         Files
	Blobs         Blobs
	Searcher      Searcher // nil: there is no search
	Profiles      Profiles
	Subscriptions Subscriptions
	Threads       Threads
}

// ForeignInput is a document that another program inserted, as far as its types
// are right. A field of a wrong type makes a document malformed before this.
type ForeignInput struct {
	ID        EventID
	RoomID    string
	Text      string
	Author    string
	ClientID  string
	Parent    int64
	Timestamp time.Time // zero: absent
	Name      string
	Data      string
}

// Event checks the input by the rules of a send and returns the event that awaits
// its number, or why the document is malformed.
func (in ForeignInput) Event() (Event, error) {
	room, err := ParseRoomID(in.RoomID)
	if err != nil {
		return Event{}, err
	}
	e := Event{
		ID: in.ID, RoomID: room, Author: auth.UserID(in.Author), AuthorName: in.Name, Timestamp: in.Timestamp,
		ClientID: in.ClientID, Text: in.Text, Parent: in.Parent, Data: in.Data,
	}
	if e.Timestamp.IsZero() {
		e.Timestamp = in.ID.Time()
	}
	if err := auth.CheckUserID(in.Author); err != nil {
		return Event{}, BadField("author", "%v", err)
	}
	return e, checkContent(&e)
}
