package socketio

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"roomstream/auth"
	"roomstream/rooms"
)

// maxJoined is how many rooms one socket may be in. Each costs memory here and in the adapter, so there must be a
// bound; nobody follows more rooms than this on one screen.
const maxJoined = 1000

// maxEventName is how much of an unknown event's name is said back, in bytes.
const maxEventName = 64

// speaker is one admitted client. There are many thousands, most of them idle: it has one timer, no goroutine, and
// nothing that grows but the lists of its rooms and streams.
type speaker struct {
	chat   *roomChat
	link   link
	logID  string
	silent bool // auth.retry is "silent"

	user auth.User // guarded by people: see there

	// Touched only by the connection's own goroutine, which gives the events one at a time.
	joined []rooms.RoomID
	typed  typed

	opened subscriptions

	mu        sync.Mutex // guards what is below
	expiresAt time.Time
	warned    bool // auth_expiring was said for this expiresAt
	ended     bool
	timer     *time.Timer
}

var _ session = (*speaker)(nil)

// readyPayload is the first thing a client hears.
type readyPayload struct {
	User          readyUser          `json:"user"`
	LogID         string             `json:"logId"`
	Rooms         []struct{}         `json:"rooms"` // those the user is a member of; public rooms have no members
	Notifications readyNotifications `json:"notifications"`
	Limits        limits             `json:"limits"`
	ServerTime    string             `json:"serverTime"`
}

type readyUser struct {
	ID    auth.UserID `json:"id"`
	Name  string      `json:"name"`
	Roles []string    `json:"roles"`
}

type readyNotifications struct {
	Unread *int `json:"unread,omitempty"` // nil: it could not be counted
}

// connected says ready and winds up the clock of the token. The client is told of notifications from before they are
// counted on, so that each is in the count, or comes after ready, or both.
func (s *speaker) connected(l link) {
	s.link = l
	s.chat.people.add(s)
	l.Emit("ready", s.ready())
	s.chat.people.open(s)
	s.tick()
}

func (s *speaker) ready() []byte {
	roles := s.user.Roles
	if roles == nil {
		roles = []string{}
	}
	body, err := json.Marshal(readyPayload{
		User:  readyUser{ID: s.user.ID, Name: s.user.Name, Roles: roles},
		LogID: s.logID, Rooms: []struct{}{}, Notifications: readyNotifications{s.unread()}, Limits: s.chat.limits, ServerTime: formatTime(s.chat.now()),
	})
	if err != nil {
		panic(err) // strings and numbers always have a JSON form
	}
	return body
}

// event answers one event.
func (s *speaker) event(name string, args []json.RawMessage, binary bool, ack ackFunc) {
	s.handle(name, args, binary, answer{event: name, user: string(s.user.ID), ack: ack, log: s.chat.log})
}

// handle is the table of all events a client may send.
func (s *speaker) handle(name string, args []json.RawMessage, binary bool, a answer) {
	switch name {
	case "send_message":
		s.sendMessage(args, binary, a)
	case "edit_message":
		s.editMessage(args, a)
	case "delete_message":
		s.deleteMessage(args, a)
	case "set_reaction":
		s.setReaction(args, a)
	case "join_room":
		s.joinRoom(args, a)
	case "leave_room":
		s.leaveRoom(args, a)
	case "get_history":
		s.getHistory(args, a)
	case "sync":
		s.sync(args, a)
	case "typing":
		s.typing(args, a)
	case "get_presence":
		s.getPresence(args, a)
	case "mark_notifications":
		s.markNotifications(args, a)
	case "subscribe_stream":
		s.subscribeStream(args, binary, a)
	case "unsubscribe_stream":
		s.unsubscribeStream(args, a)
	case "refresh_auth":
		s.refreshAuth(args, a)
	default:
		a.fail(rooms.E(rooms.CodeUnknownEvent, "unknown event: %.*q", maxEventName, name))
	}
}

// closed stops the clock and ends the streams. The adapter forgets the rooms itself.
func (s *speaker) closed() {
	s.chat.people.remove(s)
	s.opened.closeAll()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	if s.timer != nil {
		s.timer.Stop()
	}
}

// enter notes a room the socket is in.
func (s *speaker) enter(room rooms.RoomID) {
	if !slices.Contains(s.joined, room) {
		s.joined = append(s.joined, room)
	}
}

// full says whether one more room would be too many.
func (s *speaker) full(room rooms.RoomID) bool {
	return len(s.joined) >= maxJoined && !slices.Contains(s.joined, room)
}

// exit forgets a room.
func (s *speaker) exit(room rooms.RoomID) {
	if i := slices.Index(s.joined, room); i >= 0 {
		s.joined = slices.Delete(s.joined, i, i+1)
	}
}

// adapterRoom names a room of the chat among the adapter's, apart from the sockets' own.
func adapterRoom(room rooms.RoomID) string { return "room-" + string(room) }
