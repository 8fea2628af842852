package rooms

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"time"

	"roomstream/auth"
)

const (
	inviteDefault = 7 * 24 * time.Hour
	inviteMost    = 365 * 24 * time.Hour
	// MaxInviteUses bounds the users whose use of one invitation is remembered, whatever it says
	// itself: they stand in its record.
	MaxInviteUses = 10_000
	// maxInviteToken is longer than any token that was ever made.
	maxInviteToken = 128
)

// InviteInput makes an invitation.
type InviteInput struct {
	RoomID  string
	Role    Role          // RoleReader, RoleMember; RoleNone: RoleMember
	Expires time.Duration // from now; 0: 7 days, at most 365
	MaxUses int           // by different users, at most 10,000; 0: no bound but that
}

// Invite makes an invitation and the token that proves it, which is told only here. Moderators may. Errors:
// BAD_REQUEST, NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (s *Service) Invite(ctx context.Context, user auth.User, in InviteInput) (Invitation, string, error) {
	if in.Role == RoleNone {
		in.Role = RoleMember
	}
	if in.Expires == 0 {
		in.Expires = inviteDefault
	}
	switch {
	case in.Role != RoleReader && in.Role != RoleMember:
		return Invitation{}, "", BadField("role", "must be %s or %s", RoleReader, RoleMember)
	case in.Expires < time.Second || in.Expires > inviteMost:
		return Invitation{}, "", BadField("expiresInMs", "must be from %d to %d", time.Second.Milliseconds(), inviteMost.Milliseconds())
	case in.MaxUses < 0 || in.MaxUses > MaxInviteUses:
		return Invitation{}, "", BadField("maxUses", "must be from 0 to %d", MaxInviteUses)
	}
	defer s.Doing(user.ID)()
	at, err := s.moderated(ctx, user, in.RoomID)
	if err != nil {
		return Invitation{}, "", err
	}
	token, now := rand.Text(), s.now().UTC().Truncate(time.Millisecond)
	made := Invitation{
		ID: s.ids.next(now).String(), Hash: sha256.Sum256([]byte(token)), RoomID: at.room.ID, Role: in.Role,
		CreatedBy: user.ID, Right: at.right(user), CreatedAt: now, ExpiresAt: now.Add(in.Expires), MaxUses: in.MaxUses,
	}
	if err := s.store.Invitations.CreateInvitation(ctx, made); err != nil {
		return Invitation{}, "", notStored(err)
	}
	s.audit(ctx, AuditEntry{Actor: user.ID, Action: "create_invitation", RoomID: at.room.ID, Details: string(append(AppendJSONString([]byte(`{"id":`), made.ID), '}'))})
	return made, token, nil
}

// right says by what a moderator is one.
func (at *standing) right(user auth.User) Right {
	switch {
	case user.Has(auth.RoleAdmin):
		return RightAdmin
	case at.member.Role == RoleNone:
		return RightClaim
	}
	return RightRole
}

// judge says why the invitation lets nobody in: it does not outlive its maker's right to invite,
// as far as that can be looked up.
func (i *Invitation) judge(room Room, maker Member, now time.Time) error {
	as := auth.User{ID: i.CreatedBy}
	switch i.Right {
	case RightAdmin:
		as.Roles = []string{auth.RoleAdmin}
	case RightClaim:
		as.Rooms = map[string]string{string(room.ID): string(RoleModerator)}
	}
	if role, err := judge(room, maker, as, now); err != nil || !role.AtLeast(RoleModerator) {
		return NoSuchInvitation()
	}
	return nil
}

// moderated lets those into a room's management who may moderate it now: who was a moderator a
// moment ago makes no invitations any more, through whichever instance.
func (s *Service) moderated(ctx context.Context, user auth.User, roomID string) (standing, error) {
	at, err := s.access(ctx, user, roomID)
	if err == nil {
		at, err = s.accessAnew(ctx, user, at.room.ID)
	}
	switch {
	case err != nil:
		return standing{}, notStored(err)
	case at.room.Type == TypeDirect:
		return standing{}, forbidden("direct", "a direct room stays as it is")
	case !at.role.AtLeast(RoleModerator):
		return standing{}, forbidden("role", "only moderators and owners of the room may do this")
	}
	return at, nil
}

