package rooms

import (
	"context"
	"time"

	"roomstream/auth"
)

// View is a room as one user sees it.
type View struct {
	Room Room
	Role Role        // what he may do in it
	Peer auth.UserID // of a direct room: who the other one is; empty in all others
}

// CreateRoomInput makes a room.
type CreateRoomInput struct {
	ID       string // empty: a new one that nobody can guess
	Name     string
	Type     string // TypePublic or TypePrivate
	Topic    string
	ClientID string // idempotency key; empty: none
}

// CreateRoom makes a room whose owner the user is. The same ClientID of the same user gives the same room. Errors:
// BAD_REQUEST, CONFLICT (the id is taken), UNAVAILABLE, TIMEOUT.
func (s *Service) CreateRoom(ctx context.Context, user auth.User, in CreateRoomInput) (View, error) {
	return View{}, E(CodeUnavailable, "not built")
}

// OpenDirect gives the one direct room of the user and another, made if it is not there. Errors: BAD_REQUEST naming
// userId, UNAVAILABLE, TIMEOUT.
func (s *Service) OpenDirect(ctx context.Context, user auth.User, userID string) (View, error) {
	return View{}, E(CodeUnavailable, "not built")
}

// UpdateRoomInput changes what is not nil.
type UpdateRoomInput struct {
	RoomID   string
	Name     *string
	Topic    *string
	ReadOnly *bool
	SlowMode *time.Duration
	Archived *bool
	Receipts *bool
}

// UpdateRoom changes a room's settings by an event of its log; where they are so already nothing is appended. Errors:
// BAD_REQUEST, NOT_FOUND, FORBIDDEN, OVERLOADED, UNAVAILABLE, TIMEOUT.
func (s *Service) UpdateRoom(ctx context.Context, user auth.User, in UpdateRoomInput) (View, error) {
	return View{}, E(CodeUnavailable, "not built")
}

// SetMemberInput makes UserID have Role in a room.
type SetMemberInput struct {
	RoomID      string
	UserID      string
	Role        Role      // RoleNone: takes him out
	BannedUntil time.Time // zero: not banned
}

// SetMember changes what somebody is in a room by an event of its log; where he is so already nothing is appended and
// Sent.Seq is where it came to be. Errors: BAD_REQUEST, NOT_FOUND, FORBIDDEN, CONFLICT (the last owner cannot
// leave), OVERLOADED, UNAVAILABLE, TIMEOUT.
func (s *Service) SetMember(ctx context.Context, user auth.User, in SetMemberInput) (Sent, error) {
	return Sent{}, E(CodeUnavailable, "not built")
}

// ListMembers returns at most limit (0: 50; at most 100) of those whom the room's log names, by ascending id, and
// whether there are more. Who was taken out or banned is shown to moderators only. Errors: BAD_REQUEST, NOT_FOUND,
// UNAVAILABLE.
func (s *Service) ListMembers(ctx context.Context, user auth.User, roomID, after string, limit int) ([]Member, bool, error) {
	return nil, false, E(CodeUnavailable, "not built")
}

// ReadState is how far a user has read a room.
type ReadState struct {
	ReadSeq int64
	Unread  Unread // each at most MaxUnread
}

// MarkRead says that the user has read a room up to seq, or up to its end where that is less. It never goes back.
// Errors: BAD_REQUEST, NOT_FOUND, UNAVAILABLE.
func (s *Service) MarkRead(ctx context.Context, user auth.User, roomID string, seq int64) (ReadState, error) {
	return ReadState{}, E(CodeUnavailable, "not built")
}

// Receipts returns who has read how far, as ListMembers pages. FORBIDDEN where the room does not show it.
func (s *Service) Receipts(ctx context.Context, user auth.User, roomID, after string, limit int) ([]Member, bool, error) {
	return nil, false, E(CodeUnavailable, "not built")
}

// Mine is one of the rooms a user finds himself in.
type Mine struct {
	View
	LastSeq int64
	ReadSeq int64
	Unread  Unread // each at most MaxUnread
}

// Mine gives the rooms of a user: those he has a role in, by the log or by his token, and the public ones he has read; at most
// MaxMine, ascending by id. Errors: UNAVAILABLE.
func (s *Service) Mine(ctx context.Context, user auth.User) ([]Mine, error) {
	return nil, E(CodeUnavailable, "not built")
}

// MaxMine bounds the rooms that Mine gives.
const MaxMine = 1000

// InviteInput makes an invitation.
type InviteInput struct {
	RoomID  string
	Role    Role          // RoleReader, RoleMember; RoleNone: RoleMember
	Expires time.Duration // from now; 0: 7 days, at most 365
	MaxUses int           // by different users; 0: no bound
}

// Invite makes an invitation and the token that proves it, which is told only here. Moderators may. Errors:
// BAD_REQUEST, NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (s *Service) Invite(ctx context.Context, user auth.User, in InviteInput) (Invitation, string, error) {
	return Invitation{}, "", E(CodeUnavailable, "not built")
}

// ListInvitations gives a room's invitations to its moderators, as ListMembers pages, ascending by ID.
func (s *Service) ListInvitations(ctx context.Context, user auth.User, roomID, after string, limit int) ([]Invitation, bool, error) {
	return nil, false, E(CodeUnavailable, "not built")
}

// RemoveInvitation ends one. Errors: BAD_REQUEST, NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (s *Service) RemoveInvitation(ctx context.Context, user auth.User, roomID, id string) error {
	return E(CodeUnavailable, "not built")
}

// AcceptInvitation makes the user a member of the invitation's room; who is one already, or more, stays what he is.
// Errors: BAD_REQUEST, NOT_FOUND (no such invitation, or he is banned there), GONE (expired or used up), UNAVAILABLE,
// TIMEOUT.
func (s *Service) AcceptInvitation(ctx context.Context, user auth.User, token string) (View, error) {
	return View{}, E(CodeUnavailable, "not built")
}
