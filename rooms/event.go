package rooms

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"sync/atomic"
	"time"

	"roomstream/auth"
)

// EventID identifies an event for ever; it has the form of MongoDB's ObjectID:
// 4 bytes of seconds, 5 random ones of the process, 3 of a counter.
type EventID [12]byte

// String gives the 24 hexadecimal digits that clients see.
func (id EventID) String() string { return hex.EncodeToString(id[:]) }

// Time is when the id was made, to the second.
func (id EventID) Time() time.Time {
	return time.Unix(int64(binary.BigEndian.Uint32(id[:4])), 0).UTC()
}

// ids makes EventIDs. It is safe for concurrent use.
type ids struct {
	process [5]byte
	counter atomic.Uint32
}

func newIDs() *ids {
	var seed [9]byte
	rand.Read(seed[:]) // never fails: crypto/rand ends the process first
	g := &ids{process: [5]byte(seed[:5])}
	g.counter.Store(binary.BigEndian.Uint32(seed[5:]))
	return g
}

func (g *ids) next(now time.Time) EventID {
	var id EventID
	binary.BigEndian.PutUint32(id[:4], uint32(now.Unix()))
	copy(id[4:9], g.process[:])
	n := g.counter.Add(1)
	id[9], id[10], id[11] = byte(n>>16), byte(n>>8), byte(n)
	return id
}

// EventType says what an event does. The empty one is a message.
type EventType string

// The kinds of events a log holds.
const (
	TypeMessage EventType = ""
	// TypeEdit gives the message Target another Text.
	TypeEdit EventType = "edit"
	// TypeDelete takes the message Target away. Parent is that message's, so that the
	// replies of a message can be counted by one index.
	TypeDelete EventType = "delete"
	// TypeReaction sets or takes back the Author's Emoji on the message Target.
	TypeReaction EventType = "reaction"
	// TypeMember makes the Subject have the Role in the room, and be banned until Until.
	TypeMember EventType = "member"
	// TypeRoom gives the room other Settings.
	TypeRoom EventType = "room"
	// TypeVoid is a number that holds nothing: what stood there was removed by hand,
	// or cannot be read by this version.
	TypeVoid EventType = "void"
)

// Event is one entry of a room's log. Times are UTC, to the millisecond.
type Event struct {
	ID         EventID
	RoomID     RoomID
	Seq        int64 // from 1 without gaps; 0: not numbered yet
	Type       EventType
	Author     auth.UserID
	AuthorName string
	Timestamp  time.Time
	ClientID   string // idempotency key, unique for (RoomID, Author); empty: none
	Text       string
	Parent     int64  // seq of the message this answers; 0: none
	Data       string // a JSON object as the text received; empty: none

	Target int64  // seq of the message this changes; 0: none
	Emoji  string // of a reaction
	On     bool   // of a reaction: set, not taken back
	// Counts are the target's reactions as of this one, as a JSON object from emoji to
	// how many users. They follow from the log up to Seq alone.
	Counts string

	// Mentions are whom a message names, as a JSON array of user ids; empty: nobody. See
	// MentionRoom.
	Mentions string

	// Attachments are the files of a message, as the JSON array that clients are given; empty: none.
	Attachments string

	Subject  auth.UserID // of a member event: whom it concerns
	Role     Role        // of a member event: RoleNone takes the Subject out
	Was      Role        // of a member event: what the Subject was before; of who is out already, Member.LeftAs
	Until    time.Time   // of a member event: banned until then; zero: not banned
	Settings string      // of a room event: all the room's settings, as Settings.JSON gives them

	// Erased says that the content is gone: Text, Data, Mentions, Attachments and AuthorName are empty.
	Erased bool
}

// sameContent says whether two events with one clientId are one send repeated. What
// the log works out itself (Counts, a delete's Parent, a room event's Settings, Was) and what
// the server does (Mentions) is not compared.
func (e *Event) sameContent(o *Event) bool {
	return e.Type == o.Type && e.Text == o.Text && e.Data == o.Data && e.Attachments == o.Attachments && e.Target == o.Target && e.Emoji == o.Emoji &&
		e.On == o.On && e.Subject == o.Subject && e.Role == o.Role && (e.Type != TypeMessage || e.Parent == o.Parent)
}

// blanked is the event without its content, as a deleted message and its edits are
// replayed.
func (e Event) blanked() Event {
	e.Text, e.Data, e.Mentions, e.Attachments, e.Erased = "", "", "", "", true
	return e
}

// eventOverhead is what an event's fields besides text and data take on the wire,
// rounded up; pages are measured with it.
const eventOverhead = 256

// Size estimates the event's length on the wire in bytes.
func (e *Event) Size() int {
	return eventOverhead + len(e.Text) + len(e.Data) + len(e.AuthorName) + len(e.ClientID) + len(e.Counts) + len(e.Mentions) + len(e.Attachments) + len(e.Subject) + len(e.Settings)
}
