package rooms

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"roomstream/auth"
)

// CreateRoomInput makes a room.
type CreateRoomInput struct {
	ID       string // empty: a new one
	Name     string
	Type     string // TypePublic or TypePrivate
	Topic    string
	ClientID string // idempotency key; empty: none
}

// CreateRoom makes a room whose owner the user is, and says whether it was made now: the same ClientID of the same
// user gives the same room. Errors: BAD_REQUEST, CONFLICT (the id is taken), OVERLOADED, UNAVAILABLE, TIMEOUT.
func (s *Service) CreateRoom(ctx context.Context, user auth.User, in CreateRoomInput) (v View, made bool, err error) {
	room, err := s.newRoom(user, in)
	if err != nil {
		return View{}, false, err
	}
	sent, err := s.create(ctx, user, room, []Member{{RoomID: room.ID, UserID: user.ID, Role: RoleOwner}})
	if err != nil {
		return View{}, false, err
	}
	v, err = s.viewOf(ctx, user, room.ID)
	return v, !sent.Duplicate, err
}

func (s *Service) newRoom(user auth.User, in CreateRoomInput) (Room, error) {
	room := Room{
		Name: in.Name, Type: in.Type, Topic: in.Topic, CreatedBy: user.ID, CreateKey: in.ClientID,
		CreatedAt: s.now().UTC().Truncate(time.Millisecond),
	}
	if room.Type != TypePublic && room.Type != TypePrivate {
		return Room{}, BadField("type", "must be %s or %s", TypePublic, TypePrivate)
	}
	settings := room.Settings()
	if err := s.checkSettings(&settings); err != nil {
		return Room{}, err
	}
	if err := checkClientID(in.ClientID); err != nil {
		return Room{}, err
	}
	if in.ID == "" {
		room.ID = newRoomID(user.ID, in.ClientID)
		return room, nil
	}
	id, err := ParseRoomID(in.ID)
	if err != nil {
		return Room{}, BadField("id", "must be 1 to %d letters, digits and _ . : -", maxRoomID)
	}
	if isReserved(id) {
		return Room{}, BadField("id", "must not begin with %s or %s, which the server gives: leave it out", directPrefix, madePrefix)
	}
	room.ID = id
	return room, nil
}

// create has a room made with its members by its lane. Sent.Duplicate says that the same was
// made before.
func (s *Service) create(ctx context.Context, user auth.User, room Room, members []Member) (Sent, error) {
	slices.SortFunc(members, func(a, b Member) int { return strings.Compare(string(a.UserID), string(b.UserID)) })
	e := s.stateEvent(user, TypeMember, room.ID)
	e.Subject, e.Role = members[0].UserID, members[0].Role
	return s.propose(ctx, e, &proposal{actor: user, create: &creation{room, members}})
}

// stateEvent makes an event of the user's that changes a room's state.
func (s *Service) stateEvent(user auth.User, kind EventType, id RoomID) *Event {
	now := s.now().UTC().Truncate(time.Millisecond)
	return &Event{ID: s.ids.next(now), RoomID: id, Type: kind, Author: user.ID, Timestamp: now}
}

// propose takes a change of a room's state to its lane. It is known here when it returns.
func (s *Service) propose(ctx context.Context, e *Event, p *proposal) (Sent, error) {
	sent, err := wait(ctx, func(done func(Sent, error)) {
		s.appender.submit(&item{event: e, proposal: p}, done)
	})
	if err == nil {
		s.rosters.told(e.RoomID, sent.Seq)
	}
	return sent, err
}

// directPrefix is what the ids of direct rooms begin with, and no others that users name.
const directPrefix = "dm:"

func isDirectID(id RoomID) bool { return strings.HasPrefix(string(id), directPrefix) }

// madePrefix is what the ids begin with that create_room gives. Where one has a clientId the id
// follows from it, so that a repeat finds the same room through whichever instance; somebody
// else may work it out, too, and must not be able to take it first.
const madePrefix = "rm:"

// isReserved says whether an id is the server's to give: nobody makes such a room by naming it.
func isReserved(id RoomID) bool { return isDirectID(id) || strings.HasPrefix(string(id), madePrefix) }

// roomIDs are written without padding, in small letters.
var roomIDs = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// roomIDBytes are 128 bits: no two rooms have the same, and random ones nobody guesses.
const roomIDBytes = 16

// newRoomID gives a random id, or the one that belongs to a user's clientId.
func newRoomID(user auth.UserID, clientID string) RoomID {
	if clientID == "" {
		var b [roomIDBytes]byte
		rand.Read(b[:]) // never fails: crypto/rand ends the process first
		return RoomID(madePrefix + roomIDs.EncodeToString(b[:]))
	}
	return RoomID(madePrefix + hashID("create_room", string(user), clientID))
}

// hashID gives an id that the parts, in their order, and no others lead to.
func hashID(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		h.Write(binary.AppendUvarint(nil, uint64(len(part))))
		h.Write([]byte(part))
	}
	return roomIDs.EncodeToString(h.Sum(nil)[:roomIDBytes])
}

// OpenDirect gives the one direct room of the user and another, made if it is not there. Its
// id follows from the two, so that both sides make the same one. Errors: BAD_REQUEST naming
// userId, OVERLOADED, UNAVAILABLE, TIMEOUT.
func (s *Service) OpenDirect(ctx context.Context, user auth.User, userID string) (View, error) {
	if err := auth.CheckUserID(userID); err != nil {
		return View{}, BadField("userId", "%v", err)
	}
	pair := [2]auth.UserID{user.ID, auth.UserID(userID)}
	slices.Sort(pair[:])
	id := RoomID(directPrefix + hashID("direct", string(pair[0]), string(pair[1])))
	if at, err := s.access(ctx, user, string(id)); err == nil {
		return at.view(user), nil
	} else if AsError(err).Code != CodeNotFound {
		return View{}, notStored(err)
	}
	room := Room{
		ID: id, Name: string(id), Type: TypeDirect, Direct: pair, CreatedBy: user.ID,
		CreatedAt: s.now().UTC().Truncate(time.Millisecond),
	}
	members := []Member{{RoomID: id, UserID: pair[0], Role: RoleMember}}
	if pair[1] != pair[0] {
		members = append(members, Member{RoomID: id, UserID: pair[1], Role: RoleMember})
	}
	if _, err := s.create(ctx, user, room, members); err != nil {
		return View{}, err
	}
	return s.viewOf(ctx, user, id)
}
