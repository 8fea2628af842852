package rooms

import (
	"time"

	"roomstream/auth"
)

// Role is what a user may do in a room; web/docs/protocol.md has the table.
type Role string

// The roles, from the least.
const (
	RoleNone      Role = "" // no role of his own: a public room still takes him as a member
	RoleReader    Role = "reader"
	RoleMember    Role = "member"
	RoleModerator Role = "moderator"
	RoleOwner     Role = "owner"
)

// rank orders roles; -1: no role.
func (r Role) rank() int {
	switch r {
	case RoleNone:
		return 0
	case RoleReader:
		return 1
	case RoleMember:
		return 2
	case RoleModerator:
		return 3
	case RoleOwner:
		return 4
	}
	return -1
}

// AtLeast says whether a role allows all that another one does.
func (r Role) AtLeast(o Role) bool { return r.rank() >= o.rank() }

// Known says whether r is a role, RoleNone included.
func (r Role) Known() bool { return r.rank() >= 0 }

// Member is what the log has made of one user in one room, and how far he has read it.
type Member struct {
	RoomID RoomID
	UserID auth.UserID
	Role   Role // RoleNone: he left or was taken out, or never was anything but a reader here
	// Removed says that another took him out for good: it counts as a ban without an end.
	Removed bool
	// LeftAs is RoleReader of who was one when he left, or was banned, so that an invitation
	// does not make him more; RoleNone of all others.
	LeftAs      Role
	BannedUntil time.Time // zero: he is not banned
	Seq         int64     // of the event that made it so; 0: none did
	ReadSeq     int64     // he has read up to here; 0: nothing yet
	// DeliveredSeq is up to where a device of his has it, where that is above ReadSeq. It is kept with a ReadSeq only.
	DeliveredSeq int64
	Alerts       Alerts // of what he is told here
}

// MemberOf is what a member event makes of its subject. Who joins has nothing to read of
// what stands before.
func MemberOf(e *Event) Member {
	m := Member{RoomID: e.RoomID, UserID: e.Subject, Role: e.Role, BannedUntil: e.Until, Seq: e.Seq}
	m.Removed = e.Role == RoleNone && e.Author != e.Subject && e.Until.IsZero()
	if e.Role == RoleNone && e.Was == RoleReader {
		m.LeftAs = RoleReader
	}
	return m
}

// DeliveredUpTo is up to where a device of his has the room: what he has read, it has.
func (m *Member) DeliveredUpTo() int64 { return max(m.ReadSeq, m.DeliveredSeq) }

// banned says whether the member may not even know the room.
func (m *Member) banned(now time.Time) bool { return m.Removed || now.Before(m.BannedUntil) }

// expels says why the event puts its subject out of the room; empty: it does not.
func (e *Event) expels(now time.Time) LeftReason {
	switch {
	case e.Type != TypeMember:
		return ""
	case now.Before(e.Until):
		return LeftBanned
	case e.Role != RoleNone:
		return ""
	case e.Author == e.Subject:
		return LeftLeft
	}
	return LeftRemoved
}
