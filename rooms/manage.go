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

func (at *standing) view(user auth.User) View {
	v := View{Room: at.room, Role: at.role}
	if at.room.Type == TypeDirect {
		v.Peer = at.room.Direct[0]
		if v.Peer == user.ID {
			v.Peer = at.room.Direct[1]
		}
	}
	return v
}

// viewOf gives a room as the user sees it now.
func (s *Service) viewOf(ctx context.Context, user auth.User, id RoomID) (View, error) {
	at, err := s.access(ctx, user, string(id))
	if err != nil {
		return View{}, notStored(err)
	}
	return at.view(user), nil
}

// Room gives a room as the user sees it. Errors: BAD_REQUEST, NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (s *Service) Room(ctx context.Context, user auth.User, roomID string) (View, error) {
	return s.viewOf(ctx, user, RoomID(roomID))
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
	at, err := s.access(ctx, user, in.RoomID)
	if err != nil {
		return View{}, notStored(err)
	}
	want := in.over(at.room.Settings())
	if err := s.checkSettings(&want); err != nil {
		return View{}, err
	}
	e := s.stateEvent(user, TypeRoom, at.room.ID)
	sent, err := s.propose(ctx, e, &proposal{actor: user, settings: &in})
	if err != nil {
		return View{}, err
	}
	if sent.ID == e.ID { // else nothing has changed
		s.audit(ctx, AuditEntry{Actor: user.ID, Action: "update_room", RoomID: at.room.ID, Seq: sent.Seq, Details: e.Settings})
	}
	return s.viewOf(ctx, user, at.room.ID)
}

// checkSettings returns BAD_REQUEST naming the field that no room may have here.
func (s *Service) checkSettings(settings *Settings) error {
	if err := settings.check(); err != nil {
		return err
	}
	if err := s.checkWords("name", settings.Name); err != nil {
		return err
	}
	return s.checkWords("topic", settings.Topic)
}

// SetMemberInput makes UserID have Role in a room.
type SetMemberInput struct {
	RoomID      string
	UserID      string
	Role        Role      // RoleNone: takes him out
	BannedUntil time.Time // zero: not banned
	// KeepRole leaves Role aside, so that a ban makes nobody more or less. With BannedUntil he keeps what he has; without it
	// who is out is let in again, as what he was.
	KeepRole bool
}

// SetMember changes what somebody is in a room by an event of its log; where he is so already nothing is appended and
// Sent.Seq is where it came to be. Errors: BAD_REQUEST, NOT_FOUND, FORBIDDEN, CONFLICT (the last owner cannot
// leave), OVERLOADED, UNAVAILABLE, TIMEOUT.
func (s *Service) SetMember(ctx context.Context, user auth.User, in SetMemberInput) (Sent, error) {
	at, err := s.access(ctx, user, in.RoomID)
	if err != nil {
		return Sent{}, notStored(err)
	}
	e := s.stateEvent(user, TypeMember, at.room.ID)
	e.Subject, e.Role, e.Until = auth.UserID(in.UserID), in.Role, in.BannedUntil.UTC().Truncate(time.Millisecond)
	if in.BannedUntil.IsZero() {
		e.Until = time.Time{}
	}
	if err := checkMember(e); err != nil {
		return Sent{}, err
	}
	if !e.Until.IsZero() && (!s.now().Before(e.Until) || e.Until.Year() > lastYear) {
		return Sent{}, BadField("bannedUntil", "must be a time to come, of the year %d at the latest", lastYear)
	}
	sent, err := s.propose(ctx, e, &proposal{actor: user, member: &memberProposal{subject: e.Subject, role: e.Role, until: e.Until, keep: in.KeepRole}})
	if err == nil && e.Subject == user.ID && in.Role == RoleNone && !in.KeepRole && at.room.Type == TypePublic {
		if err := s.store.Inbox.Forget(ctx, at.room.ID, user.ID); err != nil {
			return Sent{}, notStored(err)
		}
	}
	if err == nil && sent.ID == e.ID { // else nothing has changed
		s.auditMember(ctx, e, sent, in.KeepRole && e.Until.IsZero())
	}
	return sent, err
}

// lastYear is the last that RFC 3339 can write.
const lastYear = 9999

// ListMembers returns at most limit (0: 50; at most 100) of those whom the room's log names, by ascending id, and
// whether there are more. Who was taken out or banned is shown to moderators only. Errors: BAD_REQUEST, NOT_FOUND,
// FORBIDDEN, UNAVAILABLE.
func (s *Service) ListMembers(ctx context.Context, user auth.User, roomID, after string, limit int) ([]Member, bool, error) {
	at, err := s.access(ctx, user, roomID)
	if err != nil {
		return nil, false, notStored(err)
	}
	return s.listMembers(ctx, user, at.room, after, limit, MemberQuery{}, func(m *Member) bool { return s.isListed(m, at.role) })
}

// listMembers reads pages until limit of those that are wanted are found.
func (s *Service) listMembers(ctx context.Context, user auth.User, room Room, after string, limit int, q MemberQuery, wanted func(*Member) bool) ([]Member, bool, error) {
	limit, err := pageLimit(limit)
	if err != nil {
		return nil, false, err
	}
	if after != "" && auth.CheckUserID(after) != nil {
		return nil, false, BadField("after", "must be the id of a user")
	}
	q.After, q.Limit = auth.UserID(after), limit+1
	var found []Member
	for {
		page, err := s.store.Members.Members(ctx, room.ID, q)
		if err != nil {
			return nil, false, notStored(err)
		}
		for i := range page {
			if !wanted(&page[i]) {
				continue
			}
			if len(found) == limit {
				return found, true, notStoredOrNil(s.stillMay(ctx, user, room))
			}
			found = append(found, page[i])
		}
		if len(page) < q.Limit {
			return found, false, notStoredOrNil(s.stillMay(ctx, user, room))
		}
		q.After = page[len(page)-1].UserID
	}
}

func notStoredOrNil(err error) error {
	if err == nil {
		return nil
	}
	return notStored(err)
}
