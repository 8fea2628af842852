package rooms

import (
	"context"
	"time"

	"roomstream/auth"
)

// standing is what a user is in a room, as of the room's StateSeq.
type standing struct {
	room   Room
	member Member // as stored
	role   Role   // that he acts with
}

// access says what a user is in a room that he names. Errors: BAD_REQUEST, NOT_FOUND (also
// for what he may not know: then it takes the same reads), FORBIDDEN for who is banned from a
// public room. It is the one place that lets anybody in. What is remembered can only let in;
// nobody is refused without a fresh look.
func (s *Service) access(ctx context.Context, user auth.User, roomID string) (standing, error) {
	if user.PostOnly() {
		return standing{}, postOnly()
	}
	return s.standing(ctx, user, roomID)
}

// standing is access for those, too, who may only post: see enterToPost.
func (s *Service) standing(ctx context.Context, user auth.User, roomID string) (standing, error) {
	id, err := ParseRoomID(roomID)
	if err != nil {
		return standing{}, err
	}
	have, there := s.rosters.peek(id, user.ID)
	// Where the stream lags, what it has not told yet is asked for.
	if there && have.fresh && !s.replay.heard.silent() && (have.asked || user.Has(auth.RoleAdmin) || have.room.Type == TypeDirect) {
		if role, err := judge(have.room, have.member, user, s.now()); err == nil {
			return standing{have.room, have.member, role}, nil
		}
	}
	at, err := s.accessSince(ctx, user, id, have.of)
	if err != nil && there && have.asked && storeAway(err) {
		if role, refused := judge(have.room, have.member, user, s.now()); refused == nil {
			return standing{have.room, have.member, role}, nil // a store that is away puts nobody out
		}
	}
	return at, err
}

// storeAway tells a store that does not answer from one that says no.
func storeAway(err error) bool {
	switch AsError(err).Code {
	case CodeNotFound, CodeForbidden, CodeBadRequest:
		return false
	}
	return true
}

// accessAnew is access by fresh reads.
func (s *Service) accessAnew(ctx context.Context, user auth.User, id RoomID) (standing, error) {
	have, _ := s.rosters.peek(id, user.ID)
	return s.accessSince(ctx, user, id, have.of)
}

// accessSince is access by reads that are fresher than what was found remembered.
func (s *Service) accessSince(ctx context.Context, user auth.User, id RoomID, seen *roster) (standing, error) {
	room, member, err := s.rosters.anew(ctx, id, user.ID, seen)
	if err != nil {
		return standing{}, err
	}
	role, err := judge(room, member, user, s.now())
	if err != nil {
		return standing{}, err
	}
	// Who is let in is seldom the only one: the next ones find all members read.
	if room.Type != TypeDirect && room.StateSeq > 0 {
		s.router.begin(func(ctx context.Context) {
			if err := s.rosters.load(ctx, id); err != nil && ctx.Err() == nil && AsError(err).Code != CodeNotFound {
				s.logger.Warn("reading the members of a room failed", "room", id, "error", err)
			}
		})
	}
	return standing{room, member, role}, nil
}

// judge says what a user may do in a room: the order of protocol.md, Rights.
func judge(room Room, m Member, user auth.User, now time.Time) (Role, error) {
	if room.Type == TypeDirect && user.Grant == nil {
		if user.ID == room.Direct[0] || user.ID == room.Direct[1] {
			return RoleMember, nil
		}
		return RoleNone, noSuchRoom()
	}
	if user.Has(auth.RoleAdmin) {
		return RoleOwner, nil
	}
	if m.banned(now) {
		if room.Type == TypePublic {
			return RoleNone, forbidden("banned", "you are banned from this room")
		}
		return RoleNone, noSuchRoom()
	}
	if user.Grant != nil {
		return judgeGrant(room, user.Grant)
	}
	if m.Role != RoleNone {
		return m.Role, nil
	}
	if claim := Role(user.Rooms[string(room.ID)]); claim.rank() > RoleNone.rank() {
		return claim, nil
	}
	if room.Type == TypePublic {
		return RoleMember, nil
	}
	return RoleNone, noSuchRoom()
}

// noSuchRoom is said of what is not there, and of what one may not know.
func noSuchRoom() error { return E(CodeNotFound, "no such room") }

// forbidden makes a FORBIDDEN with a word for programs.
func forbidden(reason, message string) error {
	return &Error{Code: CodeForbidden, Message: message, Reason: reason}
}

// mayWrite says why the user may not write in the room, or nil.
func (at *standing) mayWrite() error {
	switch {
	case at.room.Archived:
		return forbidden("archived", "the room is archived: nobody writes there any more")
	case !at.role.AtLeast(RoleMember):
		return forbidden("role", "readers do not write in this room")
	case at.room.ReadOnly && !at.role.AtLeast(RoleModerator):
		return forbidden("read_only", "only moderators write in this room")
	}
	return nil
}

// enter is access for those who join or write: where rooms are open it makes a public one
// that is not there.
func (s *Service) enter(ctx context.Context, user auth.User, roomID string) (standing, error) {
	at, err := s.access(ctx, user, roomID)
	if err == nil || !s.open || user.Grant != nil || AsError(err).Code != CodeNotFound {
		return at, err
	}
	room, failed := s.ensure(ctx, RoomID(roomID))
	if failed != nil {
		return standing{}, failed
	}
	if room.Type != TypePublic || room.StateSeq > 0 { // it was there, and is not for him
		return standing{}, err
	}
	return standing{room: room, role: RoleMember}, nil
}

// enterToRead is access for those who need no more than the room.
func (s *Service) enterToRead(ctx context.Context, user auth.User, roomID string) (Room, error) {
	at, err := s.access(ctx, user, roomID)
	return at.room, err
}

// ensure makes a public room that is not there, or returns the one that is. Ids that the
// server gives are nobody's to take.
func (s *Service) ensure(ctx context.Context, id RoomID) (Room, error) {
	if isReserved(id) {
		return Room{}, noSuchRoom()
	}
	gen := s.rosters.generation(id)
	made, err := s.store.Catalog.CreateRoom(ctx, Room{
		ID: id, Name: string(id), Type: TypePublic, CreatedAt: s.now().UTC().Truncate(time.Millisecond),
	})
	if err != nil {
		return Room{}, err
	}
	s.rosters.remember(made, gen)
	return made, nil
}

// ensureForeign makes the room of a document another program inserted, where rooms
// are open.
func (s *Service) ensureForeign(ctx context.Context, id RoomID) error {
	if !s.open || isReserved(id) {
		return nil
	}
	op, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	_, err := s.rosters.room(op, id)
	if err != nil && AsError(err).Code == CodeNotFound {
		_, err = s.ensure(op, id)
	}
	return err
}

// stillMay looks anew whether a user may know what was just read of a room: he may have been
// taken out before it was written, and this instance not have heard of it. at is what let him in.
func (s *Service) stillMay(ctx context.Context, user auth.User, at Room) error {
	if at.Type == TypeDirect || user.Has(auth.RoleAdmin) {
		return nil
	}
	room, err := s.store.Catalog.Room(ctx, at.ID)
	if err == nil && room.StateSeq == at.StateSeq && s.rosters.newest(at.ID) <= at.StateSeq {
		return nil // nobody has become anything else since
	}
	if err != nil && storeAway(err) {
		return err
	}
	_, err = s.accessAnew(ctx, user, at.ID)
	return err
}
