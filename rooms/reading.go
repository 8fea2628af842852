package rooms

import (
	"context"
	"slices"
	"strings"

	"roomstream/auth"
)

// ReadState is how far a user has read a room.
type ReadState struct {
	ReadSeq int64
	Unread  Unread // each at most MaxUnread
}

// MarkRead says that the user has read a room up to seq, or up to its end where that is less. It never goes back. His
// other sockets are told, and where the room shows receipts everybody in it. Errors: BAD_REQUEST, NOT_FOUND,
// FORBIDDEN, UNAVAILABLE.
func (s *Service) MarkRead(ctx context.Context, user auth.User, roomID string, seq int64) (ReadState, error) {
	if seq < 0 || seq > MaxSeq {
		return ReadState{}, BadField("seq", "must be the seq of an event of this room")
	}
	defer s.Doing(user.ID)()
	at, err := s.access(ctx, user, roomID)
	if err != nil {
		return ReadState{}, notStored(err)
	}
	id := at.room.ID
	if seq, err = s.withinEnd(ctx, id, seq); err != nil {
		return ReadState{}, notStored(err)
	}
	read, err := s.store.Inbox.MarkRead(ctx, id, user.ID, seq)
	if err != nil {
		return ReadState{}, notStored(err)
	}
	unread, err := s.store.Inbox.Unread(ctx, id, user.ID, read, MaxUnread)
	if err != nil {
		return ReadState{}, notStored(err)
	}
	if err := s.stillMay(ctx, user, at.room); err != nil {
		return ReadState{}, notStored(err)
	}
	state := ReadState{read, unread}
	if read == seq { // else it was known
		s.reads.mark(id, user.ID, at.room.showsReceipts(), state)
	}
	return state, nil
}

// MarkDelivered says that a device of the user has a room up to seq, or up to its end where that is less: what others are
// told of him until he has read it. It never goes back, and is kept of those who have read something of the room, or
// were let in; of others 0 is returned. Otherwise the greater of what he has read and what was delivered. It is no sign
// that he is there, and of who is invisible it stays as it is: it would show him. Errors: BAD_REQUEST, NOT_FOUND,
// FORBIDDEN (also where the room shows no receipts), UNAVAILABLE.
func (s *Service) MarkDelivered(ctx context.Context, user auth.User, roomID string, seq int64) (int64, error) {
	if seq < 0 || seq > MaxSeq {
		return 0, BadField("seq", "must be the seq of an event of this room")
	}
	defer s.Doing(user.ID)()
	at, err := s.access(ctx, user, roomID)
	if err != nil {
		return 0, notStored(err)
	}
	if !at.room.showsReceipts() {
		return 0, noReceipts()
	}
	id := at.room.ID
	if seq, err = s.withinEnd(ctx, id, seq); err != nil {
		return 0, notStored(err)
	}
	hidden, err := s.isInvisible(ctx, user.ID)
	if err != nil {
		return 0, notStored(err)
	}
	if hidden {
		seq = 0
	}
	upTo, raised, err := s.store.Inbox.MarkDelivered(ctx, id, user.ID, seq)
	if err != nil {
		return 0, notStored(err)
	}
	if raised {
		s.reads.delivered(id, user.ID, upTo)
	}
	return upTo, nil
}

func noReceipts() error {
	return forbidden("receipts", "the room does not show who has read how far")
}

// showsReceipts says whether members see how far the others have read.
func (r *Room) showsReceipts() bool { return r.Receipts || r.Type == TypeDirect }

// Receipts returns who has taken and read how far, as ListMembers pages. FORBIDDEN where the room does not show it.
func (s *Service) Receipts(ctx context.Context, user auth.User, roomID, after string, limit int) ([]Member, bool, error) {
	at, err := s.access(ctx, user, roomID)
	if err != nil {
		return nil, false, notStored(err)
	}
	if !at.room.showsReceipts() {
		return nil, false, noReceipts()
	}
	return s.listMembers(ctx, user, at.room, after, limit, MemberQuery{Readers: true}, func(m *Member) bool { return !m.banned(s.now()) })
}

// MaxMine bounds the rooms that Mine gives.
const MaxMine = 1000

// Mine is one of the rooms a user finds himself in.
type Mine struct {
	View
	LastSeq int64
	ReadSeq int64
	Unread  Unread // each at most MaxUnread
	Alerts  Alerts
}

// Mine gives the rooms of a user: those he has a role in, by the log or by his token, and the public ones he has read or set Alerts for; at most
// MaxMine, ascending by id. Errors: UNAVAILABLE.
func (s *Service) Mine(ctx context.Context, user auth.User) ([]Mine, error) {
	if user.PostOnly() {
		return nil, nil // he reads nothing
	}
	all, err := s.store.Inbox.Overview(ctx, user.ID, claimedRooms(user), MaxUnread, MaxMine)
	if err != nil {
		return nil, notStored(err)
	}
	mine := make([]Mine, 0, len(all))
	for i := range all {
		o := &all[i]
		role, err := judge(o.Room, o.Member, user, s.now())
		if err != nil || o.Member.left() && Role(user.Rooms[string(o.Room.ID)]) == RoleNone {
			continue
		}
		at := standing{o.Room, o.Member, role}
		mine = append(mine, Mine{at.view(user), o.LastSeq, o.Member.ReadSeq, o.Unread, o.Member.Alerts})
	}
	return mine, nil
}

// left says whether he was somebody in the room once and has not read in it since.
func (m *Member) left() bool { return m.Seq > 0 && m.Role == RoleNone && m.ReadSeq <= m.Seq }

// claimedRooms are the rooms of which a token grants a role, ascending.
func claimedRooms(user auth.User) []RoomID {
	var ids []RoomID
	for name, role := range user.Rooms {
		if id, err := ParseRoomID(name); err == nil && Role(role).rank() > RoleNone.rank() {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b RoomID) int { return strings.Compare(string(a), string(b)) })
	return ids
}
