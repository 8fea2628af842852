package rooms

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"roomstream/auth"
)

// Change is what some events of one room make of it.
type Change struct {
	Events []*Event // numbered, of Room.ID, ascending; at least one
	// Base is the StateSeq by which the change was judged. Create says that there was no
	// room: then Base is not looked at.
	Base   int64
	Create bool
	// Room is the room as it is after the change: its settings and StateSeq are written, or
	// all of it with Create. Members are those that change; of each all but ReadSeq and Alerts is
	// written, and ReadSeq is raised to what is given, never lowered; DeliveredSeq stays.
	Room    Room
	Members []Member
}

// ErrOvertaken says that a room is not as a Change was judged by: another change came
// first, the room is there already, or it is not there.
var ErrOvertaken = errors.New("the room has changed meanwhile")

// MemberQuery selects members of a room.
type MemberQuery struct {
	// Role: only those who have it. RoleNone: all whose Seq is not 0.
	Role Role
	// Readers: all who have read something instead, whatever their role.
	Readers bool
	// Known: all of whom anything is known instead.
	Known bool
	// Level: those who have set it instead; LevelDefault: it is not asked for.
	Level Level
	// Users: only these of them; nil: all.
	Users []auth.UserID
	After auth.UserID // those with a greater id
	Limit int         // at least 1
}

// Members keeps who is what in which room. All reads are of what a majority has; all
// methods are safe for concurrent use.
type Members interface {
	// Change stores all of a change at once, or nothing of it, durably:
	//   - ErrOvertaken: the room is not as Base or Create says; nothing is stored.
	//   - *DuplicateError: Events[At] is refused because one like it is durable already;
	//     nothing is stored.
	//   - any other error but *RefusedError: the outcome is unknown. Log.Find tells it.
	// Watchers are told of the events as of those that Log.Append writes.
	Change(ctx context.Context, c Change) error

	// Member returns a user's standing in a room; a zero Seq and ReadSeq where nothing is
	// known of him, also where there is no such room.
	Member(ctx context.Context, room RoomID, user auth.UserID) (Member, error)

	// Members returns members of a room ascending by UserID.
	Members(ctx context.Context, room RoomID, q MemberQuery) ([]Member, error)

	// PutMember writes a member as given, over what is there, ReadSeq, DeliveredSeq and Alerts too. It is for import
	// and repair.
	PutMember(ctx context.Context, m Member) error

	// EraseMember forgets how far a user has read and what he is told of, in all rooms, and returns in how many. His
	// roles stay: they are the log's.
	EraseMember(ctx context.Context, user auth.UserID) (int, error)
}

// Overview is a room as one of its users finds it when he comes.
type Overview struct {
	Room    Room
	Member  Member // as Members.Member gives it
	LastSeq int64  // never below Room.MinSeq-1
	Unread  Unread
}

// Unread counts the messages of a room above a seq that are neither the user's own nor
// deleted or erased.
type Unread struct {
	Messages int
	Mentions int // those of them whose Mentions name the user, or everybody
}

// MentionRoom in Event.Mentions names everybody in the room.
const MentionRoom = "@room"

// Inbox keeps how far users have read, and counts what they have not.
type Inbox interface {
	// MarkRead raises a user's ReadSeq to seq, never lowers it, and returns it as it is then.
	// Who is no member of the room yet is remembered as its reader (Seq 0).
	MarkRead(ctx context.Context, room RoomID, user auth.UserID, seq int64) (int64, error)

	// MarkDelivered raises the DeliveredSeq of a user whose ReadSeq is there and below seq to seq, never lowers it. It
	// returns up to where he has taken or read the room then, 0 of whom no ReadSeq is known, and whether that was raised.
	MarkDelivered(ctx context.Context, room RoomID, user auth.UserID, seq int64) (upTo int64, raised bool, err error)

	// Unread counts for one room, above after and from MinSeq on, at most up to most
	// messages, oldest first.
	Unread(ctx context.Context, room RoomID, user auth.UserID, after int64, most int) (Unread, error)

	// SetAlerts changes a user's Alerts and returns them as they are then. Who is no member of
	// the room yet is remembered with them (Seq 0).
	SetAlerts(ctx context.Context, room RoomID, user auth.UserID, c AlertsChange) (Alerts, error)

	// Overview gives, ascending by id, at most limit rooms: those in which the user has a
	// standing, a ReadSeq or Alerts, and those of also, as far as they exist; for each Unread above his
	// ReadSeq, at most up to most. It is one read, however many rooms there are.
	Overview(ctx context.Context, user auth.UserID, also []RoomID, most, limit int) ([]Overview, error)

	// Memberships returns what a user is, has read and has set, ascending by room, at most limit rooms.
	Memberships(ctx context.Context, user auth.UserID, limit int) ([]Member, error)

	// Forget takes a user's ReadSeq and Alerts in one room away.
	Forget(ctx context.Context, room RoomID, user auth.UserID) error
}

// Invitation lets whoever shows its token into a room.
type Invitation struct {
	ID        string   // shown to those who manage the room
	Hash      [32]byte // SHA-256 of the token, which is kept nowhere
	RoomID    RoomID
	Role      Role // that he gets: RoleReader or RoleMember
	CreatedBy auth.UserID
	Right     Right // by which he made it
	CreatedAt time.Time
	ExpiresAt time.Time     // zero: never
	MaxUses   int           // by different users; 0: MaxInviteUses
	UsedBy    []auth.UserID // for each who was erased ErasedUse, which is nobody's id
}

// Right is by what somebody might do what only moderators may.
type Right string

// The rights. What only a token says cannot be looked up later.
const (
	RightRole  Right = ""      // his role in the room
	RightClaim Right = "claim" // a claim in his token, where he has no role
	RightAdmin Right = "admin" // the global role
)

// NoSuchInvitation is said of an invitation that is not there, and of one that lets nobody in.
func NoSuchInvitation() error { return E(CodeNotFound, "no such invitation") }

// ErasedUse stands in Invitation.UsedBy for somebody who was erased, so that his use stays
// counted: another text each time, and nobody's id, for it begins with a control character.
func ErasedUse() string { return "\x7f" + rand.Text() }

// Invitations keeps them. All methods are safe for concurrent use; what is written is durable on return.
type Invitations interface {
	// CreateInvitation stores a new one.
	CreateInvitation(ctx context.Context, i Invitation) error

	// Invitation returns the one of a hash. CodeNotFound: there is none.
	Invitation(ctx context.Context, hash [32]byte) (Invitation, error)

	// UseInvitation takes one of the uses for a user, unless he has one of them already, and
	// returns the invitation. CodeNotFound: there is none of this hash. CodeGone: it has expired
	// by now, or all its uses are taken. Of users who come at once no more than MaxUses get one.
	UseInvitation(ctx context.Context, hash [32]byte, user auth.UserID, now time.Time) (Invitation, error)

	// Invitations returns a room's, ascending by ID, those above after.
	Invitations(ctx context.Context, room RoomID, after string, limit int) ([]Invitation, error)

	// RemoveInvitation ends one. CodeNotFound when the room has none of this ID.
	RemoveInvitation(ctx context.Context, room RoomID, id string) error
}
