package rooms

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"time"

	"roomstream/auth"
)

const (
	inviteDefault = 7 * 24 * time.Hour
	inviteMost    = 365 * 24 * time.Hour
	// maxInviteUses bounds the users whose use is remembered.
	maxInviteUses = 10_000
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
	case in.MaxUses < 0 || in.MaxUses > maxInviteUses:
		return Invitation{}, "", BadField("maxUses", "must be from 0 to %d", maxInviteUses)
	}
	at, err := s.moderated(ctx, user, in.RoomID)
	if err != nil {
		return Invitation{}, "", err
	}
	token, now := rand.Text(), s.now().UTC().Truncate(time.Millisecond)
	made := Invitation{
		ID: s.ids.next(now).String(), Hash: sha256.Sum256([]byte(token)), RoomID: at.room.ID, Role: in.Role,
		CreatedBy: user.ID, CreatedAt: now, ExpiresAt: now.Add(in.Expires), MaxUses: in.MaxUses,
	}
	if err := s.store.Invitations.CreateInvitation(ctx, made); err != nil {
		return Invitation{}, "", notStored(err)
	}
	s.audit(ctx, AuditEntry{Actor: user.ID, Action: "create_invitation", RoomID: at.room.ID, Details: string(append(AppendJSONString([]byte(`{"id":`), made.ID), '}'))})
	return made, token, nil
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
// Errors: BAD_REQUEST, NOT_FOUND (no such invitation), FORBIDDEN (he is banned there), GONE (expired or used up),
// OVERLOADED, UNAVAILABLE, TIMEOUT: the same user may try again without taking another use.
func (s *Service) AcceptInvitation(ctx context.Context, user auth.User, token string) (View, error) {
	if token == "" || len(token) > maxInviteToken {
		return View{}, BadField("token", "must be the token of an invitation")
	}
	used, err := s.store.Invitations.UseInvitation(ctx, sha256.Sum256([]byte(token)), user.ID, s.now())
	if err != nil {
		return View{}, notStored(err)
	}
	e := s.stateEvent(user, TypeMember, used.RoomID)
	e.Subject, e.Role = user.ID, used.Role
	if _, err := s.propose(ctx, e, &proposal{actor: user, member: &memberProposal{subject: user.ID, role: used.Role, invited: true}}); err != nil {
		return View{}, err
	}
	return s.viewOf(ctx, user, used.RoomID)
}