// ListInvitations gives a room's invitations to its moderators, as ListMembers pages, ascending by ID.
func (s *Service) ListInvitations(ctx context.Context, user auth.User, roomID, after string, limit int) ([]Invitation, bool, error) {
	limit, err := pageLimit(limit)
	if err != nil {
		return nil, false, err
	}
	if _, ok := ParseEventID(after); after != "" && !ok {
		return nil, false, BadField("after", "must be the id of an invitation")
	}
	at, err := s.moderated(ctx, user, roomID)
	if err != nil {
		return nil, false, err
	}
	list, err := s.store.Invitations.Invitations(ctx, at.room.ID, after, limit+1)
	if err != nil {
		return nil, false, notStored(err)
	}
	return list[:min(len(list), limit)], len(list) > limit, nil
}

// RemoveInvitation ends one. Errors: BAD_REQUEST, NOT_FOUND, FORBIDDEN, UNAVAILABLE.
func (s *Service) RemoveInvitation(ctx context.Context, user auth.User, roomID, id string) error {
	at, err := s.moderated(ctx, user, roomID)
	if err != nil {
		return err
	}
	if _, ok := ParseEventID(id); !ok {
		return BadField("id", "must be the id of an invitation")
	}
	if err := s.store.Invitations.RemoveInvitation(ctx, at.room.ID, id); err != nil {
		return notStored(err)
	}
	s.audit(ctx, AuditEntry{Actor: user.ID, Action: "remove_invitation", RoomID: at.room.ID, Details: string(append(AppendJSONString([]byte(`{"id":`), id), '}'))})
	return nil
}

// AcceptInvitation makes the user a member of the invitation's room; who is one already, or more, stays what he is.
// Errors: BAD_REQUEST, NOT_FOUND (no such invitation, or its maker may not invite any more), FORBIDDEN (he is banned
// there), GONE (expired or used up), OVERLOADED, UNAVAILABLE, TIMEOUT: the same user may try again without taking
// another use.
func (s *Service) AcceptInvitation(ctx context.Context, user auth.User, token string) (View, error) {
	if token == "" || len(token) > maxInviteToken {
		return View{}, BadField("token", "must be the token of an invitation")
	}
	defer s.Doing(user.ID)()
	hash := sha256.Sum256([]byte(token))
	found, err := s.store.Invitations.Invitation(ctx, hash)
	if err != nil {
		return View{}, notStored(err)
	}
	e := s.stateEvent(user, TypeMember, found.RoomID)
	e.Subject, e.Role = user.ID, found.Role
	p := &proposal{actor: user, member: &memberProposal{subject: user.ID, role: found.Role, invitation: &found}}
	// Who is not let in, or is in, takes no use. The lane judges again by what is so then.
	switch err := s.mayAccept(ctx, p, e); {
	case errors.Is(err, errNoChange):
		return s.viewOf(ctx, user, found.RoomID)
	case err != nil:
		return View{}, notStored(err)
	}
	if _, err := s.store.Invitations.UseInvitation(ctx, hash, user.ID, s.now()); err != nil {
		return View{}, notStored(err)
	}
	if _, err := s.propose(ctx, e, p); err != nil {
		return View{}, err
	}
	return s.viewOf(ctx, user, found.RoomID)
}

// mayAccept judges what an invitation is to make of the user by what is stored now.
func (s *Service) mayAccept(ctx context.Context, p *proposal, e *Event) error {
	room, err := s.store.Catalog.Room(ctx, e.RoomID)
	if err != nil {
		return err
	}
	state := &roomState{room: room, there: true, members: map[auth.UserID]Member{}, now: s.now()}
	for _, id := range p.concerns() {
		if state.members[id], err = s.store.Members.Member(ctx, room.ID, id); err != nil {
			return err
		}
	}
	_, err = p.judge(state, e)
	return err
}
